@testable import AccessHistory

/// Which of the changes that no sync has confirmed a power cut leaves on the disk.
enum Survival: Hashable, Sendable {
    case nothing
    case everything
    /// The first so many thousandths of the sectors, in the order in which they were written.
    case first(perMille: Int)
    /// The last so many thousandths of them, as a disk may reorder.
    case last(perMille: Int)
    /// Every other sector, from the first or the second on.
    case everyOther(fromSecond: Bool)
    /// Sectors and names thrown out by chance.
    case random(seed: UInt64)

    static let all: [Survival] =
        [.nothing, .everything, .everyOther(fromSecond: false), .everyOther(fromSecond: true)]
        + [300, 700].flatMap { [.first(perMille: $0), .last(perMille: $0)] }
        + [1, 2].map(Survival.random(seed:))
}

/// What a `MemoryDisk` holds.
struct MemoryDiskState: Sendable {
    /// A file's octets: what is on the disk, what is still to be written, what the system shows.
    struct Inode: Sendable {
        var durable: [UInt8] = []
        var changes: [Change] = []
        var cache: [UInt8] = []
    }

    enum Change: Sendable {
        case write(Int, [UInt8])
        case truncation(Int)

        func apply(to octets: inout [UInt8]) {
            switch self {
            case .write(let offset, let written):
                let end = offset + written.count
                if octets.count < end {
                    octets += [UInt8](repeating: 0, count: end - octets.count)
                }
                octets.replaceSubrange(offset..<end, with: written)
            case .truncation(let size): octets.removeSubrange(min(size, octets.count)...)
            }
        }

        /// The change sector by sector.
        var sectors: [Change] {
            guard case .write(let offset, let octets) = self else { return [self] }
            var sectors: [Change] = []
            var start = offset
            while start < offset + octets.count {
                let size = MemoryDisk.sectorOctetCount
                let end = min((start / size + 1) * size, offset + octets.count)
                sectors.append(.write(start, Array(octets[start - offset..<end - offset])))
                start = end
            }
            return sectors
        }
    }

    var inodes: [Int: Inode] = [:]
    var nextInode = 0
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var nameChanges: [[String: Int?]] = []
    /// How many octets fit on the disk; nothing where there is always room.
    var capacity: Int?
    var fault: MemoryDisk.Fault?
    /// The call at which the power goes, whatever went wrong before.
    var powerCall: Int?
    var isDead = false
    var callKinds: [MemoryDisk.Call] = []

    init(_ files: [String: [UInt8]] = [:]) {
        for (name, octets) in files { set(name, octets) }
    }

    mutating func set(_ name: String, _ octets: [UInt8]?) {
        guard let octets else {
            (names[name], durableNames[name]) = (nil, nil)
            return
        }
        nextInode += 1
        inodes[nextInode] = Inode(durable: octets, cache: octets)
        (names[name], durableNames[name]) = (nextInode, nextInode)
    }

    /// Whether the fault meets this call; counts it, and throws where the fault is a plain one.
    @discardableResult
    mutating func touch(_ call: MemoryDisk.Call) throws(HistoryError) -> MemoryDisk.Fault.Kind? {
        guard !isDead else { throw MemoryDisk.failure }
        callKinds.append(call)
        if callKinds.count == powerCall {
            isDead = true
            throw MemoryDisk.failure
        }
        guard let fault, fault.call == callKinds.count, fault.kind.concerns(call) else {
            return nil
        }
        switch fault.kind {
        case .power: isDead = true
        case .error: break
        case .halfWritten, .forgottenSync, .swallowedSync, .droppedSector, .delayedSync:
            return fault.kind
        }
        // A write that the power cut meets may have reached the disk: it stays among the changes.
        guard fault.kind == .power, call == .write else { throw MemoryDisk.failure }
        return .power
    }

    mutating func rename(_ change: [String: Int?]) {
        for (name, inode) in change { names[name] = inode }
        nameChanges.append(change)
    }

    /// How many octets all files have.
    var octetCount: Int { names.values.reduce(0) { $0 + (inodes[$1]?.cache.count ?? 0) } }

