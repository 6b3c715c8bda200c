internal import Disclosures
internal import Octets
internal import TransparencyLog

extension HistoryIndex.State {
    /// Takes in what is new: rows that the writer noted, and what only the segments know.
    mutating func catchUp(
        _ archive: HistoryArchive, noted rows: [IndexRow], atMost count: Int
    ) throws(IndexFailure) -> Bool {
        if !isLoaded {
            try load(archive)
            isLoaded = true
        }
        for row in rows where row.index == covered(archive.place(startingAt: row.segment)) {
            try take(row, of: archive)
        }
        var left = count
        for segment in archive.segments {
            let end = archive.end(of: segment)
            while covered(segment) < end {
                guard left > 0 else { return false }
                let first = covered(segment)
                let next = min(end, first + UInt64(min(left, tailCount)))
                var rows: [IndexRow] = []
                try readOn(from: first, to: next, in: archive) {
                    (place, entry) throws(IndexFailure) in
                    rows.append(try archive.indexRow(entry, place))
                }
                for row in rows { try take(row, of: archive) }
                left -= rows.count
            }
            if segment.firstIndex != archive.segments.last?.firstIndex {
                try close(segment.firstIndex)
            }
        }
        try completeNodes(archive)
        return true
    }

    /// How far a segment is in the index.
    private func covered(_ segment: SegmentPlace?) -> UInt64? {
        guard let segment else { return nil }
        return covered(segment)
    }

    private func covered(_ segment: SegmentPlace) -> UInt64 {
        if let first = tail.first, first.segment == segment.firstIndex {
            return first.index + UInt64(tail.count)
        }
        return runs[segment.firstIndex]?.last?.header.end ?? segment.firstIndex
    }

    /// Reads on behind what the index has of a segment.
    private mutating func readOn(
        from first: UInt64, to end: UInt64, in archive: HistoryArchive,
        _ body: (SegmentPlace, FrameWalk.Entry) throws(IndexFailure) -> Void
    ) throws(IndexFailure) {
        // From the entry before, which the index has, unless the segment begins here.
        let isBeginning = archive.segments.contains { $0.firstIndex == first }
        let start = isBeginning ? first : first - 1
        try walk(from: start, to: end, in: archive) { (place, entry) throws(IndexFailure) in
            if entry.frame.index >= first { try body(place, entry) }
        }
    }

    private mutating func take(
        _ row: IndexRow, of archive: HistoryArchive
    ) throws(IndexFailure) {
        if let first = tail.first, first.segment != row.segment {
            try flush()
        }
        tail.append(row)
        if row.index == nodes.size { nodes.append(row.leafHash) }
        if tail.count >= tailCount { try flush() }
    }

    /// Makes the rows in memory a run of their own, and neighbours of one size one.
    private mutating func flush() throws(IndexFailure) {
        guard let segment = tail.first?.segment else { return }
        do throws(HistoryError) {
            guard let name = try IndexRunWriter.write(tail, ring: ring, on: disk) else {
                throw .foreign(file: HistoryIndex.folderName, reason: "too large a segment")
            }
            tail = []
            let run = try opened(name)
            runs[segment, default: []].append(run)
            try keepNodes()
        } catch { throw fail(error) }
        try mergeLevels(segment)
    }

    private func opened(_ name: String) throws(HistoryError) -> IndexRun {
        do throws(IndexDoubt) { return try IndexRun(name, on: disk, ring, cache) } catch {
            throw .foreign(file: name, reason: error.reason)
        }
    }

    /// What cannot be written is not tried again until the store is opened anew: the history goes on.
    private mutating func fail(_ error: HistoryError) -> IndexFailure {
        failure = error
        return .disk(error)
    }

    private mutating func mergeLevels(_ segment: UInt64) throws(IndexFailure) {
        while let runs = runs[segment], let last = runs.last {
            let level = level(last)
            let same = runs.reversed().prefix { self.level($0) == level }.count
            guard same >= HistoryIndex.fanIn else { return }
            try merge(last: same, of: segment)
        }
    }

    private func level(_ run: IndexRun) -> Int {
        var level = 0
        var count = tailCount * HistoryIndex.fanIn
        while Int(run.header.entries) >= count {
            level += 1
            count *= HistoryIndex.fanIn
        }
        return level
    }

    private mutating func merge(last count: Int, of segment: UInt64) throws(IndexFailure) {
        guard let runs = runs[segment], count > 1 else { return }
        let old = Array(runs.suffix(count))
        do throws(IndexFailure) {
            guard let name = try IndexRunWriter.merge(old, ring: ring, on: disk) else { return }
            do throws(HistoryError) {
                self.runs[segment] = Array(runs.dropLast(count)) + [try opened(name)]
                for run in old { try disk.remove(run.header.fileName) }
            } catch { throw .disk(error) }
        } catch {
            if case .disk(let error) = error { throw fail(error) }
            throw error
        }
    }

