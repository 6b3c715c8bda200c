internal import Octets
internal import TransparencyLog

/// Finds where a store ends, and judges what lies behind.
struct StoreEnd {
    let disk: any HistoryDisk
    let origin: String
    /// The key of the codes; without it they are not judged.
    let key: MACKey?
    let names: [String]

    /// Where the store ends.
    struct Found {
        var segments: [SegmentPlace] = []
        var frontier = TreeFrontier()
        var openFloor: UInt64 = 0
        var current: HistoryWriter.OpenSegment?
        /// Octets of an unfinished write behind the end: from there, so many.
        var tail: (offset: UInt64, octets: [UInt8])?
    }

    /// Reads the store up to its end; a reader that will not write changes and locks nothing.
    func read(
        head: Head, signed: Checkpoint?, isForWriting: Bool = true
    ) throws(HistoryError) -> Found {
        var found = Found()
        guard let last = names.last else { return found }
        var before: (frontier: TreeFrontier, name: String)?
        for name in names.dropLast() {
            try readClosed(name, after: &before, into: &found)
        }
        let file = try disk.open(last, writable: isForWriting)
        // What the system remembers may be what a failed write left behind: ask the disk.
        if isForWriting { try file.sync() }
        let size = try file.size()
        guard size >= UInt64(SegmentHeader.octetCount) else {
            throw .damaged(file: last, offset: size, reason: "it ends within its header")
        }
        let header = try SegmentScan(file, name: last, key: key, limit: 0).header
        try check(header, follows: before, file: last)
        let trustedEnd = head.segmentFirstIndex == header.firstIndex ? head.segmentEnd : 0
        if isForWriting { file.forgetCache(from: trustedEnd) }
        var scan = try SegmentScan(
            file, name: last, key: key, trustedEnd: trustedEnd, keepsBodies: false)
        var marks = Marks(head: head, signed: signed, file: last)
        try marks.pass(scan.frontier, at: scan.end)
        try scan.finish { (group) throws(HistoryError) in
            found.openFloor = group.commit.openFloor
            try marks.pass(size: group.commit.size, root: group.commit.root, at: group.end)
        }
        try marks.finish(scan)
        found.frontier = scan.frontier
        found.current = HistoryWriter.OpenSegment(
            file: file, month: header.month, firstIndex: header.firstIndex, end: scan.end,
            size: size)
        found.segments.append(
            SegmentPlace(name: last, firstIndex: header.firstIndex, end: scan.end))
        found.tail = try tail(of: scan, file: file, name: last, head: head)
        return found
    }

    /// A segment that another follows ends in a commit frame, and the next begins there.
    private func readClosed(
        _ name: String, after before: inout (frontier: TreeFrontier, name: String)?,
        into found: inout Found
    ) throws(HistoryError) {
        let file = try disk.open(name, writable: false)
        let header = try SegmentScan(file, name: name, key: key, limit: 0).header
        try check(header, follows: before, file: name)
        let size = try file.size()
        let offset = size - min(size, UInt64(CommitFrame.octetCount))
        guard offset >= UInt64(SegmentHeader.octetCount),
            let commit = CommitFrame(
                octets: try file.read(at: offset, count: CommitFrame.octetCount), key: key),
            commit.offset == offset
        else {
            throw .damaged(file: name, offset: offset, reason: "it does not end in a commit frame")
        }
        found.openFloor = commit.openFloor
        found.segments.append(
            SegmentPlace(name: name, firstIndex: header.firstIndex, end: size))
        before = (try frontier(beginning: name, size: commit.size, root: commit.root), name)
    }

    /// The tree at the end of a closed segment, as the header of the next one has it.
    private func frontier(
        beginning name: String, size: UInt64, root: SHA256Digest
    ) throws(HistoryError) -> TreeFrontier {
        guard let place = names.firstIndex(of: name), names.indices.contains(place + 1) else {
            throw .damaged(file: name, offset: 0, reason: "no segment follows it")
        }
        let next = names[place + 1]
        let file = try disk.open(next, writable: false)
        let header = try SegmentScan(file, name: next, key: key, limit: 0).header
        guard header.frontier.size == size, header.frontier.root == root else {
            throw .damaged(file: next, offset: 0, reason: "it does not follow \(name)")
        }
        return header.frontier
    }

