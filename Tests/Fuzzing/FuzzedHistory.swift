internal import AccessHistory
internal import Cryptography
internal import Disclosures
internal import Dispatch
internal import Foundation
internal import HistoryExports
internal import JSON
internal import Octets
internal import Records
internal import Synchronization
internal import TestFolders

/// A folder of the access history in which one file was changed. What a verification finds whole opens;
/// what does not open is left as it is; what opens says nothing that was not written.
///
/// The first octet names the file, the second says how: its lowest bit replaces the file by the rest of
/// the input, else each three octets are a place (of 65,536, over the file's length) and a value; the
/// next bit makes the codes anew, as somebody who has the key for them would.
func openChangedHistory(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let store = WrittenHistory.shared
    let folder = TemporaryFolder()
    let names = store.files.map(\.name) + ["contradiction", "cosigned", "x.0.cut"]
    let name = names[Int(input[0]) % names.count]
    let rest = Array(input.dropFirst(2))
    var octets = store.files.first { $0.name == name }?.octets ?? []
    if input[1] & 1 == 1 {
        octets = rest
    } else {
        change(&octets, rest)
        if input[1] & 2 == 2 { store.repair(&octets, of: name) }
    }
    try? FileManager.default.createDirectory(
        atPath: folder.path + "/index", withIntermediateDirectories: false)
    for file in store.files { folder.write(file.octets, to: file.name) }
    folder.write(octets, to: name)

    let isWhole = (try? HistoryArchive.verify(folder: folder.path, threads: 1))?.isWhole ?? false
    _ = try? HistoryArchive.verify(folder: folder.path, usesKeys: false, threads: 1)
    demand(folder.read(name) == octets, "a verification changes nothing")
    let refusal = waiting { await whyRefused(folder, store) }
    demand(
        refusal == nil || !isWhole,
        "what is whole opens, but \(name): \(refusal?.description ?? "")")
    guard refusal != nil else { return }
    demand(folder.read(name) == octets, "what is refused stays as it is")
    for file in store.files where file.name != name {
        demand(folder.read(file.name) == file.octets, "what lies beside it stays, too")
    }
}

private func change(_ octets: inout [UInt8], _ edits: [UInt8]) {
    guard !octets.isEmpty else { return }
    for start in stride(from: 0, to: edits.count - 2, by: 3) {
        let place = Int(edits[start]) << 8 | Int(edits[start + 1])
        octets[place % octets.count] = edits[start + 2]
    }
}

/// Opens a folder, asks it, and closes it; why it did not open.
private func whyRefused(
    _ folder: TemporaryFolder, _ written: WrittenHistory
) async -> HistoryError? {
    let store: HistoryStore
    do throws(HistoryError) {
        store = try await HistoryStore.open(WrittenHistory.settings(folder.path))
    } catch { return error }
    let all = try? await store.events(matching: HistoryQuery())
    for entry in all ?? [] where entry.index < written.events.count {
        demand(
            entry.event == written.events[Int(entry.index)], "an entry says what was written")
    }
    var patients = HistoryQuery(patient: PatientReference(id: "anna"))
    patients.until = WrittenHistory.time.adding(seconds: 1)
    if let all, let found = try? await store.events(matching: patients) {
        demand(
            found == all.filter { $0.event.patient?.id == "anna" },
            "the index finds what the segments hold")
    }
    try? await store.close()
    return nil
}

/// A small history with all that one can hold: two months, an index, keys that are gone, an erasure.
private final class WrittenHistory: Sendable {
    struct File {
        let name: String
        let octets: [UInt8]
    }

    static let shared = waiting { await WrittenHistory() }
    static let time = Instant(milliseconds: 1_795_348_800_000)

    let files: [File]
    let events: [HistoryEvent]
    private let codeKey: [UInt8]

    static func settings(_ folder: String, at now: Instant = time) -> HistorySettings {
        var settings = HistorySettings(
            folder: folder, place: TerminalPlace(institution: "1310000000", terminal: "desk-1"),
            software: "fuzz"
        ) { (now, .synchronised) }
        settings.growthOctetCount = 8 << 10
        settings.indexTailCount = 2
        return settings
    }

