internal import Cryptography
internal import Octets

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
    let commitment: SHA256Digest
    let bodyDigest: SHA256Digest

    init(keyID: UInt32, commitment: SHA256Digest, bodyDigest: SHA256Digest) {
        (self.keyID, self.commitment, self.bodyDigest) = (keyID, commitment, bodyDigest)
    }

    /// Reads a leaf; nothing if it is not 69 octets of version 1.
    init?(octets: some RandomAccessCollection<UInt8>) {
        let octets = Array(octets)
        let leaf = unsafe octets.withUnsafeBytes { unsafe Leaf($0) }
        guard let leaf else { return nil }
        self = leaf
    }

    /// The same from where the octets lie.
    init?(_ octets: UnsafeRawBufferPointer) {
        guard octets.count == Self.octetCount, unsafe octets[0] == Self.version else { return nil }
        keyID = UInt32(bigEndian: unsafe octets.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        commitment = unsafe SHA256Digest(UnsafeRawBufferPointer(rebasing: octets[5..<37]))
        bodyDigest = unsafe SHA256Digest(UnsafeRawBufferPointer(rebasing: octets[37...]))
    }

    var octets: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.octetCount) { buffer, count in
            unsafe store(in: UnsafeMutableRawBufferPointer(buffer))
            count = Self.octetCount
        }
    }

    private func store(in place: UnsafeMutableRawBufferPointer) {
        unsafe place[0] = Self.version
        unsafe place.storeBytes(of: keyID.bigEndian, toByteOffset: 1, as: UInt32.self)
        unsafe commitment.store(in: UnsafeMutableRawBufferPointer(rebasing: place[5...]))
        unsafe bodyDigest.store(in: UnsafeMutableRawBufferPointer(rebasing: place[37...]))
    }

    /// The leaf's hash in the tree (RFC 6962): SHA-256(0x00 ‖ leaf).
    var hash: SHA256Digest {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + Self.octetCount, alignment: 8) {
            place in
            unsafe place[0] = 0
            unsafe store(in: UnsafeMutableRawBufferPointer(rebasing: place[1...]))
            return unsafe SHA256Digest(hashing: UnsafeRawBufferPointer(place))
        }
    }
}
