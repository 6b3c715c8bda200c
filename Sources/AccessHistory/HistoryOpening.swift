internal import Cryptography
internal import Disclosures
internal import Octets
internal import TransparencyLog

/// What an opening found out, to be written down as the store's first entries.
struct OpeningFindings: Sendable {
    var wasStoppedCleanly = false
    var wasHeadRebuilt = false
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

    func run() throws(HistoryError) -> (KeyRing, HistoryWriter, OpeningFindings) {
        let names = try disk.names()
        for name in names where name.hasSuffix(".new") { try disk.remove(name) }
        let segments = names.filter { $0.hasSuffix(SegmentHeader.suffix) }
        let headOctets = try disk.read(Head.fileName, longest: Head.fileOctetCount)
        let checkpointOctets = try disk.read(
            CheckpointFile.fileName, longest: SignedNote.longestOctetCount)
        let ring: KeyRing
        if let loaded = try KeyRing.load(origin: origin, from: disk) {
            ring = loaded
        } else {
            guard segments.isEmpty, headOctets == nil, checkpointOctets == nil else {
                throw .damaged(file: KeyRing.fileName, offset: 0, reason: "it is missing")
            }
            ring = try KeyRing.make(origin: origin, on: disk)
        }
        var findings = OpeningFindings()
        let head = try headOctets.flatMap { (octets) throws(HistoryError) in
            try Head.latest(in: octets, key: ring.macKey)
        }
        if segments.isEmpty {
            // Stopped before the first entry: keys come first, then head, a key for the month,
            // the segment. Anything else means that segments were taken away.
            guard checkpointOctets == nil,
                head.map({ $0.frontier.size == 0 }) ?? ring.isUnused
            else {
                throw .damaged(
                    file: Head.fileName, offset: 0, reason: "every segment is missing")
            }
        }
        findings.wasStoppedCleanly = head?.isCleanStop ?? segments.isEmpty
        findings.wasHeadRebuilt = head == nil && !segments.isEmpty
        let signed = try checkpointOctets.map { (octets) throws(HistoryError) in
            try CheckpointFile.read(octets, log: ring.signer.key)
        }
        let end = try StoreEnd(disk: disk, origin: origin, key: ring.macKey, names: segments)
            .read(head: head, signed: signed)
        if let tail = end.tail { try Cut.make(tail, in: end, on: disk) }
        findings.cuts = try Cut.pending(on: disk)
        var known = head ?? Head()
        known.signedSize = max(known.signedSize, signed?.size ?? 0)
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

    private func state(
        at end: StoreEnd.Found, ring: KeyRing, head: Head
    ) throws(HistoryError) -> OpenedState {
        if head.number == 0 {
            try disk.replace(
                Head.fileName, with: [UInt8](repeating: 0, count: Head.fileOctetCount))
        }
        var state = OpenedState(headFile: try disk.open(Head.fileName, writable: true))
        (state.segments, state.frontier, state.head) = (end.segments, end.frontier, head)
        state.current = end.current
        let archive = HistoryArchive(
            disk: disk, ring: ring, segments: end.segments, size: end.frontier.size)
        state.openIntents = try archive.openIntents(from: end.openFloor)
        return state
    }
}

extension Optional where Wrapped: Sendable {
    /// `flatMap` that keeps the error's type.
    fileprivate func flatMap<Result, Failure: Error>(
        _ body: (Wrapped) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        guard let self else { return nil }
        return try body(self)
    }
}
