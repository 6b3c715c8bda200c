internal import Cryptography
internal import Disclosures
internal import Octets

/// Writes a run front to back, block by block; only the directory and the cards wait in memory.
///
/// Not synced: what a power cut leaves of it cannot be opened, and is made anew.
struct IndexRunWriter {
    private let disk: any HistoryDisk
    private let file: any HistoryFile
    private let draft: String
    private var header: IndexRunHeader
    private let key: [UInt8]
    private var buffer: [UInt8] = []
    private var blockCount = 0
    private var entries: [IndexDirectoryEntry] = []
    private var cards: [CardReference] = []
    private var open: (term: IndexTerm, start: UInt32)?

    /// A run of the entries from `header.first` on; counts are filled in as it is written.
    init(_ header: IndexRunHeader, ring: KeyRing, on disk: any HistoryDisk) throws(HistoryError) {
        (self.disk, self.header) = (disk, header)
        key = IndexBlock.key(
            of: header, ring.indexKey, header.keys.compactMap { ring.key(id: $0) })
        draft = "\(header.segment)-\(header.first).new"
        try disk.remove(draft)
        file = try disk.create(draft)
    }

    /// The next entry's place. All of them come before the first term.
    mutating func add(place: UInt32) throws(HistoryError) {
        header.entries += 1
        try put(place)
    }

    /// Ends the places.
    mutating func endPlaces() throws(HistoryError) { try endSection() }

    /// Begins a term, which must be larger than the one before.
    mutating func begin(_ term: IndexTerm) { open = (term, header.postings) }

    /// The open term's next posting.
    mutating func add(posting: UInt32) throws(HistoryError) {
        header.postings += 1
        try put(posting)
    }

    /// Ends a term.
    mutating func endTerm() {
        guard let term = open, header.postings > term.start else { return }
        entries.append(
            IndexDirectoryEntry(
                term: term.term, start: term.start, count: header.postings - term.start,
                isCards: false))
        open = nil
    }

    /// A term that stands for cards.
    mutating func add(_ term: IndexTerm, cards these: [CardReference]) {
        entries.append(
            IndexDirectoryEntry(
                term: term, start: UInt32(cards.count), count: UInt32(these.count), isCards: true))
        cards += these
    }

    /// Writes what waited, and gives the file its name, which is given back.
    mutating func finish(times: ClosedRange<Int64>) throws(HistoryError) -> String {
        try endSection()
        for card in cards { try put(card.code.octets) }
        try endSection()
        var guide: [UInt8] = []
        guide.append(bigEndian: UInt64(bitPattern: times.lowerBound))
        guide.append(bigEndian: UInt64(bitPattern: times.upperBound))
        var filter = IndexFilter(termCount: entries.count)
        for (place, entry) in entries.enumerated() {
            if place.isMultiple(of: IndexDirectoryEntry.perBlock) {
                guide.append(bigEndian: entry.term.value)
            }
            filter.insert(entry.term)
            var octets: [UInt8] = []
            entry.append(to: &octets)
            try put(octets)
        }
        try endSection()
        (header.cards, header.terms) = (UInt32(cards.count), UInt32(entries.count))
        header.filterOctets = UInt32(filter.octets.count)
        try put(guide + filter.octets, additional: header.octets)
        try endSection(additional: header.octets)
        try file.write(header.octets, at: 0)
        try disk.move(draft, to: header.fileName)
        return header.fileName
    }

    private mutating func put(_ number: UInt32) throws(HistoryError) {
        buffer.append(bigEndian: number)
        if buffer.count >= IndexBlock.octetCount { try writeBlock([]) }
    }

    private mutating func put(
        _ octets: [UInt8], additional: [UInt8] = []
    ) throws(HistoryError) {
        var rest = octets[...]
        while !rest.isEmpty {
            let piece = rest.prefix(IndexBlock.octetCount - buffer.count)
            buffer += piece
            rest = rest.dropFirst(piece.count)
            if buffer.count == IndexBlock.octetCount { try writeBlock(additional) }
        }
    }

    private mutating func endSection(additional: [UInt8] = []) throws(HistoryError) {
        guard !buffer.isEmpty else { return }
        buffer += [UInt8](repeating: 0, count: IndexBlock.octetCount - buffer.count)
        try writeBlock(additional)
    }

    private mutating func writeBlock(_ additional: [UInt8]) throws(HistoryError) {
        let sealed: [UInt8]
        do throws(CryptographyError) {
            sealed = try AES256GCM.seal(
                buffer, key: key, nonce: IndexBlock.nonce(blockCount), additional: additional)
        } catch { throw .cryptography(error) }
        let offset = IndexRunHeader.octetCount + blockCount * IndexBlock.sealedOctetCount
        try file.write(sealed, at: UInt64(offset))
        blockCount += 1
        buffer.removeAll(keepingCapacity: true)
    }
}

