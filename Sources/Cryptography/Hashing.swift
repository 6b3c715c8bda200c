internal import COpenSSL
package import Octets

/// The hash algorithms in use (FIPS 180-4).
package enum HashAlgorithm: Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// The digest's size in octets.
    package var octetCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// OpenSSL's algorithm; a constant of the library.
    var algorithm: OpaquePointer? {
        switch self {
        case .sha256: unsafe FetchedAlgorithm.sha256.pointer
        case .sha384: unsafe FetchedAlgorithm.sha384.pointer
        case .sha512: unsafe FetchedAlgorithm.sha512.pointer
        }
    }

    /// The digest of some octets.
    package func digest(_ octets: [UInt8]) -> [UInt8] {
        unsafe octets.withUnsafeBufferPointer { input in
            unsafe [UInt8](unsafeUninitializedCapacity: octetCount) { output, count in
                let result = unsafe copenssl_digest(
                    algorithm, input.baseAddress, input.count, output.baseAddress)
                precondition(result == 1, "a hash of octets in memory cannot fail")
                count = octetCount
            }
        }
    }

    /// The DER prefix of a PKCS#1 DigestInfo for this algorithm (RFC 8017 §9.2, note 1).
    package var digestInfoPrefix: [UInt8] {
        let (identifier, total): (UInt8, UInt8) =
            switch self {
            case .sha256: (0x01, 0x31)
            case .sha384: (0x02, 0x41)
            case .sha512: (0x03, 0x51)
            }
        return [
            0x30, total, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            identifier, 0x05, 0x00, 0x04, UInt8(octetCount),
        ]
    }
}

extension SHA256Digest {
    /// SHA-256 of some octets.
    package init(hashing octets: [UInt8]) {
        self = unsafe octets.withUnsafeBytes { unsafe SHA256Digest(hashing: $0) }
    }

    /// SHA-256 of octets that lie somewhere.
    package init(hashing octets: UnsafeRawBufferPointer) {
        self = unsafe withUnsafeTemporaryAllocation(
            byteCount: SHA256Digest.octetCount, alignment: 8
        ) { digest in
            let result = unsafe copenssl_digest(
                FetchedAlgorithm.sha256.pointer, octets.baseAddress, octets.count,
                digest.baseAddress)
            precondition(result == 1, "a hash of octets in memory cannot fail")
            return unsafe SHA256Digest(UnsafeRawBufferPointer(digest))
        }
    }

    /// SHA-256(mark ‖ left ‖ right).
    package init(hashing mark: UInt8, _ left: SHA256Digest, _ right: SHA256Digest) {
        self = unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { octets in
            unsafe octets[0] = mark
            unsafe left.store(in: UnsafeMutableRawBufferPointer(rebasing: octets[1...]))
            unsafe right.store(in: UnsafeMutableRawBufferPointer(rebasing: octets[33...]))
            return unsafe SHA256Digest(hashing: UnsafeRawBufferPointer(octets))
        }
    }
}

/// SHA-256 over octets that arrive piece by piece.
@safe package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer?

    /// A hasher that has seen nothing.
    package init() {
        unsafe context = EVP_MD_CTX_new()
        let result = unsafe EVP_DigestInit_ex(context, FetchedAlgorithm.sha256.pointer, nil)
        precondition(result == 1, "no memory for a hash")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the next octets.
    package mutating func update(_ octets: [UInt8]) {
        let result = unsafe octets.withUnsafeBufferPointer { input in
            unsafe EVP_DigestUpdate(context, input.baseAddress, input.count)
        }
        precondition(result == 1, "a hash of octets in memory cannot fail")
    }

    /// The digest of everything taken.
    package consuming func finalize() -> SHA256Digest {
        var digest = [UInt8](repeating: 0, count: SHA256Digest.octetCount)
        let result = unsafe digest.withUnsafeMutableBufferPointer { output in
            unsafe EVP_DigestFinal_ex(context, output.baseAddress, nil)
        }
        guard result == 1, let value = SHA256Digest(digest) else {
            preconditionFailure("a hash of octets in memory cannot fail")
        }
        return value
    }
}

/// HMAC with SHA-256 (RFC 2104), over OpenSSL's hash: its own one-shot HMAC looks two algorithms
/// up by name for every call, which costs more than the hashing.
package enum HMACSHA256 {
    /// The hash's block in octets (FIPS 180-4).
    private static let blockOctetCount = 64

    /// The 32-octet code of a message.
    package static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
        let key = key.count > blockOctetCount ? HashAlgorithm.sha256.digest(key) : key
        var inner = padded(key, with: 0x36)
        inner += message
        var outer = padded(key, with: 0x5C)
        outer += HashAlgorithm.sha256.digest(inner)
        return HashAlgorithm.sha256.digest(outer)
    }

    private static func padded(_ key: [UInt8], with pad: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: pad, count: blockOctetCount)
        for (place, octet) in key.enumerated() { block[place] ^= octet }
        return block
    }
}

/// HKDF with SHA-256 (RFC 5869).
package enum HKDFSHA256 {
    /// `count` octets (at most 255 × 32) drawn from a secret for one purpose.
    package static func derive(
        secret: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int
    ) -> [UInt8] {
        precondition((1...255 * 32).contains(count), "HKDF gives at most 255 blocks")
        let zeros = [UInt8](repeating: 0, count: SHA256Digest.octetCount)
        let key = HMACSHA256.code(key: salt.isEmpty ? zeros : salt, message: secret)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < count {
            block = HMACSHA256.code(key: key, message: block + info + [counter])
            output += block
            counter &+= 1
        }
        return [UInt8](output.prefix(count))
    }
}

/// Octets from the system's generator.
package enum RandomOctets {
    /// So many random octets.
    package static func make(_ count: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        let result = unsafe octets.withUnsafeMutableBufferPointer { buffer in
            unsafe RAND_bytes(buffer.baseAddress, Int32(buffer.count))
        }
        precondition(result == 1, "the system has no random octets")
        return octets
    }
}

/// Whether two strings of octets are the same, in a time that tells only their lengths.
package func octetsEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBufferPointer { left in
        unsafe right.withUnsafeBufferPointer { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
