internal import Cryptography
internal import Disclosures
internal import Octets
internal import Synchronization
internal import TransparencyLog

/// What a store's entries are found by: derived from the segments, sealed, and thrown away and made
/// anew where it is missing or in doubt. It decides nothing: each entry that it finds is opened and
/// asked again.
///
/// Files in the folder `index` of the store: runs (`IndexRunHeader`), and `nodes`, the tree's nodes
/// over complete groups of 256 leaves. New entries wait in memory and become a run of their own by
/// some thousands; eight neighbours become one, and so does a segment when the next one begins.
final class HistoryIndex: Sendable {
    static let folderName = "index"
    /// How many runs of one size become one.
    static let fanIn = 8
    /// How many new entries may wait to be taken in; what is beyond is read from the segments later.
    private static let inboxCount = 1 << 14
    /// How many entries wait in memory at most before they become a run.
    private let tailCount: Int

    private struct Inbox {
        var rows: [IndexRow] = []
        var isDue = false
    }
    private let inbox = Mutex(Inbox())
    private let state: Mutex<State>

    /// What the index knows; used by one reader at a time.
    struct State: Sendable {
        let disk: any HistoryDisk
        let ring: KeyRing
        let tailCount: Int
        let cache = IndexBlockCache()
        var isLoaded = false
        /// Why there is no index until the store is opened again.
        var failure: HistoryError?
        /// The runs of each segment, which follow one another from its first entry on.
        var runs: [UInt64: [IndexRun]] = [:]
        /// The rows behind the last run of the segment that is written.
        var tail: [IndexRow] = []
        var nodes = TreeNodes()
        var keptNodes = 0
        var files: [String: any HistoryFile] = [:]
    }

    init(disk: any HistoryDisk, ring: KeyRing, tailCount: Int) {
        self.tailCount = tailCount
        state = Mutex(State(disk: disk, ring: ring, tailCount: tailCount))
    }

    /// Takes note of entries that are durable now. Whether enough wait for `catchUp`.
    func note(_ rows: [IndexRow]) -> Bool {
        inbox.withLock { inbox in
            if inbox.rows.count + rows.count <= Self.inboxCount { inbox.rows += rows }
            guard inbox.rows.count >= tailCount, !inbox.isDue else { return false }
            inbox.isDue = true
            return true
        }
    }