    private init() async {
        let folder = TemporaryFolder()
        do {
            // The years before, by the clock of those years.
            let early = try await HistoryStore.open(
                Self.settings(folder.path, at: Self.time.adding(seconds: -9 * 31_557_600)))
            let place = TerminalPlace(institution: "1310000000", terminal: "desk-1")
            func event(_ kind: EventKind, _ patient: String?, years: Int64 = 0) -> HistoryEvent {
                var event = HistoryEvent(
                    kind, at: Self.time.adding(seconds: -years * 31_557_600),
                    timeQuality: .synchronised, place: place,
                    actor: EventActor(id: "desk", role: .reception))
                event.patient = patient.map { PatientReference(id: $0) }
                return event
            }
            var known: [HistoryEvent] = []
            for patient in ["anna", "ben"] {
                _ = try await early.append(event(.viewed, patient, years: 9))
            }
            try await early.close()
            let store = try await HistoryStore.open(Self.settings(folder.path))
            for patient in ["anna", "ben", "anna"] {
                _ = try await store.append(event(.viewed, patient))
            }
            known = try await store.events(matching: HistoryQuery()).map(\.event)
            let act = event(.administratorAct, nil)
            _ = try await store.expire(
                before: YearMonth(of: Self.time.dateInJapan).adding(months: -12 * 7),
                retentionYears: 7, at: Self.time, act)
            _ = try await store.rotateMonthKey(act)
            _ = try await store.erase(
                patient: "ben", why: "fuzz", retentionYears: nil, at: Self.time, act)
            _ = try await store.append(event(.viewed, "anna"))
            try await store.catchUpIndex()
            try await store.close()
            let archive = try HistoryArchive(folder: folder.path)
            let later = try archive.events(matching: HistoryQuery())
                .filter { $0.index >= UInt64(known.count) }
            events = known + later.map(\.event)
            let value = try JSONValue(parsing: folder.read("keys.json"))
            codeKey = HKDFSHA256.derive(
                secret: [UInt8](base64: value["secret"]?.stringValue ?? "") ?? [],
                salt: Array((value["origin"]?.stringValue ?? "").utf8),
                info: Array("madoguchi history v1 codes".utf8), count: 32)
        } catch { fatalError("no history to change: \(error)") }
        let index = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/index"))
        let names =
            folder.names.filter { $0 != "index" && $0 != "lock" }
            + (index ?? []).sorted().map { "index/" + $0 }
        files = names.map { File(name: $0, octets: folder.read($0)) }
        demand(names.contains { $0.hasPrefix("index/") }, "the history has an index")
        demand(names.filter { $0.hasSuffix(".segment") }.count >= 2, "and two segments")
    }

    /// Makes the codes of a file anew, after Format.md.
    func repair(_ octets: inout [UInt8], of name: String) {
        func put(_ code: [UInt8], _ octets: inout [UInt8], at place: Int) {
            guard place + code.count <= octets.count else { return }
            octets.replaceSubrange(place..<place + code.count, with: code)
        }
        func code(_ part: ArraySlice<UInt8>) -> [UInt8] {
            HMACSHA256.code(key: codeKey, message: Array(part))
        }
        if name == "head" {
            for start in [0, 4096] where start + 4096 <= octets.count {
                let end = start + 96 + 32 * Int(octets[start + 88])
                guard end + 32 <= start + 4096 else { continue }
                put(code(octets[start..<end]), &octets, at: end)
            }
        } else if name.hasSuffix(".segment"), octets.count >= 4096 {
            put(code(octets[..<4064]), &octets, at: 4064)
            var place = 4096
            while place + 96 <= octets.count {
                switch Array(octets[place..<place + 4]) {
                case Array("ENTR".utf8):
                    let check = SHA256Digest(hashing: Array(octets[place..<place + 88])).octets
                    put(Array(check.prefix(8)), &octets, at: place + 88)
                    let count = octets[place + 4..<place + 8].reduce(0) { $0 << 8 | Int($1) }
                    place += 96 + (count + 7) / 8 * 8
                case Array("CMIT".utf8):
                    put(code(octets[place..<place + 64]), &octets, at: place + 64)
                    place += 96
                default: return
                }
            }
        }
    }
}

/// Runs what has to be waited for on a thread of its own: the caller may be one that must not wait
/// for the pool it belongs to.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
    let value = Mutex<Value?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    Task(executorPreference: Side.shared) {
        let made = await body()
        value.withLock { $0 = made }
        isDone.signal()
    }
    isDone.wait()
    guard let value = value.withLock(\.self) else { fatalError("nothing came") }
    return value
}

private final class Side: TaskExecutor {
    static let shared = Side()
    private let queue = DispatchQueue(label: "fuzz")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// What stands in an entry's note, and what an auditor or a credential hands over.
func readHistoryPapers(_ input: [UInt8]) {
    if let keys = try? EscrowedKeys(parsing: input) {
        demand(!keys.origin.isEmpty, "keys in escrow name their log")
    }
    if let key = WrappingKey(text: input) {
        demand(WrappingKey(text: key.text) == key, "a key is written as it was read")
    }
    if let cursor = try? FeedCursor(octets: input) {
        demand(
            (try? FeedCursor(octets: cursor.octets)) == cursor, "a cursor is written as it was read"
        )
    }
    guard let note = String(validating: input, as: UTF8.self) else { return }
    var receipts = SyslogReceipts(origin: "madoguchi/1310000003/desk-1")
    for line in note.split(separator: "\n") { receipts.take(line: line) }
    for reason in [
        ErasureManifest.reason, DestructionManifest.reason, Predecessor.reason,
    ] {
        var event = HistoryEvent(
            .administratorAct, at: WrittenHistory.time, timeQuality: .unknown,
            place: TerminalPlace(institution: "1310000000", terminal: "desk-1"),
            actor: EventActor(id: "admin", role: .administrator))
        (event.reason, event.note) = (reason, note)
        if let told = ErasureManifest(event) {
            demand(!told.entries.contains { $0.isEmpty }, "a range has an entry")
        }
        _ = DestructionManifest(event)
        if let old = Predecessor(event) {
            demand(old.checkpoint.contains(old.origin), "a predecessor is that of its checkpoint")
        }
    }
}
