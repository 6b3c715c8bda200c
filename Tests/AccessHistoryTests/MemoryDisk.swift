import Synchronization

@testable import AccessHistory

/// A disk in memory, as bad as a real one may be: what was written stands in the system's cache
/// until a sync, a power cut keeps any part of it in any order, and one call may fail or lie.
///
/// What it does not do: tear a sector of 512 octets, so that octets beside a write change too.
final class MemoryDisk: HistoryDisk {
    static let sectorOctetCount = 512
    static let failure = HistoryError.system(call: "fdatasync", path: "memory", code: 5)

    /// What goes wrong, and at which call that changes the disk (the first is 1).
    struct Fault: Hashable, Sendable {
        enum Kind: Hashable, Sendable, CaseIterable {
            /// Nothing works from here on.
            case power
            /// The call fails and does nothing; the later ones work.
            case error
            /// The write fails after half of it, as on a full disk.
            case halfWritten
            /// The sync fails, and the system drops its changes: the cache still shows them, the
            /// next sync succeeds, the disk never gets them.
            case forgottenSync
            /// The sync succeeds, but the disk never gets the changes.
            case swallowedSync
            /// The sync succeeds, but one sector never gets to the disk.
            case droppedSector
            /// The sync succeeds, but the changes come to the disk only with the next one.
            case delayedSync

            /// Whether the disk says that something went well that did not.
            var isLie: Bool {
                self == .swallowedSync || self == .droppedSector || self == .delayedSync
            }

            func concerns(_ call: Call) -> Bool {
                switch self {
                case .power, .error: true
                case .halfWritten: call == .write
                case .forgottenSync, .swallowedSync, .delayedSync, .droppedSector: call == .sync
                }
            }
        }

        var kind: Kind
        var call: Int

        static func error(at call: Int) -> Fault { Fault(kind: .error, call: call) }
        static func power(at call: Int) -> Fault { Fault(kind: .power, call: call) }
    }

    /// A call that changes the disk.
    enum Call: Hashable, Sendable { case write, sync, truncate, create, names, syncNames }

    let state: Mutex<MemoryDiskState>

    init(_ state: MemoryDiskState = MemoryDiskState()) { self.state = Mutex(state) }

    convenience init(fault: Fault?) {
        var state = MemoryDiskState()
        state.fault = fault
        self.init(state)
    }

    /// How many calls changed the disk so far, and which.
    var callKinds: [Call] { state.withLock(\.callKinds) }
    var calls: Int { callKinds.count }

    /// What another process finds where this one was killed: the cache and what is still to be
    /// written of it.
    func restarted() -> MemoryDisk {
        var state = state.withLock { $0 }
        (state.fault, state.powerCall, state.isDead, state.callKinds) = (nil, nil, false, [])
        return MemoryDisk(state)
    }

    /// What a power cut leaves.
    func afterPowerCut(_ survival: Survival) -> MemoryDisk {
        MemoryDisk(state.withLock { $0.afterPowerCut(survival) })
    }

    /// A disk with the same contents, all of it durable, to be changed freely.
    func copy() -> MemoryDisk { MemoryDisk(MemoryDiskState(contents)) }

    /// Every file with its octets.
    var contents: [String: [UInt8]] {
        state.withLock { state in
            state.names.compactMapValues { state.inodes[$0]?.cache }
        }
    }

    func octets(_ name: String) -> [UInt8] { contents[name] ?? [] }

    /// Puts a file in place, durably.
    func set(_ name: String, _ octets: [UInt8]?) {
        state.withLock { $0.set(name, octets) }
    }

    func patch(_ name: String, _ octets: [UInt8], at offset: Int) {
        var file = self.octets(name)
        while file.count < offset + octets.count { file.append(0) }
        file.replaceSubrange(offset..<offset + octets.count, with: octets)
        set(name, file)
    }

    var segments: [String] { contents.keys.filter { $0.hasSuffix(".segment") }.sorted() }

    // MARK: HistoryDisk

    struct Lock: HistoryLock {}

    func lock() throws(HistoryError) -> any HistoryLock { Lock() }
    func names() throws(HistoryError) -> [String] { contents.keys.sorted() }

    func open(_ name: String, writable: Bool) throws(HistoryError) -> any HistoryFile {
        guard let inode = state.withLock({ $0.names[name] }) else { throw .absent(path: name) }
        return File(disk: self, inode: inode)
    }

    func read(_ name: String, longest: Int) throws(HistoryError) -> [UInt8]? { contents[name] }

    func create(_ name: String) throws(HistoryError) -> any HistoryFile {
        let inode = try state.withLock { state throws(HistoryError) in
            try state.touch(.create)
            guard state.names[name] == nil else {
                throw .system(call: "open", path: name, code: 17)
            }
            state.nextInode += 1
            state.inodes[state.nextInode] = MemoryDiskState.Inode()
            state.rename([name: state.nextInode])
            return state.nextInode
        }
        return File(disk: self, inode: inode)
    }

    func move(_ name: String, to other: String) throws(HistoryError) {
        try state.withLock { state throws(HistoryError) in
            try state.touch(.names)
            state.rename([other: state.names[name], name: nil])
        }
    }

    func remove(_ name: String) throws(HistoryError) {
        try state.withLock { state throws(HistoryError) in
            guard state.names[name] != nil else { return }
            try state.touch(.names)
            state.rename([name: nil])
        }
    }

    func syncNames() throws(HistoryError) {
        try state.withLock { state throws(HistoryError) in
            try state.touch(.syncNames)
            (state.durableNames, state.nameChanges) = (state.names, [])
        }
    }

    struct File: HistoryFile {
        let disk: MemoryDisk
        let inode: Int

        private var cache: [UInt8] { disk.state.withLock { $0.inodes[inode]?.cache ?? [] } }

        func size() throws(HistoryError) -> UInt64 { UInt64(cache.count) }

        func read(at offset: UInt64, count: Int) throws(HistoryError) -> [UInt8] {
            let octets = cache
            guard offset < octets.count else { return [] }
            return Array(octets[Int(offset)..<min(octets.count, Int(offset) + count)])
        }

        func write(_ octets: [UInt8], at offset: UInt64) throws(HistoryError) {
            try disk.state.withLock { state throws(HistoryError) in
                try state.write(octets, at: Int(offset), to: inode)
            }
        }

        func sync() throws(HistoryError) {
            try disk.state.withLock { state throws(HistoryError) in try state.sync(inode) }
        }

        func syncWhole() throws(HistoryError) { try sync() }

        func truncate(to size: UInt64) throws(HistoryError) {
            try disk.state.withLock { state throws(HistoryError) in
                try state.truncate(inode, to: Int(size))
            }
        }

        func forgetCache(from offset: UInt64) {
            disk.state.withLock { $0.forgetCache(of: inode, from: Int(offset) / 4096 * 4096) }
        }
    }
}
