internal import Cryptography
internal import Octets
internal import TransparencyLog

/// A segment's entries up to a commit frame, in order.
struct ScannedGroup {
    struct Entry {
        let frame: EntryFrame
        let offset: UInt64
        let leafHash: SHA256Digest
        /// Empty where the scan was told that nobody wants bodies.
        let body: [UInt8]
        /// Whether the body is not what the leaf names, but zeros: erased, if a manifest says so.
        let isErased: Bool
    }

    let entries: [Entry]
    let commit: CommitFrame
    /// Where the commit frame ends.
    let end: UInt64
}

/// Reads a segment forward, group by group, and stops before the first octet that does not fit.
struct SegmentScan {
    /// Why the scan stopped.
    enum Stop: Hashable {
        /// Nothing but zeros may follow.
        case zeros
        /// The limit was reached.
        case limit
        /// Something that is no frame, or not the next.
        case fault(String)
    }

    let header: SegmentHeader
    let limit: UInt64
    private let key: MACKey?
    private var window: ReadWindow

    /// The tree up to the last group that was whole.
    private(set) var frontier: TreeFrontier
    /// Where that group ends.
    private(set) var end: UInt64
    /// Where the octet stands that did not fit.
    private(set) var stopOffset: UInt64
    private(set) var stop: Stop?
    /// The index that the entry would have had which did not fit.
    private(set) var stopIndex: UInt64

    /// From which offset on bodies are compared with what their leaves name.
    private let trustedEnd: UInt64
    private let keepsBodies: Bool
    /// Before which entry a body of zeros is no fault of the scan's.
    private let erasedLimit: UInt64

    /// A scan from the first frame. Frames beyond `limit` are not read; bodies before
    /// `trustedEnd` are not hashed.
    init(
        _ file: any HistoryFile, name: String, key: MACKey?, limit: UInt64? = nil,
        trustedEnd: UInt64 = 0, keepsBodies: Bool = true, erasedLimit: UInt64 = 0
    ) throws(HistoryError) {
        (self.trustedEnd, self.keepsBodies) = (trustedEnd, keepsBodies)
        self.erasedLimit = erasedLimit
        let size = try file.size()
        header = try SegmentHeader(
            octets: try file.read(at: 0, count: SegmentHeader.octetCount), file: name, key: key)
        self.key = key
        self.limit = min(limit ?? size, size)
        window = ReadWindow(file: file, limit: self.limit)
        frontier = header.frontier
        end = UInt64(SegmentHeader.octetCount)
        (stopOffset, stopIndex) = (end, frontier.size)
    }

    /// Goes to where the scan stops, group by group.
    mutating func finish(
        _ body: (ScannedGroup) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        while let group = try next() { try body(group) }
    }

    /// The next group; nothing where the scan stops.
    mutating func next() throws(HistoryError) -> ScannedGroup? {
        guard stop == nil else { return nil }
        var entries: [ScannedGroup.Entry] = []
        var tree = frontier
        var offset = end
        while true {
            (stopOffset, stopIndex) = (offset, tree.size)
            guard offset < limit else {
                return stopped(entries.isEmpty ? .limit : .fault(cutShort))
            }
            guard let head = try window.octets(at: offset, count: EntryFrame.headOctetCount) else {
                return stopped(.fault(cutShort))
            }
            guard let frame = unsafe head.withUnsafeBytes({ unsafe EntryFrame($0) }) else {
                return try endGroup(head, offset, tree, entries)
            }
            guard frame.index == tree.size else { return stopped(.fault("not the next entry")) }
            let bodyOffset = offset + UInt64(EntryFrame.headOctetCount)
            guard let body = try window.octets(at: bodyOffset, count: frame.bodyOctetCount),
                offset + UInt64(frame.octetCount) <= limit
            else { return stopped(.fault(cutShort)) }
            var isErased = false
            if offset >= trustedEnd,
                unsafe body.withUnsafeBytes({ unsafe SHA256Digest(hashing: $0) })
                    != frame.leaf.bodyDigest
            {
                isErased = frame.index < erasedLimit && ErasedBody.isOne(body)
                guard isErased else {
                    return stopped(.fault("a body that is not what its leaf names"))
                }
            }
            let leafHash = frame.leaf.hash
            tree.append(leafHash)
            entries.append(
                ScannedGroup.Entry(
                    frame: frame, offset: offset, leafHash: leafHash,
                    body: keepsBodies ? Array(body) : [], isErased: isErased))
            offset += UInt64(frame.octetCount)
        }
    }

    /// What is no entry ends the group, or the scan.
    private mutating func endGroup(
        _ head: ArraySlice<UInt8>, _ offset: UInt64, _ tree: TreeFrontier,
        _ entries: [ScannedGroup.Entry]
    ) throws(HistoryError) -> ScannedGroup? {
        let head = Array(head)
        guard let commit = CommitFrame(octets: head, key: key) else {
            let isZero = entries.isEmpty && head.allSatisfy { $0 == 0 }
            return stopped(isZero ? .zeros : .fault("no frame begins here"))
        }
        if let reason = mismatch(commit, offset, tree, entries.count) {
            return stopped(.fault(reason))
        }
        (frontier, end) = (tree, offset + UInt64(CommitFrame.octetCount))
        return ScannedGroup(entries: entries, commit: commit, end: end)
    }

    private mutating func stopped(_ reason: Stop) -> ScannedGroup? {
        stop = reason
        return nil
    }

    private func mismatch(
        _ commit: CommitFrame, _ offset: UInt64, _ tree: TreeFrontier, _ count: Int
    ) -> String? {
        if commit.offset != offset { return "a commit frame from another place" }
        if commit.size != tree.size || Int(commit.entryCount) != count {
            return "a commit frame over other entries"
        }
        return commit.root == tree.root ? nil : "a commit frame with another root"
    }
}

private let cutShort = "the file ends within a group"

/// Reads a file forward in large pieces.
struct ReadWindow {
    private let octetCount: Int
    private let file: any HistoryFile
    private let limit: UInt64
    private var start: UInt64 = 0
    private var octets: [UInt8] = []

    init(file: any HistoryFile, limit: UInt64, octetCount: Int = 1 << 20) {
        (self.file, self.limit, self.octetCount) = (file, limit, octetCount)
    }

    /// Octets at an offset; nothing if the limit lies before their end.
    mutating func octets(
        at offset: UInt64, count: Int
    ) throws(HistoryError) -> ArraySlice<UInt8>? {
        guard offset + UInt64(count) <= limit else { return nil }
        if offset < start || offset + UInt64(count) > start + UInt64(octets.count) {
            let wanted = max(count, Int(min(UInt64(octetCount), limit - offset)))
            octets = try file.read(at: offset, count: wanted)
            start = offset
        }
        let first = Int(offset - start)
        guard first + count <= octets.count else { return nil }
        return octets[first..<first + count]
    }
}
