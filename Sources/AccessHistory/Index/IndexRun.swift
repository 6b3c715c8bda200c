internal import Cryptography
internal import Disclosures
internal import Octets
internal import Synchronization

/// Why the index is not believed any more: it is thrown away and made anew.
struct IndexDoubt: Error, Hashable {
    let reason: String
}

/// Blocks that were opened lately, of all runs: some four megabytes.
final class IndexBlockCache: Sendable {
    private static let mostBlocks = 1024
    private struct Place: Hashable {
        let run: UInt64
        let block: Int
    }
    private let blocks = Mutex<[Place: [UInt8]]>([:])
    private let lastRun = Atomic<UInt64>(0)

    /// A number that tells one run's blocks from another's.
    func newRun() -> UInt64 { lastRun.wrappingAdd(1, ordering: .relaxed).newValue }

    func block(
        _ number: Int, of run: UInt64, _ read: () throws(IndexDoubt) -> [UInt8]
    ) throws(IndexDoubt) -> [UInt8] {
        let place = Place(run: run, block: number)
        if let known = blocks.withLock({ $0[place] }) { return known }
        let block = try read()
        blocks.withLock { blocks in
            if blocks.count >= Self.mostBlocks { blocks.removeAll(keepingCapacity: true) }
            blocks[place] = block
        }
        return block
    }
}

/// One file of the index: what the entries of a part of one segment are found by.
final class IndexRun: Sendable {
    let header: IndexRunHeader
    private let layout: IndexRunLayout
    private let file: any HistoryFile
    private let key: [UInt8]
    private let cache: IndexBlockCache
    private let number: UInt64
    /// The earliest and latest time of its events, in milliseconds.
    let times: ClosedRange<Int64>
    private let firstTerms: [UInt64]
    private let filter: IndexFilter

