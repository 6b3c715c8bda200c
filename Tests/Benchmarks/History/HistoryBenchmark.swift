import AccessHistory
import Disclosures
import Glibc
import JSON
import Octets
import Records

/// Measures the access history beside what it cannot beat: writing the same octets into a
/// preallocated file with `fdatasync` after each. Both run in turns in one process, so that they
/// meet the same disk. Prints one JSON object.
///
///     history-benchmark FOLDER [SECONDS]
@main
struct HistoryBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: history-benchmark FOLDER [SECONDS]")
            exit(2)
        }
        let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 4 : 4
        try await HistoryBenchmark(folder: arguments[1], seconds: seconds).run()
    }

    let folder: String
    let seconds: Double
    /// Rounds that the two take in turns.
    let rounds = 8

    func run() async throws {
        let store = try await HistoryStore.open(settings)
        var plain = try PlainFile(path: folder + "/plain", octetCount: 32 << 20)
        // One write of the plain file is as long as one group: frame, sealed event, commit frame.
        let frame = try frameOctetCount()
        var (plainRates, storeRates): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            plainRates.append(try plain.rate(seconds: seconds / 16, octetCount: frame))
            storeRates.append(try await rate(of: store, writers: 1, seconds: seconds / 16))
        }
        let many = try await rate(of: store, writers: 32, seconds: seconds / 2)
        let clock = ContinuousClock()
        let verification = try await clock.measure { _ = try await store.verify() }
        let size = try await store.verify().size
        try await store.close()
        let reopening = try await clock.measure { _ = try await HistoryStore.open(settings) }
        let ratio = median(zip(storeRates, plainRates).map(/))
        let result: JSONValue = [
            "plainPerSecond": JSONValue(Int(median(plainRates))),
            "oneWriterPerSecond": JSONValue(Int(median(storeRates))),
            "oneWriterToPlainPerMille": JSONValue(Int(ratio * 1000)),
            "thirtyTwoWritersPerSecond": JSONValue(Int(many)),
            "entries": JSONValue(Int(size)),
            "verifyMilliseconds": JSONValue(milliseconds(verification)),
            "openMilliseconds": JSONValue(milliseconds(reopening)),
            "frameOctets": JSONValue(frame),
        ]
        print(String(decoding: result.pretty, as: UTF8.self), terminator: "")
    }

    private var settings: HistorySettings {
        HistorySettings(
            folder: folder + "/store",
            place: TerminalPlace(institution: "1310000000", terminal: "bench"),
            software: "history-benchmark"
        ) { (Instant(seconds: 1_795_348_800), .unknown) }
    }

    /// A disclosure as the terminal writes it, without attachments.
    private var event: HistoryEvent {
        let scene = EventScene(
            place: settings.place, timeQuality: .synchronised,
            actor: EventActor(id: "tanaka", role: .clinician),
            patient: PatientReference(id: "01931f0e-0000-7000-8000-00000000abcd"),
            cardSession: "01931f0e-0000-7000-8000-000000000001", checkIn: "c-1")
        var event = scene.event(.viewed, at: Instant(seconds: 1_795_348_800))
        (event.item, event.purpose, event.way) = (.drugs, .treatment, .pin)
        event.requestID = "01931f0e-0000-7000-8000-000000000002"
        return event
    }

    private func frameOctetCount() throws -> Int {
        let sealed = try event.encoded().count + 48
        return 96 + (sealed + 7) / 8 * 8 + 96
    }

    private func rate(
        of store: HistoryStore, writers: Int, seconds: Double
    ) async throws -> Double {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        let event = event
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    var count = 0
                    while clock.now < end {
                        _ = try await store.append(event)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / seconds
    }
}

/// A preallocated file of zeros that is written front to back.
struct PlainFile: ~Copyable {
    private let number: Int32
    private let octetCount: Int
    private var offset = 0

    init(path: String, octetCount: Int) throws {
        number = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        self.octetCount = octetCount
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for place in stride(from: 0, to: octetCount, by: zeros.count) {
            unsafe zeros.withUnsafeBytes { buffer in
                _ = unsafe pwrite(number, buffer.baseAddress, buffer.count, off_t(place))
            }
        }
        fsync(number)
    }
    deinit { close(number) }

    mutating func rate(seconds: Double, octetCount count: Int) throws -> Double {
        let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var writes = 0
        while clock.now < end {
            if offset + count > octetCount { offset = 0 }
            unsafe octets.withUnsafeBytes { buffer in
                _ = unsafe pwrite(number, buffer.baseAddress, count, off_t(offset))
            }
            fdatasync(number)
            offset += count
            writes += 1
        }
        return Double(writes) / seconds
    }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

private func milliseconds(_ duration: Duration) -> Int {
    Int(duration / .milliseconds(1))
}
