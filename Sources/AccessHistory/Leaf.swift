internal import Cryptography
internal import Octets
internal import TransparencyLog

/// What of an entry enters the tree, and all that is ever mirrored: 69 octets that tell nothing.
///
///     0   1  version, 1
///     1   4  key id, big-endian
///     5  32  commitment
///     37 32  SHA-256 of the sealed body
struct Leaf: Hashable, Sendable {
    static let octetCount = 69
    static let version: UInt8 = 1

    let keyID: UInt32
    let commitment: [UInt8]
    let bodyDigest: [UInt8]

    init(keyID: UInt32, commitment: SHA256Digest, bodyDigest: SHA256Digest) {
        self.keyID = keyID
        (self.commitment, self.bodyDigest) = (commitment.octets, bodyDigest.octets)
    }

    /// Reads a leaf; nothing if it is not 69 octets of version 1.
    init?(octets: some RandomAccessCollection<UInt8>) {
        let octets = Array(octets)
        guard octets.count == Self.octetCount, octets[0] == Self.version else { return nil }
        keyID = octets[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
        (commitment, bodyDigest) = (Array(octets[5..<37]), Array(octets[37...]))
    }

    var octets: [UInt8] {
        var octets: [UInt8] = [Self.version]
        octets.reserveCapacity(Self.octetCount)
        octets.append(bigEndian: keyID)
        octets += commitment
        octets += bodyDigest
        return octets
    }

    var hash: SHA256Digest { MerkleHash.leaf(octets) }
}