    /// Takes in what is new of an archive: all of it, or about so many entries. Whether nothing is
    /// left to do.
    @discardableResult
    func catchUp(_ archive: HistoryArchive, atMost count: Int = .max) throws(IndexFailure) -> Bool {
        let rows = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return inbox.rows
        }
        return try using { (state) throws(IndexFailure) in
            try state.catchUp(archive, noted: rows, atMost: count)
        }
    }

    /// Uses the index. Where it is in doubt it is thrown away, and the caller has to do without.
    private func using<Value>(
        _ body: (inout State) throws(IndexFailure) -> Value
    ) throws(IndexFailure) -> Value {
        try state.withLock { (state) throws(IndexFailure) in
            if let failure = state.failure { throw .disk(failure) }
            // Files are asked for anew each time: what lies under a name now is what counts.
            defer { state.files = [:] }
            do throws(IndexFailure) { return try body(&state) } catch {
                if case .doubt = error { state.forget() }
                throw error
            }
        }
    }

    /// Hands over the latest entries that match first, until `body` has enough.
    func search(
        _ query: HistoryQuery, in archive: HistoryArchive,
        _ body: (HistoryEntry) throws(HistoryError) -> Bool
    ) throws(IndexFailure) {
        try catchUp(archive)
        try using { (state) throws(IndexFailure) in
            var cards = Set([query.patient?.card].compactMap(\.self))
            if let id = query.patient?.id { cards.formUnion(try state.cards(of: id)) }
            try state.search(IndexQuery(query, cards: cards), in: archive) {
                (entry) throws(HistoryError) in
                guard query.matches(entry.event, cards: cards) else { return true }
                return try body(entry)
            }
        }
    }

    /// What closed an intent.
    func closing(
        of intent: UInt64, in archive: HistoryArchive
    ) throws(IndexFailure) -> HistoryEntry? {
        try catchUp(archive)
        var found: HistoryEntry?
        try using { (state) throws(IndexFailure) in
            try state.search(IndexQuery(closingOf: intent), in: archive) { entry in
                guard entry.event.intentIndex == intent else { return true }
                found = entry
                return false
            }
        }
        return found
    }

    /// One entry as it lies in its segment.
    func entry(
        at index: UInt64, in archive: HistoryArchive
    ) throws(IndexFailure) -> FrameWalk.Entry {
        try catchUp(archive)
        return try using { (state) throws(IndexFailure) in
            try state.entry(at: index, in: archive)
        }
    }

    /// The leaf hashes of a complete group of 256.
    func leaves(
        of group: UInt64, in archive: HistoryArchive
    ) throws(IndexFailure) -> [SHA256Digest] {
        try using { (state) throws(IndexFailure) in
            let first = group * UInt64(TreeNodes.width)
            var hashes: [SHA256Digest] = []
            try state.walk(from: first, to: first + UInt64(TreeNodes.width), in: archive) {
                hashes.append($1.frame.leaf.hash)
            }
            return hashes
        }
    }

    /// The tree over at least an archive's entries.
    func nodes(_ archive: HistoryArchive) throws(IndexFailure) -> TreeNodes {
        try catchUp(archive)
        return state.withLock(\.nodes)
    }

    /// Forgets everything: what is needed is made anew.
    func forget() { state.withLock { $0.forget() } }

    /// Forgets what it has of some segments: what is still there of them is made anew.
    func forget(segments: Set<UInt64>) { state.withLock { $0.forget(segments: segments) } }

    /// Forgets runs that tell of entries whose key is gone.
    func forgetExpired() {
        state.withLock { state in
            let ring = state.ring
            let expired = state.runs.filter { _, runs in
                runs.contains { run in run.header.keys.contains { ring.key(id: $0) == nil } }
            }
            guard !expired.isEmpty else { return }
            state.forget(segments: Set(expired.keys))
        }
    }
}

extension HistoryIndex.State {
    mutating func forget() {
        forget(segments: nil)
        nodes = TreeNodes()
        keptNodes = 0
        try? disk.remove(Self.nodesFileName)
    }

    mutating func forget(segments: Set<UInt64>?) {
        for (segment, runs) in runs where segments?.contains(segment) ?? true {
            for run in runs { try? disk.remove(run.header.fileName) }
            self.runs[segment] = nil
        }
        if let first = tail.first?.segment, segments?.contains(first) ?? true { tail = [] }
    }

    static let nodesFileName = "nodes"

    /// Where an entry lies.
    struct Place {
        let segment: SegmentPlace
        let offset: UInt64
    }

    func place(
        of index: UInt64, in archive: HistoryArchive
    ) throws(IndexFailure) -> Place {
        guard index < archive.size,
            let segment = archive.segments.last(where: { $0.firstIndex <= index })
        else { throw .disk(.noEntry(index: index)) }
        return try doubting { () throws(IndexDoubt) in
            if let first = tail.first, first.index <= index, first.segment == segment.firstIndex,
                index - first.index < UInt64(tail.count)
            {
                return Place(segment: segment, offset: tail[Int(index - first.index)].offset)
            }
            let run = runs[segment.firstIndex]?.last { $0.header.first <= index }
            guard let run, index < run.header.end else {
                throw IndexDoubt(reason: "entry \(index) is not in the index")
            }
            return Place(segment: segment, offset: try run.offset(of: index))
        }
    }

    /// How many segments are kept open.
    private static let mostFiles = 64

    mutating func file(
        _ segment: SegmentPlace, of archive: HistoryArchive
    ) throws(IndexFailure) -> any HistoryFile {
        if let file = files[segment.name] { return file }
        if files.count >= Self.mostFiles { files = [:] }
        do throws(HistoryError) {
            let file = try archive.disk.open(segment.name, writable: false)
            files[segment.name] = file
            return file
        } catch { throw .disk(error) }
    }
}
