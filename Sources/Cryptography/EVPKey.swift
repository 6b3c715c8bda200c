internal import COpenSSL

/// An `EVP_PKEY`, owned. The address is kept as a number, because OpenSSL's key objects may be
/// used by several threads at once (their reference counts are atomic) and an `OpaquePointer` is
/// not sendable.
@safe final class EVPKey: Sendable {
    private let address: UInt

    /// Takes over a key that a call of OpenSSL has made; nothing if the call failed.
    init?(adopting pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        address = UInt(bitPattern: pointer)
    }

    deinit { unsafe EVP_PKEY_free(OpaquePointer(bitPattern: address)) }

    /// The pointer, valid while this object lives.
    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }

    /// What kind of key it is.
    func kind() throws(CryptographyError) -> KeyKind {
        let bits = unsafe Int(EVP_PKEY_get_bits(pointer))
        defer { withExtendedLifetime(self) {} }
        switch unsafe EVP_PKEY_get_id(pointer) {
        case EVP_PKEY_RSA:
            // A signature by a huge key takes long to refuse.
            guard bits <= KeyKind.longestRSABitCount else { throw .unsupported("RSA \(bits)") }
            return .rsa(bits: bits)
        case EVP_PKEY_ED25519: return .ed25519
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            var count = 0
            let result = unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, &count)
            try check(result, "EVP_PKEY_get_group_name")
            let text = String(
                decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            switch text {
            case "prime256v1", "P-256": return .p256
            case "secp384r1", "P-384": return .p384
            default: throw .unsupported("elliptic curve \(text)")
            }
        default: throw .unsupported("kind of key")
        }
    }
}

/// The kinds of key in use.
package enum KeyKind: Hashable, Sendable {
    case rsa(bits: Int)
    case p256
    case p384
    case ed25519

    /// The longest RSA key that is read, in bits.
    package static let longestRSABitCount = 8192

    /// The size of the SubjectPublicKeyInfo in octets, where every key of the kind has the same:
    /// a curve by its name and an uncompressed point (RFC 5480 §2.1.1, §2.2), so that a key has
    /// one form only.
    var spkiOctetCount: Int? {
        switch self {
        case .rsa: nil
        case .p256: 91
        case .p384: 120
        case .ed25519: 44
        }
    }

    /// The hash that goes with a signature of this kind; Ed25519 has its own inside.
    package var hash: HashAlgorithm {
        switch self {
        case .rsa, .p256, .ed25519: .sha256
        case .p384: .sha384
        }
    }
}

/// Reads what a memory BIO holds.
func contents(of bio: OpaquePointer?) -> [UInt8] {
    var data: UnsafeMutablePointer<CChar>?
    let count = unsafe copenssl_BIO_get_mem_data(bio, &data)
    guard count > 0, let start = unsafe data else { return [] }
    return unsafe start.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { start in
        unsafe [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
    }
}

/// Runs a body with a memory BIO that holds some octets, or an empty one.
func withBIO<Result, Failure: Error>(
    _ octets: [UInt8] = [], _ body: (OpaquePointer?) throws(Failure) -> Result
) throws(Failure) -> Result {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(bio) }
    if !octets.isEmpty {
        let written = unsafe BIO_write(bio, octets, Int32(octets.count))
        precondition(written == Int32(octets.count), "no memory for a buffer")
    }
    return try unsafe body(bio)
}
