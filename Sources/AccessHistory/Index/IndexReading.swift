internal import Disclosures
internal import Octets

extension HistoryIndex.State {
    /// The cards that any entry ties to a patient's id.
    func cards(of id: String) throws(IndexFailure) -> Set<CardReference> {
        let term = IndexTerm.cards(of: id)
        var cards: Set<CardReference> = []
        for run in runs.values.joined() {
            cards.formUnion(
                try doubting { () throws(IndexDoubt) -> [CardReference] in
                    guard let entry = try run.find(term), entry.isCards else { return [] }
                    return try run.cards(entry)
                })
        }
        for row in tail {
            if let link = row.event?.link, link.term == term { cards.insert(link.card) }
        }
        return cards
    }

    /// Opens what the terms find, the latest first. What is handed over may not match all of the
    /// query: who asks looks at it again.
    mutating func search(
        _ query: IndexQuery, in archive: HistoryArchive,
        _ body: (HistoryEntry) throws(HistoryError) -> Bool
    ) throws(IndexFailure) {
        for segment in archive.segments.reversed() {
            if let first = tail.first, first.segment == segment.firstIndex {
                for row in tail.reversed() where row.index < archive.size {
                    guard let event = row.event, query.matches(event) else { continue }
                    let place = Place(segment: segment, offset: row.offset)
                    guard try open(row.index, at: place, in: archive, body) else { return }
                }
            }
            for run in runs[segment.firstIndex]?.reversed() ?? [] {
                guard try search(query, run, segment, in: archive, body) else { return }
            }
        }
    }

    private mutating func search(
        _ query: IndexQuery, _ run: IndexRun, _ segment: SegmentPlace, in archive: HistoryArchive,
        _ body: (HistoryEntry) throws(HistoryError) -> Bool
    ) throws(IndexFailure) -> Bool {
        let first = run.header.first
        guard archive.size > first else { return true }
        var limit = UInt32(min(UInt64(run.header.entries), archive.size - first)) - 1
        guard let cursor = try doubting({ () throws(IndexDoubt) in try query.cursor(in: run) })
        else { return true }
        while let found = try doubting({ () throws(IndexDoubt) in try cursor.latest(upTo: limit) })
        {
            let index = first + UInt64(found)
            let offset = try doubting { () throws(IndexDoubt) in try run.offset(of: index) }
            let place = Place(segment: segment, offset: offset)
            guard try open(index, at: place, in: archive, body) else { return false }
            guard found > 0 else { break }
            limit = found - 1
        }
        return true
    }

    private mutating func open(
        _ index: UInt64, at place: Place, in archive: HistoryArchive,
        _ body: (HistoryEntry) throws(HistoryError) -> Bool
    ) throws(IndexFailure) -> Bool {
        let raw = try entry(index, at: place, in: archive)
        do throws(HistoryError) {
            return try body(
                HistoryEntry(index: index, event: try archive.open(raw.body, raw.frame.leaf)))
        } catch .keyGone {
            return true
        } catch .erased {
            return true
        } catch { throw .disk(error) }
    }

    mutating func entry(
        at index: UInt64, in archive: HistoryArchive
    ) throws(IndexFailure) -> FrameWalk.Entry {
        try entry(index, at: try place(of: index, in: archive), in: archive)
    }

    private mutating func entry(
        _ index: UInt64, at place: Place, in archive: HistoryArchive
    ) throws(IndexFailure) -> FrameWalk.Entry {
        let file = try file(place.segment, of: archive)
        let found: FrameWalk.Entry?
        do throws(HistoryError) {
            found = try FrameWalk.entry(at: place.offset, of: file)
        } catch { throw .disk(error) }
        guard let found, found.frame.index == index else {
            throw .doubt(IndexDoubt(reason: "entry \(index) does not stand where the index says"))
        }
        return found
    }

    /// Every entry of a range, in order, whose first is in the index.
    mutating func walk(
        from first: UInt64, to end: UInt64, in archive: HistoryArchive,
        _ body: (SegmentPlace, FrameWalk.Entry) throws(IndexFailure) -> Void
    ) throws(IndexFailure) {
        guard first < end else { return }
        var index = first
        for segment in archive.segments {
            let next = archive.end(of: segment)
            guard next > index, index < end else { continue }
            // What begins with the segment needs no index.
            let offset =
                index == segment.firstIndex
                ? UInt64(SegmentHeader.octetCount) : try place(of: index, in: archive).offset
            var walk = FrameWalk(try file(segment, of: archive), segment, from: offset)
            while index < min(end, next) {
                let entry: FrameWalk.Entry?
                do throws(HistoryError) { entry = try walk.next() } catch { throw .disk(error) }
                guard let entry, entry.frame.index == index else {
                    throw .doubt(IndexDoubt(reason: "entry \(index) does not follow"))
                }
                try body(segment, entry)
                index += 1
            }
        }
    }
}
