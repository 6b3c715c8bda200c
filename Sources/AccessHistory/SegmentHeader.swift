internal import Octets
internal import Records
internal import TransparencyLog

/// The first 4,096 octets of a segment: which log, which month, and the tree up to here.
///
///     0    8  "MADOGSEG"
///     8    4  version, 1
///     12   4  month, as year × 100 + month
///     16   8  index of the first entry
///     24   2  octets of the origin, o
///     26   1  nodes of the frontier, f
///     27   5  zero
///     32  32  root of the tree before the first entry
///     64 32f  the frontier, largest subtree first
///     …    o  the origin
///     …       zeros
///     4064 32 HMAC-SHA256 over octets 0 to 4,063
struct SegmentHeader: Hashable, Sendable {
    static let magic = Array("MADOGSEG".utf8)
    static let version: UInt32 = 1
    static let octetCount = 4096
    static let suffix = ".segment"

    var origin: String
    var month: YearMonth
    var frontier: TreeFrontier
    var firstIndex: UInt64 { frontier.size }

    /// The file's name: the first index in twelve digits, the month.
    var fileName: String {
        let digits = String(firstIndex)
        return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
            + "-\(month)\(Self.suffix)"
    }

    func encoded(key: MACKey) -> [UInt8] {
        var octets = Self.magic
        octets.reserveCapacity(Self.octetCount)
        octets.append(bigEndian: Self.version)
        octets.append(bigEndian: UInt32(month.year * 100 + month.month))
        octets.append(bigEndian: firstIndex)
        octets.append(bigEndian: UInt16(origin.utf8.count))
        octets.append(UInt8(frontier.nodes.count))
        octets += [0, 0, 0, 0, 0]
        octets += frontier.root.octets
        for node in frontier.nodes { octets += node.octets }
        octets += Array(origin.utf8)
        octets += [UInt8](repeating: 0, count: Self.octetCount - MACKey.octetCount - octets.count)
        return key.sealed(octets)
    }

    /// Reads a header; the origin is not compared, the file's name is.
    init(octets: [UInt8], file: String, key: MACKey?) throws(HistoryError) {
        guard octets.count == Self.octetCount, octets.starts(with: Self.magic) else {
            throw .damaged(file: file, offset: 0, reason: "not the beginning of a segment")
        }
        guard octets[8..<12].reduce(0, { $0 << 8 | UInt32($1) }) == Self.version else {
            throw .foreign(file: file, reason: "a version that this program does not know")
        }
        guard key?.isValid(octets) ?? true else {
            throw .damaged(file: file, offset: 0, reason: "the header's code is wrong")
        }
        do throws(OctetError) {
            self = try Self(reading: octets)
        } catch {
            throw .damaged(file: file, offset: 0, reason: "a header that cannot be")
        }
        guard fileName == file else {
            throw .damaged(file: file, offset: 0, reason: "the name of another segment")
        }
    }

    init(origin: String, month: YearMonth, frontier: TreeFrontier) {
        (self.origin, self.month, self.frontier) = (origin, month, frontier)
    }

    private init(reading octets: [UInt8]) throws(OctetError) {
        var reader = OctetReader(octets)
        _ = try reader.take(12)
        let month: UInt32 = try reader.integer()
        let firstIndex: UInt64 = try reader.integer()
        let originCount: UInt16 = try reader.integer()
        let nodeCount = try reader.octet()
        _ = try reader.take(5)
        let root = try reader.take(SHA256Digest.octetCount)
        let nodes = try reader.digests(Int(nodeCount))
        let origin = String(validating: try reader.take(Int(originCount)), as: UTF8.self)
        guard let month = YearMonth(year: Int(month / 100), month: Int(month % 100)), let origin,
            let frontier = TreeFrontier(size: firstIndex, nodes: nodes),
            frontier.root.octets == root, reader.offset <= Self.octetCount - MACKey.octetCount
        else { throw .malformed(offset: reader.offset) }
        self.init(origin: origin, month: month, frontier: frontier)
    }
}

extension OctetReader {
    /// The next hashes.
    mutating func digests(_ count: Int) throws(OctetError) -> [SHA256Digest] {
        var digests: [SHA256Digest] = []
        for _ in 0..<count {
            guard let digest = SHA256Digest(try take(SHA256Digest.octetCount)) else {
                throw .malformed(offset: offset)
            }
            digests.append(digest)
        }
        return digests
    }
}
