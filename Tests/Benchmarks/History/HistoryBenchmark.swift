import AccessHistory
import Disclosures
import Executors
import Glibc
import JSON
import Octets
import Records

/// Measures the access history beside what it cannot beat: writing the same octets into a
/// preallocated file with `fdatasync` after each. The two take turns write by write, so that they
/// meet the same disk. Prints one JSON object.
///
/// With a number of entries it fills a store of seven years instead, and measures what grows with it:
/// opening, verification beside the hash's own speed over the same octets, one patient's page, a
/// proof, memory.
///
///     history-benchmark FOLDER [SECONDS [ENTRIES]]
@main
struct HistoryBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: history-benchmark FOLDER [SECONDS [ENTRIES]]")
            exit(2)
        }
        let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 4 : 4
        let benchmark = HistoryBenchmark(folder: arguments[1], seconds: seconds)
        let entries = arguments.count > 3 ? Int(arguments[3]) : nil
        runProcess {
            do {
                if let entries {
                    try await LargeStore(settings: benchmark.settings, entries: entries).run()
                } else {
                    try await benchmark.run()
                }
                return 0
            } catch {
                print("history-benchmark: \(error)")
                return 1
            }
        }
    }

    let folder: String
    let seconds: Double

    func run() async throws {
        let store = try await HistoryStore.open(settings)
        var plain = try PlainFile(path: folder + "/plain", octetCount: 32 << 20)
        // One write of the plain file is as long as one group: frame, sealed event, commit frame.
        let frame = try frameOctetCount()
        let writer = OneWriter(store: store, event: event)
        var (plainTimes, storeTimes, taskTimes): ([Duration], [Duration], [Duration]) = ([], [], [])
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds / 2)
        while clock.now < end {
            for _ in 0..<16 { plainTimes.append(clock.measure { plain.append(octetCount: frame) }) }
            storeTimes += try await writer.times(16)
            for _ in 0..<16 {
                taskTimes.append(try await clock.measure { _ = try await store.append(event) })
            }
        }
        let (plainTime, storeTime) = (median(plainTimes), median(storeTimes))
        let many = try await rate(of: store, writers: 32, seconds: seconds / 2)
        let verification = try await clock.measure { _ = try await store.verify() }
        let size = try await store.verify().size
        try await store.close()
        var again = store
        let reopening = try await clock.measure { again = try await HistoryStore.open(settings) }
        try await again.close()
        let result: JSONValue = [
            "plainMicroseconds": JSONValue(Int(plainTime / .microseconds(1))),
            "oneWriterMicroseconds": JSONValue(Int(storeTime / .microseconds(1))),
            "oneWriterFromTaskMicroseconds": JSONValue(Int(median(taskTimes) / .microseconds(1))),
            "oneWriterToPlainPerMille": JSONValue(Int(plainTime / storeTime * 1000)),
            "thirtyTwoWritersPerSecond": JSONValue(Int(many)),
            "entries": JSONValue(Int(size)),
            "verifyMilliseconds": JSONValue(Int(verification / .milliseconds(1))),
            "openMilliseconds": JSONValue(Int(reopening / .milliseconds(1))),
            "frameOctets": JSONValue(frame),
        ]
        print(String(decoding: result.pretty, as: UTF8.self), terminator: "")
    }

    var settings: HistorySettings {
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

/// A writer that lives on the store's own thread, as `fdatasync` beside it does; a task on Swift's
/// pool pays two changes of thread more for each entry.
actor OneWriter {
    private let store: HistoryStore
    private let event: HistoryEvent
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe store.unownedExecutor }

    init(store: HistoryStore, event: HistoryEvent) { (self.store, self.event) = (store, event) }

    func times(_ count: Int) async throws -> [Duration] {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<count {
            times.append(try await clock.measure { _ = try await store.append(event) })
        }
        return times
    }
}

/// A preallocated file of zeros that is written front to back.
struct PlainFile: ~Copyable {
    private let number: Int32
    private let octetCount: Int
    private var offset = 0
    private let octets = (0..<4096).map { UInt8(truncatingIfNeeded: $0) }

    init(path: String, octetCount: Int) throws {
        number = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        self.octetCount = octetCount
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        for place in stride(from: 0, to: octetCount, by: zeros.count) {
            unsafe zeros.withUnsafeBytes { buffer in
                _ = unsafe pwrite(number, buffer.baseAddress, buffer.count, off_t(place))
            }
        }
        fsync(number)
    }
    deinit { close(number) }

    mutating func append(octetCount count: Int) {
        if offset + count > octetCount { offset = 0 }
        unsafe octets.withUnsafeBytes { buffer in
            _ = unsafe pwrite(number, buffer.baseAddress, count, off_t(offset))
        }
        fdatasync(number)
        offset += count
    }
}

func median(_ values: [Duration]) -> Duration { values.sorted()[values.count / 2] }
