internal import Executors
internal import Glibc
internal import Octets
internal import Synchronization
internal import TransparencyLog

/// What one segment tells by itself: each begins with the tree before it, so that all of them can be
/// read at once, and only what joins them is judged in their order.
struct SegmentVerdict: Sendable {
    /// Entries under keys that are not at hand, by key id: how many, and the first.
    typealias Holes = [UInt32: (count: UInt64, first: HistoryFault)]

    var header: SegmentHeader
    /// The tree at the last group that is whole.
    var frontier: TreeFrontier
    var stop: SegmentScan.Stop?
    var stopOffset: UInt64
    var stopIndex: UInt64
    /// The first entry that is wrong, or the first group with another root than a mark has.
    var fault: HistoryFault?
    /// The sizes at which its groups ended, of those that were asked for.
    var metSizes: Set<UInt64> = []
    var openedCount: UInt64 = 0
    /// Entries whose missing key a later entry of the segment tells of.
    var expiredCount: UInt64 = 0
    /// What is missing and not told of here.
    var holes: Holes = [:]
    /// Entries whose body is zeros, and that nothing here tells of.
    var blanks: [UInt64: HistoryFault] = [:]
    /// Entries whose erasure the segment itself tells of.
    var erasedCount: UInt64 = 0
    /// What tells of erased bodies, in order.
    var erasures: [ErasureManifest] = []
    /// What the first entry of all says that the history goes on from.
    var predecessor: Predecessor?
    /// What tells of keys that are gone, in order.
    var manifests: [DestructionManifest] = []
}

/// Judges segments, each for itself.
struct SegmentJudge: Sendable {
    /// A size and the root that the log must have there.
    struct Mark: Sendable {
        var size: UInt64
        var root: SHA256Digest
        var file: String
    }

    let disk: any HistoryDisk
    let ring: KeyRing?
    let marks: [Mark]
    /// Before which entry bodies may have been erased: the size that `head` names.
    let erasedLimit: UInt64

    /// The verdicts on all segments, in order, from as many threads.
    func judge(_ names: [String], threads: Int) -> [Result<SegmentVerdict, HistoryError>] {
        typealias Verdict = Result<SegmentVerdict, HistoryError>
        let verdicts = Mutex([Verdict?](repeating: nil, count: names.count))
        let next = Mutex(0)
        let work: @Sendable () -> Void = {
            while true {
                let place = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard place < names.count else { return }
                let verdict = judge(names[place])
                verdicts.withLock { $0[place] = verdict }
            }
        }
        let gate = Gate()
        var started = 0
        for _ in 1..<max(1, min(threads, names.count)) {
            let isStarted = startThread("history-verify") {
                work()
                gate.open()
            }
            if isStarted { started += 1 }
        }
        work()
        for _ in 0..<started { _ = gate.wait() }
        return verdicts.withLock { $0.compactMap(\.self) }
    }

    /// How many threads the machine has processors for.
    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private func judge(_ name: String) -> Result<SegmentVerdict, HistoryError> {
        do throws(HistoryError) {
            let file = try disk.open(name, writable: false)
            var scan = try SegmentScan(
                file, name: name, key: ring?.macKey, keepsBodies: ring != nil,
                erasedLimit: erasedLimit)
            var verdict = SegmentVerdict(
                header: scan.header, frontier: scan.frontier, stop: nil, stopOffset: 0,
                stopIndex: 0)
            while verdict.fault == nil, let group = try scan.next() {
                for entry in group.entries where verdict.fault == nil {
                    open(entry, in: name, &verdict)
                }
                check(group, in: name, &verdict)
            }
            verdict.frontier = scan.frontier
            (verdict.stop, verdict.stopOffset) = (scan.stop, scan.stopOffset)
            verdict.stopIndex = scan.stopIndex
            return .success(verdict)
        } catch { return .failure(error) }
    }

    /// Opens an entry with its key. A key that is not there is a hole until a later entry tells of it.
    private func open(
        _ entry: ScannedGroup.Entry, in file: String, _ verdict: inout SegmentVerdict
    ) {
        guard let ring else {
            // Without keys nobody can ask for a manifest.
            if entry.isErased { verdict.erasedCount += 1 }
            return
        }
        guard let key = ring.key(id: entry.frame.leaf.keyID) else {
            let fault = HistoryFault(
                file: file, offset: entry.offset, index: entry.frame.index,
                reason: "the key that sealed it is missing, and nothing tells why")
            verdict.holes[entry.frame.leaf.keyID, default: (0, fault)].count += 1
            return
        }
        guard !entry.isErased else {
            verdict.blanks[entry.frame.index] = HistoryFault(
                file: file, offset: entry.offset, index: entry.frame.index,
                reason: "what it held is gone, and nothing tells why")
            return
        }
        do throws(HistoryError) {
            let event = try Sealing(origin: ring.origin)
                .open(entry.body, leaf: entry.frame.leaf, under: key)
            verdict.openedCount += 1
            if entry.frame.index == 0 { verdict.predecessor = Predecessor(event) }
            if let erasure = ErasureManifest(event) {
                verdict.erasedCount += erasure.fill(&verdict.blanks)
                verdict.erasures.append(erasure)
            }
            guard let manifest = DestructionManifest(event) else { return }
            verdict.expiredCount += manifest.fill(&verdict.holes)
            verdict.manifests.append(manifest)
        } catch {
            verdict.fault = HistoryFault(
                file: file, offset: entry.offset, index: entry.frame.index,
                reason: "the sealed event is not what the leaf committed to")
        }
    }

    private func check(
        _ group: ScannedGroup, in file: String, _ verdict: inout SegmentVerdict
    ) {
        let (size, root) = (group.commit.size, group.commit.root)
        for mark in marks where mark.size == size {
            verdict.metSizes.insert(size)
            guard mark.root != root, verdict.fault == nil else { continue }
            verdict.fault = HistoryFault(
                file: file, offset: group.end, index: size - 1,
                reason: "another root than \(mark.file) has")
        }
    }
}

extension DestructionManifest {
    /// Takes the holes that it explains away, and tells how many entries they are.
    func fill(_ holes: inout SegmentVerdict.Holes) -> UInt64 {
        var count: UInt64 = 0
        for (id, hole) in holes where holds(id) {
            count += hole.count
            holes[id] = nil
        }
        return count
    }
}

extension ErasureManifest {
    /// Takes the blanks that it explains away, and tells how many they are.
    func fill(_ blanks: inout [UInt64: HistoryFault]) -> UInt64 {
        let told = blanks.keys.filter(holds)
        for index in told { blanks[index] = nil }
        return UInt64(told.count)
    }
}