    /// Opens a run whose keys are all at hand.
    init(
        _ name: String, on disk: any HistoryDisk, _ ring: KeyRing, _ cache: IndexBlockCache
    ) throws(IndexDoubt) {
        self.cache = cache
        number = cache.newRun()
        do throws(HistoryError) {
            file = try disk.open(name, writable: false)
            let octets = try file.read(at: 0, count: IndexRunHeader.octetCount)
            guard let header = IndexRunHeader(octets: octets), header.fileName == name else {
                throw .foreign(file: name, reason: "not a run of the index")
            }
            self.header = header
            layout = IndexRunLayout(header)
            let size = try file.size()
            guard
                size == UInt64(IndexRunHeader.octetCount + layout.end * IndexBlock.sealedOctetCount)
            else { throw .foreign(file: name, reason: "of another length") }
        } catch { throw IndexDoubt(reason: error.description) }
        let months = header.keys.compactMap { ring.key(id: $0) }
        guard months.count == header.keys.count else {
            throw IndexDoubt(reason: "\(name): a key of its entries is gone")
        }
        key = IndexBlock.key(of: header, ring.indexKey, months)
        var guide: [UInt8] = []
        for block in layout.guide..<layout.end {
            guide += try Self.open(block, file, key, additional: header.octets)
        }
        func word(_ number: Int) -> UInt64 {
            guide[number * 8..<number * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        let (earliest, latest) = (Int64(bitPattern: word(0)), Int64(bitPattern: word(1)))
        guard earliest <= latest else { throw IndexDoubt(reason: "\(name): times out of order") }
        times = earliest...latest
        let blocks = layout.guide - layout.directory
        firstTerms = (0..<blocks).map { word(2 + $0) }
        let start = 16 + 8 * blocks
        filter = IndexFilter(octets: Array(guide[start..<start + Int(header.filterOctets)]))
    }

    private static func open(
        _ number: Int, _ file: any HistoryFile, _ key: [UInt8], additional: [UInt8] = []
    ) throws(IndexDoubt) -> [UInt8] {
        let offset = IndexRunHeader.octetCount + number * IndexBlock.sealedOctetCount
        do {
            let sealed = try file.read(at: UInt64(offset), count: IndexBlock.sealedOctetCount)
            return try AES256GCM.open(
                sealed, key: key, nonce: IndexBlock.nonce(number), additional: additional)
        } catch { throw IndexDoubt(reason: "a block of the index cannot be opened") }
    }

    private func block(_ number: Int) throws(IndexDoubt) -> [UInt8] {
        try cache.block(number, of: self.number) { () throws(IndexDoubt) in
            try Self.open(number, file, key)
        }
    }

    private func number(_ place: Int, in section: Int) throws(IndexDoubt) -> UInt32 {
        let offset = place * 4
        let block = try block(section + offset / IndexBlock.octetCount)
        let start = offset % IndexBlock.octetCount
        return block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Where an entry's frame stands in its segment.
    func offset(of index: UInt64) throws(IndexDoubt) -> UInt64 {
        UInt64(try number(Int(index - header.first), in: layout.places)) * 8
    }

    /// One posting: an entry, as distance from the first.
    func posting(_ place: UInt32) throws(IndexDoubt) -> UInt32 {
        try number(Int(place), in: layout.postings)
    }

    /// Where a term's postings lie; nothing where the run has none.
    func find(_ term: IndexTerm) throws(IndexDoubt) -> IndexDirectoryEntry? {
        guard header.terms > 0, filter.mayHold(term) else { return nil }
        var (low, high) = (0, firstTerms.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if firstTerms[middle] <= term.value { low = middle } else { high = middle }
        }
        let block = try block(layout.directory + low)
        var (first, end) = (0, entryCount(inBlock: low))
        while first < end {
            let middle = (first + end) / 2
            let entry = entry(middle, in: block)
            if entry.term == term { return entry }
            if entry.term < term { first = middle + 1 } else { end = middle }
        }
        return nil
    }

    /// The cards that lie at a place of the directory.
    func cards(_ entry: IndexDirectoryEntry) throws(IndexDoubt) -> [CardReference] {
        var cards: [CardReference] = []
        for place in entry.start..<entry.start + entry.count {
            var octets: [UInt8] = []
            var offset = Int(place) * 32
            while octets.count < 32 {
                let block = try block(layout.cards + offset / IndexBlock.octetCount)
                let start = offset % IndexBlock.octetCount
                let piece = block[start..<min(start + 32 - octets.count, block.count)]
                octets += piece
                offset += piece.count
            }
            guard let code = SHA256Digest(octets) else { continue }
            cards.append(CardReference(code: code))
        }
        return cards
    }

    private func entryCount(inBlock block: Int) -> Int {
        min(IndexDirectoryEntry.perBlock, Int(header.terms) - block * IndexDirectoryEntry.perBlock)
    }

    private func entry(_ place: Int, in block: [UInt8]) -> IndexDirectoryEntry {
        let start = place * IndexDirectoryEntry.octetCount
        return IndexDirectoryEntry(block[start..<start + IndexDirectoryEntry.octetCount])
    }

    /// All places, or all postings of a term, block by block.
    func eachNumber(
        of range: Range<Int>, isPlaces: Bool, _ body: (UInt32) throws(HistoryError) -> Void
    ) throws(IndexFailure) {
        let section = isPlaces ? layout.places : layout.postings
        let perBlock = IndexBlock.octetCount / 4
        var place = range.lowerBound
        while place < range.upperBound {
            let block = try doubting { () throws(IndexDoubt) in
                try self.block(section + place / perBlock)
            }
            let end = min(range.upperBound, (place / perBlock + 1) * perBlock)
            for one in place..<end {
                let start = one % perBlock * 4
                do throws(HistoryError) {
                    try body(block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) })
                } catch { throw .disk(error) }
            }
            place = end
        }
    }

    /// One block of the directory.
    func directory(block: Int) throws(IndexDoubt) -> [IndexDirectoryEntry] {
        guard block < firstTerms.count else { return [] }
        let octets = try Self.open(layout.directory + block, file, key)
        return (0..<entryCount(inBlock: block)).map { entry($0, in: octets) }
    }
}

/// Why the index could not be used.
enum IndexFailure: Error {
    case doubt(IndexDoubt)
    case disk(HistoryError)
}

/// Runs what only looks at the index's own files.
func doubting<Value>(_ body: () throws(IndexDoubt) -> Value) throws(IndexFailure) -> Value {
    do throws(IndexDoubt) { return try body() } catch { throw .doubt(error) }
}