    /// A segment that another follows becomes one run.
    private mutating func close(_ segment: UInt64) throws(IndexFailure) {
        if tail.first?.segment == segment { try flush() }
        guard let count = runs[segment]?.count, count > 1 else { return }
        try merge(last: count, of: segment)
    }

    // MARK: Loading

    /// Reads what an earlier opening left; what does not belong here is removed.
    private mutating func load(_ archive: HistoryArchive) throws(IndexFailure) {
        do throws(HistoryError) {
            var found: [UInt64: [(first: UInt64, end: UInt64, name: String)]] = [:]
            for name in try disk.names() {
                if let places = IndexRunHeader.places(in: name) {
                    found[places.segment, default: []]
                        .append((places.first, places.end, name))
                } else if name.hasSuffix(".new") {
                    try disk.remove(name)
                }
            }
            for (segment, names) in found {
                // Of two that begin alike the longer one is what the shorter was merged into.
                let names = names.sorted { ($0.first, $1.end) < ($1.first, $0.end) }
                try load(names, segment: archive.place(startingAt: segment), archive)
            }
            let kept = try disk.read(Self.nodesFileName, longest: 1 << 30) ?? []
            let count = min(
                kept.count / SHA256Digest.octetCount, Int(archive.size) / TreeNodes.width)
            nodes = TreeNodes(
                nodes: (0..<count).compactMap { number in
                    let start = number * SHA256Digest.octetCount
                    return SHA256Digest(Array(kept[start..<start + SHA256Digest.octetCount]))
                })
            keptNodes = count
        } catch { throw fail(error) }
    }

    private mutating func load(
        _ names: [(first: UInt64, end: UInt64, name: String)], segment: SegmentPlace?,
        _ archive: HistoryArchive
    ) throws(HistoryError) {
        var runs: [IndexRun] = []
        for (first, end, name) in names {
            guard let segment, end <= archive.end(of: segment),
                first == runs.last?.header.end ?? segment.firstIndex,
                let run = try? IndexRun(name, on: disk, ring, cache),
                holds(run, in: segment, archive)
            else {
                try disk.remove(name)
                continue
            }
            runs.append(run)
        }
        if let segment, !runs.isEmpty { self.runs[segment.firstIndex] = runs }
    }

    /// Whether a run's last entry is the one that stands there.
    private mutating func holds(
        _ run: IndexRun, in segment: SegmentPlace, _ archive: HistoryArchive
    ) -> Bool {
        guard let offset = try? run.offset(of: run.header.end - 1),
            let file = try? file(segment, of: archive),
            let entry = try? FrameWalk.entry(at: offset, of: file)
        else { return false }
        return entry.frame.index == run.header.end - 1
            && entry.frame.leaf.hash == run.header.lastLeaf
    }

    // MARK: The tree's nodes

    /// Brings the nodes to the archive's end, where no rows did.
    private mutating func completeNodes(_ archive: HistoryArchive) throws(IndexFailure) {
        guard nodes.size < archive.size else { return }
        var nodes = nodes
        try walk(from: nodes.size, to: archive.size, in: archive) {
            nodes.append($1.frame.leaf.hash)
        }
        self.nodes = nodes
    }

    /// Appends the nodes that are new to their file.
    private mutating func keepNodes() throws(HistoryError) {
        let new = nodes.nodes.dropFirst(keptNodes)
        guard !new.isEmpty else { return }
        let file: any HistoryFile
        do throws(HistoryError) {
            file = try disk.open(Self.nodesFileName, writable: true)
        } catch .absent {
            file = try disk.create(Self.nodesFileName)
        }
        try file.write(
            new.flatMap(\.octets), at: UInt64(keptNodes * SHA256Digest.octetCount))
        keptNodes += new.count
    }
}

extension HistoryArchive {
    /// The segment that begins with an entry.
    func place(startingAt index: UInt64) -> SegmentPlace? {
        segments.first { $0.firstIndex == index }
    }

    /// Where a segment's entries end.
    func end(of segment: SegmentPlace) -> UInt64 {
        segments.first { $0.firstIndex > segment.firstIndex }?.firstIndex ?? size
    }

    /// An entry as the index takes it in.
    func indexRow(
        _ entry: FrameWalk.Entry, _ segment: SegmentPlace
    ) throws(IndexFailure) -> IndexRow {
        var event: IndexedEvent?
        do throws(HistoryError) {
            event = IndexedEvent(try open(entry.body, entry.frame.leaf))
        } catch .keyGone {
        } catch .erased {
        } catch { throw .disk(error) }
        return IndexRow(
            index: entry.frame.index, segment: segment.firstIndex, offset: entry.offset,
            keyID: entry.frame.leaf.keyID, leafHash: entry.frame.leaf.hash, event: event)
    }
}
