internal import Cryptography
internal import Octets
internal import Records
internal import TransparencyLog

/// The end of the log: where the next group goes. Durable first, then memory; after a failed
/// write or sync it refuses for ever.
struct HistoryWriter: Sendable {
    let disk: any HistoryDisk
    let origin: String
    let key: MACKey
    let growthOctetCount: Int

    private(set) var segments: [SegmentPlace]
    private(set) var frontier: TreeFrontier
    private(set) var openIntents: Set<UInt64>
    private var head: Head
    private var headFile: any HistoryFile
    /// The place of `head` that is on the disk as it should be: not written before the other one
    /// is, so that no crash breaks both.
    private var durablePlace: UInt64?
    private var current: OpenSegment?
    private var isPoisoned = false
    private var buffer: [UInt8] = []

    /// The segment that is written.
    struct OpenSegment: Sendable {
        var file: any HistoryFile
        var month: YearMonth
        var firstIndex: UInt64
        var end: UInt64
        var size: UInt64
    }

    init(
        disk: any HistoryDisk, origin: String, key: MACKey, growthOctetCount: Int,
        state: OpenedState
    ) {
        (self.disk, self.origin, self.key) = (disk, origin, key)
        self.growthOctetCount = growthOctetCount
        (segments, frontier, openIntents) = (state.segments, state.frontier, state.openIntents)
        (head, headFile, current) = (state.head, state.headFile, state.current)
        durablePlace = head.number == 0 ? nil : head.place
    }

    /// The entries of the last group, for the index.
    private(set) var lastRows: [IndexRow] = []

    /// How much room has been made in the segment that is written.
    var roomEnd: UInt64 { current?.size ?? 0 }

    /// The largest size ever signed.
    var signedSize: UInt64 { head.signedSize }

    /// Writes a group of entries with one write and one sync: one receipt each, or one error for
    /// all of them.
    mutating func commit(_ entries: [SealedEntry]) throws(HistoryError) -> [HistoryReceipt] {
        guard !isPoisoned else { throw .poisoned }
        guard let month = entries.first?.month else { return [] }
        var segment = try segment(for: month)
        var tree = frontier
        var intents = openIntents
        var receipts: [HistoryReceipt] = []
        receipts.reserveCapacity(entries.count)
        var rows: [IndexRow] = []
        rows.reserveCapacity(entries.count)
        buffer.removeAll(keepingCapacity: true)
        let treeSize = tree.size + UInt64(entries.count)
        for entry in entries {
            rows.append(
                IndexRow(
                    index: tree.size, segment: segment.firstIndex,
                    offset: segment.end + UInt64(buffer.count), keyID: entry.leaf.keyID,
                    leafHash: entry.leafHash, event: entry.indexed))
            EntryFrame.append(entry, index: tree.size, to: &buffer)
            if entry.opensIntent { intents.insert(tree.size) }
            if let closed = entry.closedIntent { intents.remove(closed) }
            receipts.append(
                HistoryReceipt(index: tree.size, leafHash: entry.leafHash, treeSize: treeSize))
            tree.append(entry.leafHash)
        }
        let commit = CommitFrame(
            entryCount: UInt32(entries.count), size: tree.size, root: tree.root,
            openFloor: intents.min() ?? tree.size, offset: segment.end + UInt64(buffer.count))
        buffer += commit.encoded(key: key)
        try makeRoom(
            for: buffer.count, in: &segment, isClosing: entries.allSatisfy(\.isClosing))
        current = segment
        do throws(HistoryError) {
            try segment.file.write(buffer, at: segment.end)
        } catch {
            isPoisoned = true
            throw error
        }
        try sync(segment.file)
        segment.end += UInt64(buffer.count)
        (current, frontier, openIntents, lastRows) = (segment, tree, intents, rows)
        segments[segments.count - 1].end = segment.end
        return receipts
    }

    /// Writes `head` where it lags behind. Not synced: it may lag, it never runs ahead. A
    /// failure closes the store, but not what is durable already.
    mutating func writeLaggingHead() {
        guard !isPoisoned, head.frontier.size < frontier.size else { return }
        do throws(HistoryError) { try writeHead() } catch { isPoisoned = true }
    }

    /// Writes `head` as the tree stands, and on demand makes it durable.
    mutating func writeHead(
        signedSize: UInt64? = nil, isCleanStop: Bool = false, isDurable: Bool = false
    ) throws(HistoryError) {
        head.number += 1
        if head.place == durablePlace { head.number += 1 }
        head.isCleanStop = isCleanStop
        head.frontier = frontier
        head.segmentFirstIndex = current?.firstIndex ?? 0
        head.segmentEnd = current?.end ?? 0
        head.signedSize = max(head.signedSize, signedSize ?? 0)
        try headFile.write(head.encoded(key: key), at: head.place)
        guard isDurable else { return }
        try headFile.sync()
        durablePlace = head.place
    }

