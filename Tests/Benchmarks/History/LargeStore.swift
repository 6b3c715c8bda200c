import AccessHistory
import Cryptography
import Disclosures
import FoundationEssentials
import Glibc
import JSON
import Octets
import Records
import TransparencyLog

/// A store of seven years, 84 segments: visits of ten entries each, five visits a patient.
struct LargeStore {
    let settings: HistorySettings
    let entries: Int

    private static let months = 84
    private static let perVisit = 10
    private static let visitsPerPatient = 5
    private static let start = YearMonth(of: Instant(seconds: 1_577_836_800).dateInJapan)

    private var visits: Int { entries / Self.perVisit }
    private var patients: Int { max(visits / Self.visitsPerPatient, 1) }

    func run() async throws {
        let clock = ContinuousClock()
        let filling = try await clock.measure { try await fill() }
        var store = try await HistoryStore.open(settings)
        try await store.catchUpIndex()
        let residentFilled = resident
        try await store.close()
        let opening = try await clock.measure { store = try await HistoryStore.open(settings) }
        let first = try await clock.measure { _ = try await page(0, of: store, limit: 20) }
        var numbers = SystemRandomNumberGenerator()
        var (pages, wholes, counts): ([Duration], [Duration], [Int]) = ([], [], [])
        for round in 0..<1200 {
            let patient = Int.random(in: 0..<patients, using: &numbers)
            let page = try await clock.measure {
                _ = try await self.page(patient, of: store, limit: 20)
            }
            var count = 0
            let whole = try await clock.measure {
                count = try await self.page(patient, of: store, limit: 10_000)
            }
            // The first ones warm the index.
            guard round >= 200 else { continue }
            pages.append(page)
            wholes.append(whole)
            counts.append(count)
        }
        var proofs: [Duration] = []
        let archive = await store.archive()
        let note = try await store.checkpoint()
        for _ in 0..<200 {
            let index = UInt64.random(in: 0..<archive.size, using: &numbers)
            proofs.append(try clock.measure { _ = try archive.proof(of: index, under: note) })
        }
        let residentInUse = resident
        let vkey = store.logKey.vkey
        try await store.close()
        let structure = try verify(vkey, usesKeys: false)
        let hash = try hashing()
        let whole = try verify(nil, usesKeys: true)
        let result: JSONValue = [
            "entries": JSONValue(Int(archive.size)),
            "fillSeconds": JSONValue(Int(filling / .seconds(1))),
            "openMilliseconds": JSONValue(Int(opening / .milliseconds(1))),
            "firstPageMilliseconds": JSONValue(Int(first / .milliseconds(1))),
            "pageMicroseconds": JSONValue(Int(median(pages) / .microseconds(1))),
            "wholePatientMicroseconds": JSONValue(Int(median(wholes) / .microseconds(1))),
            "entriesOfAPatient": JSONValue(counts.sorted()[counts.count / 2]),
            "proofMicroseconds": JSONValue(Int(median(proofs) / .microseconds(1))),
            "residentKibibytesFilled": JSONValue(residentFilled),
            "residentKibibytes": JSONValue(residentInUse),
            "verifyMilliseconds": JSONValue(Int(structure / .milliseconds(1))),
            "hashMilliseconds": JSONValue(Int(hash / .milliseconds(1))),
            "verifyWithKeysMilliseconds": JSONValue(Int(whole / .milliseconds(1))),
        ]
        print(String(decoding: result.pretty, as: UTF8.self), terminator: "")
    }

    private func page(
        _ patient: Int, of store: HistoryStore, limit: Int
    ) async throws -> Int {
        var query = HistoryQuery(patient: PatientReference(id: Self.id(patient)))
        query.limit = limit
        return try await store.events(matching: query).count
    }

    private static func id(_ patient: Int) -> String {
        let digits = String(patient)
        return "01931f0e-0000-7000-8000-"
            + String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    private func fill() async throws {
        let store = try await HistoryStore.open(settings)
        let perMonth = visits / Self.months
        for month in 0..<Self.months {
            let first = Self.start.adding(months: month)
            let start = LocalDate(year: first.year, month: first.month, day: 10)
            guard let start else { continue }
            let time = Instant(seconds: Int64(start.dayNumber) * 86_400)
            var batch: [HistoryEvent] = []
            for visit in 0..<perMonth {
                batch += events(
                    of: month * perMonth + visit,
                    at: Instant(milliseconds: time.milliseconds + Int64(visit) * 1000))
                guard batch.count >= 500 else { continue }
                _ = try await store.append(contentsOf: batch)
                batch = []
            }
            _ = try await store.append(contentsOf: batch)
        }
        try await store.close()
    }

    /// One visit: a proof, consents, an intent, its outcome, what was seen.
    private func events(of visit: Int, at time: Instant) -> [HistoryEvent] {
        // Spread so that a patient comes back after months.
        let patient = visit % patients
        let card = SHA256Digest(hashing: Array("card \(patient)".utf8))
        return (0..<Self.perVisit).map { step in
            let scene = EventScene(
                place: settings.place, timeQuality: .synchronised,
                actor: EventActor(id: "staff-\((visit + step) % 17)", role: .clinician),
                patient: PatientReference(
                    id: step > 3 ? Self.id(patient) : nil, card: CardReference(code: card)),
                cardSession: Self.id(visit), checkIn: "c-\(visit)")
            var event = scene.event(step > 3 ? .viewed : .disclosure, at: time)
            (event.item, event.purpose, event.way) = (
                DisclosedItem.allCases[step % DisclosedItem.allCases.count], .treatment, .pin
            )
            event.requestID = Self.id(visit * Self.perVisit + step)
            return event
        }
    }

    private func verify(_ vkey: String?, usesKeys: Bool) throws -> Duration {
        try ContinuousClock().measure {
            let report = try HistoryArchive.verify(
                folder: settings.folder, vkey: vkey, usesKeys: usesKeys)
            guard report.isWhole else { throw HistoryError.closed }
        }
    }

    /// SHA-256 over every octet of the segments, and nothing else.
    private func hashing() throws -> Duration {
        let disk = settings.folder
        var names: [String] = []
        guard let stream = unsafe opendir(disk) else { return .zero }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".segment") { names.append(name) }
        }
        return ContinuousClock().measure {
            var piece = [UInt8](repeating: 0, count: 1 << 20)
            for name in names {
                var hasher = SHA256Hasher()
                let file = unsafe open(disk + "/" + name, O_RDONLY)
                defer { close(file) }
                while true {
                    let count = unsafe piece.withUnsafeMutableBytes { buffer in
                        unsafe read(file, buffer.baseAddress, buffer.count)
                    }
                    guard count > 0 else { break }
                    hasher.update(count == piece.count ? piece : Array(piece[..<count]))
                }
                _ = hasher.finalize()
            }
        }
    }

    /// Resident memory in KiB.
    private var resident: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return 0
        }
        for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
            return Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0
        }
        return 0
    }
}