    mutating func write(_ octets: [UInt8], at offset: Int, to inode: Int) throws(HistoryError) {
        let fault = try touch(.write)
        if let capacity {
            let more = offset + octets.count - (inodes[inode]?.cache.count ?? 0)
            guard octetCount + max(more, 0) <= capacity else { throw .diskFull(path: "memory") }
        }
        let written = fault == .halfWritten ? Array(octets[..<(octets.count / 2)]) : octets
        change(inode, .write(offset, written))
        guard fault == nil else { throw MemoryDisk.failure }
    }

    mutating func truncate(_ inode: Int, to size: Int) throws(HistoryError) {
        try touch(.truncate)
        change(inode, .truncation(size))
    }

    private mutating func change(_ inode: Int, _ change: Change) {
        guard var file = inodes[inode] else { return }
        inodes[inode] = nil
        file.changes.append(change)
        change.apply(to: &file.cache)
        inodes[inode] = file
    }

    mutating func sync(_ inode: Int) throws(HistoryError) {
        let fault = try touch(.sync)
        guard var file = inodes[inode] else { return }
        var sectors = file.changes.flatMap(\.sectors)
        switch fault {
        case .delayedSync: return
        case .forgottenSync, .swallowedSync: sectors = []
        case .droppedSector:
            if !sectors.isEmpty { sectors.remove(at: sectors.count / 2) }
        case .power, .error, .halfWritten, nil: break
        }
        for sector in sectors { sector.apply(to: &file.durable) }
        file.changes = []
        inodes[inode] = file
        if fault == .forgottenSync { throw MemoryDisk.failure }
    }

    /// Drops what is in the cache only; what is still to be written stays.
    mutating func forgetCache(of inode: Int, from offset: Int) {
        guard let file = inodes[inode], offset < file.cache.count else { return }
        var octets = file.durable
        for change in file.changes { change.apply(to: &octets) }
        var cache = Array(file.cache[..<offset])
        cache += octets.dropFirst(offset).prefix(file.cache.count - offset)
        cache += [UInt8](repeating: 0, count: file.cache.count - cache.count)
        inodes[inode]?.cache = cache
    }

    func afterPowerCut(_ survival: Survival) -> MemoryDiskState {
        var generator = Generator(survival)
        var files = inodes
        for inode in inodes.keys.sorted() {
            guard let file = inodes[inode] else { continue }
            let sectors = file.changes.flatMap(\.sectors)
            var octets = file.durable
            for (number, sector) in sectors.enumerated()
            where survival.keeps(number, of: sectors.count, &generator) {
                sector.apply(to: &octets)
            }
            files[inode] = Inode(durable: octets, cache: octets)
        }
        // A journal keeps the order of names.
        let count = survival.count(ofNames: nameChanges.count, &generator)
        var kept = durableNames
        for change in nameChanges.prefix(count) {
            for (name, inode) in change { kept[name] = inode }
        }
        var state = MemoryDiskState()
        (state.inodes, state.nextInode) = (files, nextInode)
        (state.names, state.durableNames) = (kept, kept)
        return state
    }
}

extension Survival {
    fileprivate func keeps(_ number: Int, of count: Int, _ generator: inout Generator) -> Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .first(let perMille): number < count * perMille / 1000
        case .last(let perMille): number >= count - count * perMille / 1000
        case .everyOther(let fromSecond): number % 2 == (fromSecond ? 1 : 0)
        case .random: generator.next() % 2 == 0
        }
    }

    fileprivate func count(ofNames count: Int, _ generator: inout Generator) -> Int {
        switch self {
        case .nothing, .everyOther(true): 0
        case .everything, .everyOther(false), .last: count
        case .first(let perMille): count * perMille / 1000
        case .random: Int(generator.next() % UInt64(count + 1))
        }
    }
}

/// Chance that is the same each time (SplitMix64).
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    fileprivate init(_ survival: Survival) {
        guard case .random(let seed) = survival else {
            state = 0
            return
        }
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