    private func check(
        _ header: SegmentHeader, follows before: (frontier: TreeFrontier, name: String)?,
        file: String
    ) throws(HistoryError) {
        guard header.origin.utf8.elementsEqual(origin.utf8) else {
            throw .foreign(file: file, reason: "it belongs to the log \(header.origin)")
        }
        guard header.frontier == before?.frontier ?? TreeFrontier() else {
            throw .damaged(file: file, offset: 0, reason: "what should come before it is missing")
        }
    }

    /// What lies behind the last whole group: nothing, an unfinished write, or damage.
    private func tail(
        of scan: SegmentScan, file: any HistoryFile, name: String, head: Head
    ) throws(HistoryError) -> (offset: UInt64, octets: [UInt8])? {
        let size = try file.size()
        var octets = try file.read(at: scan.end, count: Int(size - scan.end))
        var used = octets.count
        while used > 0, octets[used - 1] == 0 { used -= 1 }
        guard used > 0 else { return nil }
        octets.removeSubrange(used...)
        func damage(_ reason: String) -> HistoryError {
            .damaged(file: name, offset: scan.stopOffset, reason: reason)
        }
        guard !head.isCleanStop else { throw damage("something lies beyond a clean stop") }
        if let later = laterCommit(in: octets, from: scan.end, beyond: scan.frontier.size) {
            throw damage("a whole group follows at octet \(later), so this is no unfinished write")
        }
        return (scan.end, octets)
    }

    /// A commit frame of a later group than the one that did not fit: that group had begun only
    /// after the first was durable, so what is broken was whole once.
    private func laterCommit(
        in octets: [UInt8], from start: UInt64, beyond size: UInt64
    ) -> UInt64? {
        for place in stride(from: 0, to: octets.count, by: 8)
        where octets[place] == CommitFrame.magic[0] {
            let end = place + CommitFrame.octetCount
            guard end <= octets.count,
                let commit = CommitFrame(octets: Array(octets[place..<end]), key: key),
                commit.offset == start + UInt64(place),
                commit.size - UInt64(commit.entryCount) > size
            else { continue }
            return commit.offset
        }
        return nil
    }
}

/// Sizes that the store must pass with the right root: what `head` and the checkpoint name.
private struct Marks {
    let head: Head
    let file: String
    private var pending: [(size: UInt64, root: SHA256Digest, name: String)] = []

    init(head: Head, signed: Checkpoint?, file: String) {
        (self.head, self.file) = (head, file)
        pending.append((head.frontier.size, head.frontier.root, Head.fileName))
        if let signed {
            pending.append((signed.size, signed.root, CheckpointFile.fileName))
        }
    }

    mutating func pass(_ frontier: TreeFrontier, at offset: UInt64) throws(HistoryError) {
        // Marks from before this segment were passed when it began.
        pending.removeAll { $0.size < frontier.size }
        try pass(size: frontier.size, root: frontier.root, at: offset)
    }

    mutating func pass(size: UInt64, root: SHA256Digest, at offset: UInt64) throws(HistoryError) {
        for mark in pending where mark.size == size && mark.root != root {
            throw .damaged(
                file: file, offset: offset, reason: "another root than \(mark.name) has")
        }
        pending.removeAll { $0.size == size }
    }

    func finish(_ scan: SegmentScan) throws(HistoryError) {
        if let mark = pending.first {
            throw .damaged(
                file: file, offset: scan.stopOffset,
                reason: "it ends before the \(mark.size) entries that \(mark.name) names")
        }
        if scan.frontier.size < head.signedSize {
            throw .damaged(
                file: file, offset: scan.stopOffset,
                reason: "it ends before the \(head.signedSize) entries that were signed")
        }
        if head.isCleanStop, scan.frontier.size > head.frontier.size {
            throw .damaged(
                file: file, offset: head.segmentEnd, reason: "entries beyond a clean stop")
        }
    }
}
