internal import Cryptography
internal import Octets

/// The first 512 octets of a run of the index: which entries of which segment, and how much there is
/// of each section. Big-endian.
///
///     0    8  "MADOGIDX"
///     8    4  version, 1
///     12   4  entries, n
///     16   8  index of the segment's first entry
///     24   8  index of the run's first entry
///     32  32  leaf hash of the run's last entry
///     64  32  salt: random, new for each run
///     96   4  postings, p
///     100  4  cards, l
///     104  4  terms, t
///     108  4  octets of the filter, a power of two
///     112  2  keys, k (at most 64)
///     114 4k  their ids, rising
///     …       zeros
///
/// Sections of sealed blocks follow, each from a block of its own on. A block is 4,080 octets and the
/// tag of AES-256-GCM; nonce: four zeros and the block's number in the file (8). The key is
/// HKDF-SHA256 of the log's index key and the month keys of `keys`, one behind the other; salt: the
/// run's; info: "madoguchi history v1 index run". So a run can be opened as long as all of its
/// entries could be.
///
///     places     n × 4   where each frame stands in its segment, ÷ 8
///     postings   p × 4   entries, as distance from the first; those of one term are rising
///     cards      l × 32
///     directory  t × 16  term (8), place of its first posting or card (4), how many (4); rising; the
///                        highest bit of how many is set where they are cards
///     guide              earliest and latest time in milliseconds (8 each), the first term of each
///                        directory block (8 each), the filter; additional data: the header
struct IndexRunHeader: Hashable, Sendable {
    static let magic = Array("MADOGIDX".utf8)
    static let version: UInt32 = 1
    static let octetCount = 512
    static let mostKeys = 64

    var entries: UInt32 = 0
    var segment: UInt64 = 0
    var first: UInt64 = 0
    var lastLeaf: SHA256Digest
    var salt: [UInt8]
    var postings: UInt32 = 0
    var cards: UInt32 = 0
    var terms: UInt32 = 0
    var filterOctets: UInt32 = 0
    var keys: [UInt32] = []

    var end: UInt64 { first + UInt64(entries) }

    init(lastLeaf: SHA256Digest, salt: [UInt8]) { (self.lastLeaf, self.salt) = (lastLeaf, salt) }

    var octets: [UInt8] {
        var octets = Self.magic
        octets.append(bigEndian: Self.version)
        octets.append(bigEndian: entries)
        octets.append(bigEndian: segment)
        octets.append(bigEndian: first)
        octets += lastLeaf.octets
        octets += salt
        for count in [postings, cards, terms, filterOctets] { octets.append(bigEndian: count) }
        octets.append(bigEndian: UInt16(keys.count))
        for key in keys { octets.append(bigEndian: key) }
        return octets + [UInt8](repeating: 0, count: Self.octetCount - octets.count)
    }

    /// Reads a header; nothing if it is not one of this version.
    init?(octets: [UInt8]) {
        guard octets.count == Self.octetCount, octets.starts(with: Self.magic) else { return nil }
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            octets[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
        }
        let keyCount = Int(number(112, 2))
        guard number(8, 4) == UInt64(Self.version), keyCount <= Self.mostKeys,
            let lastLeaf = SHA256Digest(Array(octets[32..<64]))
        else { return nil }
        (self.lastLeaf, salt) = (lastLeaf, Array(octets[64..<96]))
        (entries, segment, first) = (UInt32(number(12, 4)), number(16, 8), number(24, 8))
        (postings, cards) = (UInt32(number(96, 4)), UInt32(number(100, 4)))
        (terms, filterOctets) = (UInt32(number(104, 4)), UInt32(number(108, 4)))
        keys = (0..<keyCount).map { UInt32(number(114 + 4 * $0, 4)) }
        guard entries > 0, first >= segment, first < 1 << 62, filterOctets.nonzeroBitCount == 1,
            keys == keys.sorted(), self.octets == octets
        else { return nil }
    }

