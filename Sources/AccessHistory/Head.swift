internal import Octets
internal import TransparencyLog

/// What the store remembers of its end outside the segments: nothing below it is ever cut.
///
/// The file `head` has two places of 4,096 octets, written in turn; the later one that is whole
/// counts. One place:
///
///     0    8  "MADOHEAD"
///     8    4  version, 1
///     12   4  1 after a clean stop, else 0
///     16   8  number of this writing, from 1
///     24   8  size of the tree
///     32  32  root of the tree
///     64   8  index of the first entry of the segment that is written
///     72   8  where that segment's last commit frame ends, in octets from its start
///     80   8  the largest size ever signed
///     88   1  nodes of the frontier, f
///     89   7  zero
///     96 32f  the frontier, largest subtree first
///     …   32  HMAC-SHA256 over all octets before
struct Head: Hashable, Sendable {
    static let fileName = "head"
    static let magic = Array("MADOHEAD".utf8)
    static let version: UInt32 = 1
    static let placeOctetCount = 4096
    static let fileOctetCount = 2 * placeOctetCount

    var isCleanStop = false
    var number: UInt64 = 0
    var frontier = TreeFrontier()
    var segmentFirstIndex: UInt64 = 0
    var segmentEnd: UInt64 = 0
    var signedSize: UInt64 = 0

    /// Where this writing belongs in the file.
    var place: UInt64 { number % 2 * UInt64(Self.placeOctetCount) }

    func encoded(key: MACKey) -> [UInt8] {
        var octets = Self.magic
        octets.reserveCapacity(1024)
        octets.append(bigEndian: Self.version)
        octets.append(bigEndian: UInt32(isCleanStop ? 1 : 0))
        octets.append(bigEndian: number)
        octets.append(bigEndian: frontier.size)
        octets += frontier.root.octets
        octets.append(bigEndian: segmentFirstIndex)
        octets.append(bigEndian: segmentEnd)
        octets.append(bigEndian: signedSize)
        octets.append(UInt8(frontier.nodes.count))
        octets += [0, 0, 0, 0, 0, 0, 0]
        for node in frontier.nodes { octets += node.octets }
        return key.sealed(octets)
    }

    /// The later of the two places that are whole; nothing if neither is. A place of a later
    /// version is never taken for a broken one.
    static func latest(in file: [UInt8], key: MACKey?) throws(HistoryError) -> Head? {
        var latest: Head?
        for start in [0, placeOctetCount] where file.count >= start + placeOctetCount {
            let place = Array(file[start..<start + placeOctetCount])
            if place.starts(with: magic), Array(place[8..<12]) != [0, 0, 0, 1] {
                throw .foreign(
                    file: fileName, reason: "a version that this program does not know")
            }
            let head: Head?
            do throws(OctetError) { head = try Head(place: place, key: key) } catch { head = nil }
            if let head, head.number >= latest?.number ?? 0 { latest = head }
        }
        return latest
    }

    init() {}

    private init?(place: [UInt8], key: MACKey?) throws(OctetError) {
        var reader = OctetReader(place)
        guard try reader.take(8) == Self.magic, try reader.integer(UInt32.self) == Self.version
        else { return nil }
        isCleanStop = try reader.integer(UInt32.self) == 1
        number = try reader.integer()
        let size: UInt64 = try reader.integer()
        let root = try reader.take(SHA256Digest.octetCount)
        segmentFirstIndex = try reader.integer()
        segmentEnd = try reader.integer()
        signedSize = try reader.integer()
        let nodeCount = try reader.octet()
        _ = try reader.take(7)
        let nodes = try reader.digests(Int(nodeCount))
        guard let frontier = TreeFrontier(size: size, nodes: nodes), frontier.root.octets == root,
            reader.remaining >= MACKey.octetCount,
            key?.isValid(Array(place[..<(reader.offset + MACKey.octetCount)])) ?? true
        else { return nil }
        self.frontier = frontier
    }
}