    /// Signs a checkpoint over everything that is durable, and keeps it before giving it out.
    mutating func signCheckpoint(_ signer: NoteSigner) throws(HistoryError) -> SignedNote {
        let checkpoint = Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
        let note: SignedNote
        do throws(NoteError) {
            note = try checkpoint.signed(by: signer)
        } catch {
            throw .cryptography(.malformed("the log's signing key"))
        }
        if checkpoint.size > signedSize {
            try disk.replace(CheckpointFile.fileName, with: note.octets)
            try writeHead(signedSize: checkpoint.size)
        }
        return note
    }

    /// Closes the store in order: nothing may lie beyond this mark when it is opened again.
    mutating func stop() throws(HistoryError) {
        guard !isPoisoned else { throw .poisoned }
        try writeHead(isCleanStop: true, isDurable: true)
        isPoisoned = true
    }

    /// How much room is made with one write, in octets.
    private static let pieceOctetCount = 64 << 10
    /// The largest write of several appends, in octets.
    static let largestGroupOctetCount = 1 << 20

    /// The segment an entry of this month goes to: the open one, also for an entry that was made
    /// just before the month ended. A clock that ran far ahead and was set right begins anew.
    private mutating func segment(for month: YearMonth) throws(HistoryError) -> OpenSegment {
        if let current {
            if month == current.month || month == current.month.adding(months: -1) {
                return current
            }
            try leave(current)
        }
        let header = SegmentHeader(origin: origin, month: month, frontier: frontier)
        // Room is made as more is needed, piece by piece.
        try disk.replace(header.fileName, with: header.encoded(key: key))
        let segment = OpenSegment(
            file: try disk.open(header.fileName, writable: true), month: month,
            firstIndex: header.firstIndex, end: UInt64(SegmentHeader.octetCount),
            size: UInt64(SegmentHeader.octetCount))
        segments.append(
            SegmentPlace(
                name: header.fileName, firstIndex: header.firstIndex, end: segment.end))
        current = segment
        return segment
    }

    /// Ends a segment where its last commit frame ends. One that never got an entry is removed:
    /// its successor begins at the same index.
    private mutating func leave(_ segment: OpenSegment) throws(HistoryError) {
        if segment.firstIndex == frontier.size, let place = segments.popLast() {
            current = nil
            try disk.remove(place.name)
        } else {
            try segment.file.truncate(to: segment.end)
            current?.size = segment.end
            try sync(segment.file)
        }
    }

    /// A sync that failed once proves nothing when it succeeds the next time.
    private mutating func sync(_ file: any HistoryFile) throws(HistoryError) {
        do throws(HistoryError) {
            try file.sync()
        } catch {
            isPoisoned = true
            throw error
        }
    }

    /// Octets of a segment's room that only what ends something may use: some hundred entries.
    private var reserveOctetCount: Int { min(Self.largestReserveOctetCount, growthOctetCount / 4) }
    private static let largestReserveOctetCount = 256 << 10
    /// By how much a segment grows for what ends something, on a disk that has no room for more.
    private static let closingGrowthOctetCount = 64 << 10

    /// Makes room of zeros ahead of the write, so that a full disk shows before it. What begins
    /// something leaves the reserve alone, and is refused where the segment cannot grow by a whole
    /// step: then a step's room stays free for keys, `head` and checkpoints.
    private mutating func makeRoom(
        for count: Int, in segment: inout OpenSegment, isClosing: Bool
    ) throws(HistoryError) {
        let free = segment.size - segment.end
        guard free < UInt64(count + (isClosing ? 0 : reserveOctetCount)) else { return }
        do throws(HistoryError) {
            try grow(&segment, by: max(growthOctetCount, count + reserveOctetCount))
        } catch .diskFull(let path) {
            guard isClosing else { throw .diskFull(path: path) }
            try grow(&segment, by: max(Self.closingGrowthOctetCount, count))
        }
    }

    /// All of it or nothing: what a full disk took is given back.
    private mutating func grow(
        _ segment: inout OpenSegment, by count: Int
    ) throws(HistoryError) {
        let start = segment.size
        let end = start + UInt64(count)
        // Piece by piece: a block as large as the room would stay in the heap.
        let zeros = [UInt8](repeating: 0, count: min(count, Self.pieceOctetCount))
        var place = start
        do throws(HistoryError) {
            while place < end {
                let piece = zeros.prefix(Int(min(UInt64(zeros.count), end - place)))
                try segment.file.write(Array(piece), at: place)
                place += UInt64(piece.count)
            }
        } catch {
            if place > start { try? segment.file.truncate(to: start) }
            throw error
        }
        segment.size = end
        try sync(segment.file)
    }
}

/// Where a segment lies and how far it is read.
struct SegmentPlace: Hashable, Sendable {
    var name: String
    var firstIndex: UInt64
    /// Where its last commit frame ends.
    var end: UInt64
}