    /// The file's name: the segment's first index, the run's, and where it ends; twelve digits each.
    var fileName: String {
        func digits(_ number: UInt64) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, 12 - text.utf8.count)) + text
        }
        return "\(digits(segment))-\(digits(first))-\(digits(end))\(Self.suffix)"
    }

    static let suffix = ".index"

    /// The segment, first and end that a name tells; nothing of a name that is no run's.
    static func places(in name: String) -> (segment: UInt64, first: UInt64, end: UInt64)? {
        guard name.hasSuffix(suffix) else { return nil }
        let numbers = name.dropLast(suffix.count).split(separator: "-").compactMap { UInt64($0) }
        guard numbers.count == 3, numbers[0] <= numbers[1], numbers[1] < numbers[2] else {
            return nil
        }
        return (numbers[0], numbers[1], numbers[2])
    }
}

/// Where a run's sections lie, in blocks.
struct IndexRunLayout: Hashable, Sendable {
    let places, postings, cards, directory, guide, end: Int

    init(_ header: IndexRunHeader) {
        func blocks(_ octets: Int) -> Int {
            (octets + IndexBlock.octetCount - 1) / IndexBlock.octetCount
        }
        places = 0
        postings = places + blocks(Int(header.entries) * 4)
        cards = postings + blocks(Int(header.postings) * 4)
        directory = cards + blocks(Int(header.cards) * 32)
        guide = directory + blocks(Int(header.terms) * IndexDirectoryEntry.octetCount)
        end = guide + blocks(16 + 8 * (guide - directory) + Int(header.filterOctets))
    }
}

/// Where a term's postings, or cards, lie.
struct IndexDirectoryEntry: Hashable, Sendable {
    static let octetCount = 16
    /// How many stand in one block: an entry never lies in two.
    static let perBlock = IndexBlock.octetCount / octetCount

    private static let cardMark: UInt32 = 1 << 31

    var term: IndexTerm
    var start: UInt32
    var count: UInt32
    var isCards: Bool

    init(term: IndexTerm, start: UInt32, count: UInt32, isCards: Bool) {
        (self.term, self.start, self.count, self.isCards) = (term, start, count, isCards)
    }

    init(_ octets: ArraySlice<UInt8>) {
        func number(_ range: Range<Int>) -> UInt64 {
            octets[range.lowerBound + octets.startIndex..<range.upperBound + octets.startIndex]
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
        term = IndexTerm(value: number(0..<8))
        let marked = UInt32(number(12..<16))
        (start, count) = (UInt32(number(8..<12)), marked & ~Self.cardMark)
        isCards = marked & Self.cardMark != 0
    }

    func append(to octets: inout [UInt8]) {
        octets.append(bigEndian: term.value)
        octets.append(bigEndian: start)
        octets.append(bigEndian: isCards ? count | Self.cardMark : count)
    }
}

/// A sealed block.
enum IndexBlock {
    /// Octets before sealing.
    static let octetCount = 4080
    /// Octets in the file.
    static let sealedOctetCount = octetCount + AES256GCM.tagOctetCount

    static func key(
        of header: IndexRunHeader, _ indexKey: [UInt8], _ months: [MonthKey]
    ) -> [UInt8] {
        HKDFSHA256.derive(
            secret: indexKey + months.flatMap(\.octets), salt: header.salt,
            info: Array("madoguchi history v1 index run".utf8), count: AES256GCM.keyOctetCount)
    }

    static func nonce(_ number: Int) -> [UInt8] {
        var nonce: [UInt8] = [0, 0, 0, 0]
        nonce.append(bigEndian: UInt64(number))
        return nonce
    }
}

/// Whether a run may have a term at all (a Bloom filter, four bits a term).
struct IndexFilter: Hashable, Sendable {
    private(set) var octets: [UInt8]

    init(octets: [UInt8]) { self.octets = octets }

    /// A filter for so many terms: twelve bits each or more.
    init(termCount: Int) {
        var count = 8
        while count * 8 < termCount * 12 { count *= 2 }
        octets = [UInt8](repeating: 0, count: count)
    }

    private func bits(of term: IndexTerm) -> [Int] {
        let mask = UInt64(octets.count * 8 - 1)
        let step = term.value >> 32 | 1
        return (0..<4).map { Int((term.value &+ step &* UInt64($0)) & mask) }
    }

    mutating func insert(_ term: IndexTerm) {
        for bit in bits(of: term) { octets[bit / 8] |= 1 << UInt8(bit % 8) }
    }

    func mayHold(_ term: IndexTerm) -> Bool {
        bits(of: term).allSatisfy { octets[$0 / 8] & 1 << UInt8($0 % 8) != 0 }
    }
}
