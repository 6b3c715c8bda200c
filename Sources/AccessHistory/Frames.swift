internal import Cryptography
internal import Octets

/// One entry as it lies in a segment. Big-endian; the whole is a multiple of eight octets.
///
///     0   4  "ENTR"
///     4   4  octets of the sealed body, n
///     8   8  index
///     16 69  leaf
///     85  3  zero
///     88  8  the first octets of SHA-256 over octets 0 to 87
///     96  n  sealed body
///     …   …  zeros up to the next multiple of eight
struct EntryFrame: Hashable, Sendable {
    static let magic = Array("ENTR".utf8)
    static let headOctetCount = 96
    static let shortestBodyOctetCount = Sealing.saltOctetCount + 1 + Sealing.tagOctetCount

    let index: UInt64
    let leaf: Leaf
    let bodyOctetCount: Int

    /// Octets of the whole frame.
    var octetCount: Int { Self.octetCount(body: bodyOctetCount) }

    static func octetCount(body: Int) -> Int { headOctetCount + (body + 7) / 8 * 8 }

    /// Appends the frame of an entry.
    static func append(_ entry: SealedEntry, index: UInt64, to buffer: inout [UInt8]) {
        var head = magic
        head.reserveCapacity(headOctetCount)
        head.append(bigEndian: UInt32(entry.body.count))
        head.append(bigEndian: index)
        head += entry.leaf.octets
        head += [0, 0, 0]
        head += SHA256Digest(hashing: head).octets[..<8]
        buffer += head
        buffer += entry.body
        let padding = octetCount(body: entry.body.count) - headOctetCount - entry.body.count
        for _ in 0..<padding { buffer.append(0) }
    }

    /// Reads the head of a frame; nothing if it is not one.
    init?(head: some Collection<UInt8>) {
        guard head.count == Self.headOctetCount else { return nil }
        let frame = unsafe Array(head).withUnsafeBytes { unsafe EntryFrame($0) }
        guard let frame else { return nil }
        self = frame
    }

    /// The same from where the octets lie.
    init?(_ head: UnsafeRawBufferPointer) {
        guard head.count == Self.headOctetCount, unsafe head.starts(with: Self.magic),
            unsafe head[85] | head[86] | head[87] == 0
        else { return nil }
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            Number(bigEndian: unsafe head.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        let count = Int(number(4, UInt32.self))
        let check = unsafe SHA256Digest(hashing: UnsafeRawBufferPointer(rebasing: head[..<88]))
        let leaf = unsafe Leaf(UnsafeRawBufferPointer(rebasing: head[16..<85]))
        guard check.prefix == number(88, UInt64.self), let leaf,
            (Self.shortestBodyOctetCount...Sealing.longestBodyOctetCount).contains(count)
        else { return nil }
        (self.leaf, bodyOctetCount, index) = (leaf, count, number(8, UInt64.self))
    }
}

/// What makes the entries before it durable: written with them in one write, synced with them.
///
///     0   4  "CMIT"
///     4   4  entries in the group
///     8   8  size of the tree
///     16 32  root of the tree
///     48  8  index of the oldest intent that is still open; the size where there is none
///     56  8  where this frame stands, in octets from the segment's start
///     64 32  HMAC-SHA256 over octets 0 to 63
struct CommitFrame: Hashable, Sendable {
    static let magic = Array("CMIT".utf8)
    static let octetCount = 96

    var entryCount: UInt32
    var size: UInt64
    var root: SHA256Digest
    var openFloor: UInt64
    var offset: UInt64

    private var covered: [UInt8] {
        var octets = Self.magic
        octets.reserveCapacity(Self.octetCount)
        octets.append(bigEndian: entryCount)
        octets.append(bigEndian: size)
        octets += root.octets
        octets.append(bigEndian: openFloor)
        octets.append(bigEndian: offset)
        return octets
    }

    /// The frame with its code.
    func encoded(key: MACKey) -> [UInt8] { key.sealed(covered) }

    init(entryCount: UInt32, size: UInt64, root: SHA256Digest, openFloor: UInt64, offset: UInt64) {
        (self.entryCount, self.size, self.root) = (entryCount, size, root)
        (self.openFloor, self.offset) = (openFloor, offset)
    }

    /// Reads a frame; nothing if it is not one, or its code is wrong. Without a key the code
    /// cannot be judged and is passed over.
    init?(octets: [UInt8], key: MACKey?) {
        guard octets.count == Self.octetCount, octets.starts(with: Self.magic),
            key?.isValid(octets) ?? true, let root = SHA256Digest(Array(octets[16..<48]))
        else { return nil }
        func number(_ range: Range<Int>) -> UInt64 {
            octets[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.root = root
        (entryCount, size) = (UInt32(number(4..<8)), number(8..<16))
        (openFloor, offset) = (number(48..<56), number(56..<64))
        guard entryCount > 0, size >= UInt64(entryCount), openFloor <= size else { return nil }
    }
}

/// The key of the codes (HMAC-SHA256) in frames, segment headers and `head`: each begins with a
/// mark of its own, so none can stand for another.
struct MACKey: Sendable {
    static let octetCount = 32
    let octets: [UInt8]

    /// The octets with their code behind them.
    func sealed(_ covered: [UInt8]) -> [UInt8] {
        covered + HMACSHA256.code(key: octets, message: covered)
    }

    /// Whether the last 32 octets are the code of those before.
    func isValid(_ sealed: [UInt8]) -> Bool {
        guard sealed.count > Self.octetCount else { return false }
        let end = sealed.count - Self.octetCount
        return octetsEqual(
            HMACSHA256.code(key: octets, message: Array(sealed[..<end])), Array(sealed[end...]))
    }
}
