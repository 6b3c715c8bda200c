import Disclosures
import Executors
import Records
import Synchronization

@testable import AccessHistory

/// A disk in memory with two layers: what was written, and what would survive a power cut. It
/// can be told to fail, or to lose power, at its n-th write or sync.
final class MemoryDisk: HistoryDisk {
    struct Blob {
        var volatile: [UInt8] = []
        var durable: [UInt8] = []
    }

    enum Fault {
        /// The n-th call fails with an error, the later ones work.
        case error(at: Int)
        /// From the n-th call on nothing works.
        case power(at: Int)
    }

    struct State {
        var files: [String: Blob] = [:]
        var calls = 0
        var fault: Fault?
        var isLocked = false
        /// The octets of the write that the power cut met.
        var torn: (name: String, offset: Int, octets: [UInt8])?
    }

    let state: Mutex<State>

    init(_ files: [String: Blob] = [:], fault: Fault? = nil) {
        var state = State()
        (state.files, state.fault) = (files, fault)
        self.state = Mutex(state)
    }

    static let failure = HistoryError.system(call: "fdatasync", path: "memory", code: 5)

    /// Counts a call that changes the disk; throws where the plan says so.
    func touch() throws(HistoryError) {
        try state.withLock { state throws(HistoryError) in
            state.calls += 1
            switch state.fault {
            case .error(let number) where number == state.calls: throw Self.failure
            case .power(let number) where number <= state.calls: throw Self.failure
            case .error, .power, nil: break
            }
        }
    }

    var calls: Int { state.withLock { $0.calls } }

    /// What a power cut leaves: the durable layer; or, where the system had written all back on
    /// its own, everything, with the last write cut after `torn` octets.
    func afterPowerCut(keepsWrites: Bool, tornAfter: Int? = nil) -> MemoryDisk {
        let files = state.withLock { state in
            state.files.mapValues { blob in
                let octets = keepsWrites ? blob.volatile : blob.durable
                return Blob(volatile: octets, durable: octets)
            }
        }
        let disk = MemoryDisk(files)
        if let torn = state.withLock(\.torn), let tornAfter {
            disk.patch(torn.name, Array(torn.octets.prefix(tornAfter)), at: torn.offset)
        }
        return disk
    }

    /// A disk with the same contents, to be changed freely.
    func copy() -> MemoryDisk { MemoryDisk(state.withLock { $0.files }) }

    func octets(_ name: String) -> [UInt8] { state.withLock { $0.files[name]?.volatile ?? [] } }

    func set(_ name: String, _ octets: [UInt8]?) {
        state.withLock { $0.files[name] = octets.map { Blob(volatile: $0, durable: $0) } }
    }

    func patch(_ name: String, _ octets: [UInt8], at offset: Int) {
        var file = self.octets(name)
        while file.count < offset + octets.count { file.append(0) }
        file.replaceSubrange(offset..<offset + octets.count, with: octets)
        set(name, file)
    }

    var segments: [String] {
        state.withLock { $0.files.keys.filter { $0.hasSuffix(".segment") }.sorted() }
    }

    // MARK: HistoryDisk

    struct Lock: HistoryLock {}

    func lock() throws(HistoryError) -> any HistoryLock { Lock() }
    func names() throws(HistoryError) -> [String] { state.withLock { $0.files.keys.sorted() } }

    func open(_ name: String, writable: Bool) throws(HistoryError) -> any HistoryFile {
        guard state.withLock({ $0.files[name] != nil }) else { throw .absent(path: name) }
        return File(disk: self, name: name)
    }

    func read(_ name: String, longest: Int) throws(HistoryError) -> [UInt8]? {
        state.withLock { $0.files[name]?.volatile }
    }

    func replace(_ name: String, with octets: [UInt8]) throws(HistoryError) {
        try touch()
        set(name, octets)
    }

    func rename(_ name: String, to other: String) throws(HistoryError) {
        try touch()
        state.withLock { $0.files[other] = $0.files.removeValue(forKey: name) }
    }

    func remove(_ name: String) throws(HistoryError) {
        try touch()
        set(name, nil)
    }

    struct File: HistoryFile {
        let disk: MemoryDisk
        let name: String

        func size() throws(HistoryError) -> UInt64 { UInt64(disk.octets(name).count) }

        func read(at offset: UInt64, count: Int) throws(HistoryError) -> [UInt8] {
            let octets = disk.octets(name)
            guard offset < octets.count else { return [] }
            return Array(octets[Int(offset)..<min(octets.count, Int(offset) + count)])
        }

        func write(_ octets: [UInt8], at offset: UInt64) throws(HistoryError) {
            do throws(HistoryError) {
                try disk.touch()
            } catch {
                disk.state.withLock { state in
                    if state.torn == nil { state.torn = (name, Int(offset), octets) }
                }
                throw error
            }
            disk.state.withLock { state in
                var file = state.files[name]?.volatile ?? []
                let end = Int(offset) + octets.count
                if file.count < end {
                    file += [UInt8](repeating: 0, count: end - file.count)
                }
                file.replaceSubrange(Int(offset)..<end, with: octets)
                state.files[name]?.volatile = file
            }
        }

        func sync() throws(HistoryError) {
            try disk.touch()
            disk.state.withLock { state in
                guard let blob = state.files[name] else { return }
                state.files[name]?.durable = blob.volatile
            }
        }

        func truncate(to size: UInt64) throws(HistoryError) {
            try disk.touch()
            disk.state.withLock { state in
                guard let file = state.files[name]?.volatile, file.count > Int(size) else { return }
                state.files[name]?.volatile = Array(file[..<Int(size)])
            }
        }

        func forgetCache(from offset: UInt64) {}
    }
}

extension MemoryDisk {
    /// Opens the disk as a store does, without writing the entries that tell of it.
    func opened(
        acceptsLostMarks: Bool = false
    ) throws(HistoryError) -> (KeyRing, HistoryWriter, OpeningFindings) {
        try HistoryOpening(
            disk: self, origin: Sample.place.logOrigin, growthOctetCount: 16 << 10,
            acceptsLostMarks: acceptsLostMarks
        ).run()
    }

    /// Opens the disk as the service does: with the entries that tell of it, and signed.
    func store(acceptsLostMarks: Bool = false) async throws(HistoryError) -> HistoryStore {
        var settings = HistorySettings(folder: "memory", place: Sample.place, software: "test 1") {
            (Sample.noon, .synchronised)
        }
        settings.growthOctetCount = 16 << 10
        settings.acceptsLostMarks = acceptsLostMarks
        return try await HistoryStore.open(
            settings, executor: BlockingExecutor(label: "memory")
        ) { () throws(HistoryError) in self }
    }

    /// A store with single-entry groups, as a killed process leaves it.
    static func killed(entries: Int) throws -> MemoryDisk {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        for number in 0..<entries {
            _ = try writer.append("entry \(number)", ring: ring, disk: disk)
        }
        return disk
    }
}

extension HistoryWriter {
    /// Appends one event in a group of its own.
    mutating func append(
        _ note: String, ring: KeyRing, disk: MemoryDisk
    ) throws(HistoryError) -> HistoryReceipt {
        let event = Sample.event(note)
        let key = try ring.makeKey(for: .init(of: event.time.dateInJapan), on: disk)
        let entry = try Sealing(origin: ring.origin).seal(event, under: key)
        let receipt = try commit([entry])[0]
        writeLaggingHead()
        return receipt
    }
}
