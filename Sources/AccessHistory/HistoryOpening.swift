internal import Cryptography
internal import Disclosures
internal import Octets
internal import TransparencyLog

/// What an opening found out, to be written down as the store's first entries.
struct OpeningFindings: Sendable {
    var wasStoppedCleanly = false
    var wasHeadRebuilt = false
    /// What was lost and is made anew on an administrator's word.
    var lostMarks: [HistoryError] = []
    /// Whether the keys lay in clear until this opening.
    var wereKeysWrapped = false
    /// What the opening's entry has to say besides.
    var word: OpeningWord?
    /// Cuts that no entry names yet.
    var cuts: [Cut] = []
}

/// Where writing goes on.
struct OpenedState: Sendable {
    var segments: [SegmentPlace] = []
    var frontier = TreeFrontier()
    var openIntents: Set<UInt64> = []
    var head = Head()
    var headFile: any HistoryFile
    var current: HistoryWriter.OpenSegment?
}

/// Opens a store for writing: believes nothing before it is on the disk and fits together.
///
/// A tail may be cut only beyond `head`, the largest signed size and the clean-stop mark; what
/// else does not fit is damage, and the store stays closed with its octets as they are.
struct HistoryOpening {
    let disk: any HistoryDisk
    let origin: String
    let growthOctetCount: Int
    /// What wraps the keys, where anything does.
    var wrapping: WrappingKey?

    /// Whether an administrator says that a lost `head` or checkpoint may be made anew.
    var acceptsLostMarks = false

    func run() throws(HistoryError) -> (KeyRing, HistoryWriter, OpeningFindings) {
        for name in try disk.names() where name.hasSuffix(".new") { try disk.remove(name) }
        let marks = try StoreMarks(disk, origin: origin, wrapping: wrapping)
        let ring: KeyRing
        var findings = OpeningFindings()
        if marks.isNew {
            ring = try KeyRing.make(origin: origin, wrapping: wrapping, on: disk)
        } else {
            findings.lostMarks = try marks.lost()
            guard let loaded = marks.ring else { throw .absent(path: KeyRing.fileName) }
            ring = loaded
        }
        if let lost = findings.lostMarks.first, !acceptsLostMarks { throw lost }
        let head = marks.head
        findings.wasStoppedCleanly = head?.isCleanStop ?? marks.segments.isEmpty
        findings.wasHeadRebuilt = head == nil && !marks.segments.isEmpty
        let end = try StoreEnd(disk: disk, origin: origin, key: ring.macKey, names: marks.segments)
            .read(head: head ?? Head(), signed: marks.signed)
        // Only here is it known that nothing is refused: from now on something is written.
        findings.word = try word(lost: findings.lostMarks.first, ring)
        if ring.isWrappingDue {
            try ring.wrapAll(on: disk)
            findings.wereKeysWrapped = true
        }
        if let tail = end.tail { try Cut.make(tail, in: end, on: disk) }
        findings.cuts = try Cut.pending(on: disk)
        var known = head ?? Head()
        known.signedSize = max(known.signedSize, marks.signed?.size ?? 0)
        let state = try state(at: end, ring: ring, head: known)
        var writer = HistoryWriter(
            disk: disk, origin: origin, key: ring.macKey, growthOctetCount: growthOctetCount,
            state: state)
        // The clean-stop mark goes, from both places of `head`, before anything is written that
        // it would deny.
        try writer.writeHead(isDurable: true)
        try writer.writeHead(isDurable: true)
        return (ring, writer, findings)
    }

    /// Kept before anything is done for which it is said.
    private func word(
        lost: HistoryError?, _ ring: KeyRing
    ) throws(HistoryError) -> OpeningWord? {
        if let left = try OpeningWord.left(on: disk) { return left }
        var word: OpeningWord?
        if case .markLost(let file, let reason)? = lost {
            word = .accepted(file: file, reason)
        } else if ring.isWrappingDue, let wrapping {
            word = .wrapped(by: wrapping, origin: origin)
        }
        try word?.keep(on: disk)
        return word
    }

    private func state(
        at end: StoreEnd.Found, ring: KeyRing, head: Head
    ) throws(HistoryError) -> OpenedState {
        if head.number == 0 {
            try disk.replace(
                Head.fileName, with: [UInt8](repeating: 0, count: Head.fileOctetCount))
        }
        var state = OpenedState(headFile: try disk.open(Head.fileName, writable: true))
        // What counts of it now is on the disk before the other place is written.
        try state.headFile.sync()
        (state.segments, state.frontier, state.head) = (end.segments, end.frontier, head)
        state.current = end.current
        let archive = HistoryArchive(
            disk: disk, ring: ring, segments: end.segments, size: end.frontier.size)
        state.openIntents = try archive.openIntents(from: end.openFloor)
        return state
    }
}
