internal import COpenSSL
package import Octets

/// A public key of one of the kinds in use.
package struct PublicKey: Sendable {
    /// The longest SubjectPublicKeyInfo that is read, in octets.
    package static let longestOctetCount = 4096

    let key: EVPKey
    /// The SubjectPublicKeyInfo, DER (RFC 5280 §4.1.2.7).
    package let spki: [UInt8]
    /// What kind of key it is.
    package let kind: KeyKind

    init(_ key: EVPKey) throws(CryptographyError) {
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PUBKEY(key.pointer, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { throw failure("i2d_PUBKEY") }
        try self.init(
            key, spki: unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count))))
    }

    /// A key whose SubjectPublicKeyInfo is at hand, because writing one anew takes long.
    init(_ key: EVPKey, spki: [UInt8]) throws(CryptographyError) {
        self.key = key
        self.spki = spki
        kind = try key.kind()
        guard kind.spkiOctetCount.map({ $0 == spki.count }) ?? true else {
            throw .unsupported("form of an elliptic curve key")
        }
    }

    /// A key from its SubjectPublicKeyInfo, which must be in its one DER form; nothing may
    /// follow it.
    package init(spki octets: [UInt8]) throws(CryptographyError) {
        guard octets.count <= Self.longestOctetCount else {
            throw .malformed("the key is too long")
        }
        let (pointer, consumed) = unsafe octets.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let pointer = unsafe d2i_PUBKEY(nil, &cursor, buffer.count)
            let end = unsafe cursor.map { UInt(bitPattern: $0) } ?? 0
            let start = unsafe buffer.baseAddress.map { UInt(bitPattern: $0) } ?? 0
            return unsafe (pointer, Int(end - start))
        }
        ERR_clear_error()
        guard let key = unsafe EVPKey(adopting: pointer), consumed == octets.count else {
            throw .malformed("not a SubjectPublicKeyInfo")
        }
        try self.init(key)
        guard spki == octets else { throw .malformed("a SubjectPublicKeyInfo that is not DER") }
    }

    /// A key from its PEM form.
    package init(pem: [UInt8]) throws(CryptographyError) {
        guard pem.count <= PrivateKey.longestPEMOctetCount else {
            throw .malformed("the PEM text is too long")
        }
        let pointer = unsafe withBIO(pem) { bio in unsafe PEM_read_bio_PUBKEY(bio, nil, nil, nil) }
        ERR_clear_error()
        guard let key = unsafe EVPKey(adopting: pointer) else {
            throw .malformed("not a public key in PEM form")
        }
        try self.init(key)
    }

    /// Whether it has the strength of 128 bits (NIST SP 800-57): RSA of 3,072 bits, a curve of 256.
    package var isStrongForYears: Bool { unsafe EVP_PKEY_get_security_bits(key.pointer) >= 128 }

    /// An Ed25519 key from its 32 octets.
    package static func ed25519(raw: [UInt8]) throws(CryptographyError) -> PublicKey {
        let pointer = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        ERR_clear_error()
        guard let key = unsafe EVPKey(adopting: pointer) else {
            throw .malformed("an Ed25519 key has 32 octets")
        }
        return try PublicKey(key)
    }

    /// The 32 octets of an Ed25519 key, nothing for other kinds.
    package var ed25519Raw: [UInt8]? {
        guard kind == .ed25519 else { return nil }
        return [UInt8](spki.suffix(32))
    }

    /// The PEM form.
    package var pem: [UInt8] {
        unsafe withBIO { bio in
            let result = unsafe PEM_write_bio_PUBKEY(bio, key.pointer)
            precondition(result == 1, "a key in memory can be written")
            return unsafe contents(of: bio)
        }
    }

    /// SHA-256 of the SubjectPublicKeyInfo: how statements name the clearinghouse's key.
    package var digest: SHA256Digest { SHA256Digest(hashing: spki) }

    /// Whether a signature, made as `PrivateKey.sign` makes it, is right.
    package func isValid(signature: [UInt8], over message: [UInt8]) -> Bool {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        defer { ERR_clear_error() }
        let algorithm = unsafe kind == .ed25519 ? nil : kind.hash.algorithm
        return unsafe EVP_DigestVerifyInit(context, nil, algorithm, nil, key.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

extension PublicKey: Hashable {
    package static func == (left: PublicKey, right: PublicKey) -> Bool { left.spki == right.spki }
    package func hash(into hasher: inout Hasher) { hasher.combine(spki) }
}

extension PublicKey: CustomStringConvertible {
    package var description: String { "PublicKey(\(kind), \(digest.hex.prefix(16)))" }
}