extension IndexRunWriter {
    /// Writes the rows of one segment that follow one another, and gives back the file's name.
    static func write(
        _ rows: [IndexRow], ring: KeyRing, on disk: any HistoryDisk
    ) throws(HistoryError) -> String? {
        guard let first = rows.first, let last = rows.last else { return nil }
        var header = IndexRunHeader(
            lastLeaf: last.leafHash, salt: RandomOctets.make(32))
        (header.segment, header.first) = (first.segment, first.index)
        header.keys = Set(rows.filter { $0.event != nil }.map(\.keyID)).sorted()
        guard header.keys.count <= IndexRunHeader.mostKeys, last.offset / 8 <= UInt64(UInt32.max)
        else { return nil }
        var postings: [IndexTerm: [UInt32]] = [:]
        var links: [IndexTerm: [CardReference]] = [:]
        var writer = try IndexRunWriter(header, ring: ring, on: disk)
        for row in rows {
            try writer.add(place: UInt32(row.offset / 8))
            for term in row.event?.terms ?? [] {
                postings[term, default: []].append(UInt32(row.index - first.index))
            }
            if let link = row.event?.link, links[link.term]?.contains(link.card) != true {
                links[link.term, default: []].append(link.card)
            }
        }
        try writer.endPlaces()
        for term in (Array(postings.keys) + Array(links.keys)).sorted() {
            if let cards = links[term] { writer.add(term, cards: cards) }
            guard let places = postings[term] else { continue }
            writer.begin(term)
            for place in places { try writer.add(posting: place) }
            writer.endTerm()
        }
        let times = rows.compactMap { $0.event?.time }
        return try writer.finish(times: (times.min() ?? 0)...(times.max() ?? 0))
    }

    /// Writes runs of one segment that follow one another as one.
    static func merge(
        _ runs: [IndexRun], ring: KeyRing, on disk: any HistoryDisk
    ) throws(IndexFailure) -> String? {
        guard let first = runs.first?.header, let last = runs.last?.header else { return nil }
        var header = IndexRunHeader(lastLeaf: last.lastLeaf, salt: RandomOctets.make(32))
        (header.segment, header.first) = (first.segment, first.first)
        header.keys = Set(runs.flatMap(\.header.keys)).sorted()
        guard header.keys.count <= IndexRunHeader.mostKeys else { return nil }
        var writer: IndexRunWriter
        do throws(HistoryError) {
            writer = try IndexRunWriter(header, ring: ring, on: disk)
        } catch { throw .disk(error) }
        for run in runs {
            try run.eachNumber(of: 0..<Int(run.header.entries), isPlaces: true) {
                (place) throws(HistoryError) in try writer.add(place: place)
            }
        }
        do throws(HistoryError) { try writer.endPlaces() } catch { throw .disk(error) }
        try merge(runs.map(DirectoryReader.init), into: &writer, from: first.first)
        let times = runs.map(\.times)
        let earliest = times.map(\.lowerBound).min() ?? 0
        let latest = times.map(\.upperBound).max() ?? 0
        do throws(HistoryError) { return try writer.finish(times: earliest...latest) } catch {
            throw .disk(error)
        }
    }

    private static func merge(
        _ readers: [DirectoryReader], into writer: inout IndexRunWriter, from first: UInt64
    ) throws(IndexFailure) {
        var readers = readers
        while true {
            var term: IndexTerm?
            for place in readers.indices {
                let next = try doubting { () throws(IndexDoubt) in try readers[place].peek()?.term }
                if let next { term = min(term ?? next, next) }
            }
            guard let term else { return }
            var cards: [CardReference] = []
            writer.begin(term)
            for place in readers.indices {
                guard let entry = readers[place].take(term) else { continue }
                let run = readers[place].run
                if entry.isCards {
                    let these = try doubting { () throws(IndexDoubt) in try run.cards(entry) }
                    cards += these.filter { !cards.contains($0) }
                    continue
                }
                let distance = UInt32(run.header.first - first)
                let range = Int(entry.start)..<Int(entry.start + entry.count)
                try run.eachNumber(of: range, isPlaces: false) {
                    (posting) throws(HistoryError) in try writer.add(posting: posting + distance)
                }
            }
            if cards.isEmpty { writer.endTerm() } else { writer.add(term, cards: cards) }
        }
    }
}

/// Reads a run's directory front to back.
private struct DirectoryReader {
    let run: IndexRun
    private var block = 0
    private var entries: ArraySlice<IndexDirectoryEntry> = []

    init(_ run: IndexRun) { self.run = run }

    mutating func peek() throws(IndexDoubt) -> IndexDirectoryEntry? {
        if entries.isEmpty {
            entries = try run.directory(block: block)[...]
            block += 1
        }
        return entries.first
    }

    mutating func take(_ term: IndexTerm) -> IndexDirectoryEntry? {
        guard entries.first?.term == term else { return nil }
        return entries.popFirst()
    }
}
