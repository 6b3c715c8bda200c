internal import Octets

/// Reads a segment's entries forward from a place that is known to begin a frame: without the tree, so
/// only what lies where the index, or a scan, found it is read like this.
struct FrameWalk {
    struct Entry {
        let frame: EntryFrame
        let offset: UInt64
        let body: [UInt8]
    }

    /// Some 256 entries: what a proof needs of them.
    private static let windowOctetCount = 192 << 10
    private var window: ReadWindow
    private var offset: UInt64
    private let limit: UInt64
    private let name: String

    /// A walk from an offset up to where the segment's last commit frame ends.
    init(_ file: any HistoryFile, _ place: SegmentPlace, from offset: UInt64) {
        window = ReadWindow(file: file, limit: place.end, octetCount: Self.windowOctetCount)
        (self.offset, limit, name) = (offset, place.end, place.name)
    }

    /// The next entry; nothing at the end.
    mutating func next() throws(HistoryError) -> Entry? {
        while offset < limit {
            guard let head = try window.octets(at: offset, count: EntryFrame.headOctetCount) else {
                throw damage
            }
            if head.starts(with: CommitFrame.magic) {
                offset += UInt64(CommitFrame.octetCount)
                continue
            }
            let start = offset + UInt64(EntryFrame.headOctetCount)
            guard let frame = EntryFrame(head: head),
                let body = try window.octets(at: start, count: frame.bodyOctetCount)
            else { throw damage }
            let entry = Entry(frame: frame, offset: offset, body: Array(body))
            offset += UInt64(frame.octetCount)
            return entry
        }
        return nil
    }

    private var damage: HistoryError {
        .damaged(file: name, offset: offset, reason: "an entry that was whole before no longer is")
    }
}

extension FrameWalk {
    /// How much is read at once of an entry that is looked up: most are shorter.
    private static let usualOctetCount = 1024

    /// The entry that begins at an offset; nothing where none does.
    static func entry(at offset: UInt64, of file: any HistoryFile) throws(HistoryError) -> Entry? {
        var octets = try file.read(at: offset, count: usualOctetCount)
        guard octets.count >= EntryFrame.headOctetCount,
            let frame = EntryFrame(head: Array(octets[..<EntryFrame.headOctetCount]))
        else { return nil }
        let end = EntryFrame.headOctetCount + frame.bodyOctetCount
        if octets.count < end {
            octets += try file.read(at: offset + UInt64(octets.count), count: end - octets.count)
        }
        guard octets.count >= end else { return nil }
        return Entry(
            frame: frame, offset: offset, body: Array(octets[EntryFrame.headOctetCount..<end]))
    }
}
