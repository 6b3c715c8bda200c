internal import COpenSSL

/// A private key of one of the kinds in use.
package final class PrivateKey: Sendable {
    /// The longest PEM text that is read, in octets.
    package static let longestPEMOctetCount = 16_384

    let key: EVPKey
    /// What kind of key it is.
    package let kind: KeyKind
    /// The public half.
    package let publicKey: PublicKey

    private init(_ key: EVPKey) throws(CryptographyError) {
        self.key = key
        kind = try key.kind()
        publicKey = try PublicKey(key)
    }

    /// A fresh key.
    package static func generate(_ kind: KeyKind) throws(CryptographyError) -> PrivateKey {
        if case .rsa(let bits) = kind, !(1024...KeyKind.longestRSABitCount).contains(bits) {
            throw .unsupported("RSA \(bits)")
        }
        let pointer: OpaquePointer? =
            switch kind {
            case .rsa(let bits): unsafe copenssl_EVP_RSA_gen(UInt32(bits))
            case .p256: unsafe copenssl_EVP_EC_gen("P-256")
            case .p384: unsafe copenssl_EVP_EC_gen("P-384")
            case .ed25519: unsafe generateEd25519()
            }
        guard let key = unsafe EVPKey(adopting: pointer) else { throw failure("key generation") }
        return try PrivateKey(key)
    }

    private static func generateEd25519() -> OpaquePointer? {
        let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var pointer: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_keygen(context, &pointer) == 1
        else { return nil }
        return unsafe pointer
    }

    /// An Ed25519 key from its 32-octet seed (RFC 8032).
    package static func ed25519(seed: [UInt8]) throws(CryptographyError) -> PrivateKey {
        let pointer = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
        guard let key = unsafe EVPKey(adopting: pointer) else {
            ERR_clear_error()
            throw .malformed("an Ed25519 seed has 32 octets")
        }
        return try PrivateKey(key)
    }

    /// A key from its unencrypted PEM form (PKCS#8 or the older kinds).
    package convenience init(pem: [UInt8]) throws(CryptographyError) {
        guard pem.count <= Self.longestPEMOctetCount else {
            throw .malformed("the PEM text is too long")
        }
        let pointer = unsafe withBIO(pem) { bio in
            unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
        }
        ERR_clear_error()
        guard let key = unsafe EVPKey(adopting: pointer) else {
            throw .malformed("not a private key in PEM form")
        }
        try self.init(key)
    }

    /// The unencrypted PKCS#8 PEM form.
    package var pem: [UInt8] {
        unsafe withBIO { bio in
            let result = unsafe PEM_write_bio_PKCS8PrivateKey(
                bio, key.pointer, nil, nil, 0, nil, nil)
            precondition(result == 1, "a key in memory can be written")
            return unsafe contents(of: bio)
        }
    }

    /// Signs a message: RSA by PKCS#1 v1.5 with SHA-256; P-256 by ECDSA with SHA-256, P-384 with
    /// SHA-384 (DER form); Ed25519 as it is.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let algorithm = unsafe kind == .ed25519 ? nil : kind.hash.algorithm
        try check(
            unsafe EVP_DigestSignInit(context, nil, algorithm, nil, key.pointer), "sign: init")
        var count = 0
        try check(
            unsafe EVP_DigestSign(context, nil, &count, message, message.count), "sign: size")
        var signature = [UInt8](repeating: 0, count: count)
        try check(
            unsafe EVP_DigestSign(context, &signature, &count, message, message.count), "sign")
        return [UInt8](signature.prefix(count))
    }

    /// What a card's `80 2A 00 80` does: RSA over the given octets with PKCS#1 v1.5 padding of
    /// type 1 (RFC 8017 §9.2; the octets are a DigestInfo), or ECDSA over a bare digest.
    package func signRaw(_ block: [UInt8]) throws(CryptographyError) -> [UInt8] {
        if let refusal = rawRefusal(block.count) { throw refusal }
        let context = unsafe EVP_PKEY_CTX_new(key.pointer, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        try check(unsafe EVP_PKEY_sign_init(context), "raw sign: init")
        if case .rsa = kind {
            try check(
                unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), "raw sign: padding"
            )
        }
        var count = 0
        try check(unsafe EVP_PKEY_sign(context, nil, &count, block, block.count), "raw sign: size")
        var signature = [UInt8](repeating: 0, count: count)
        try check(
            unsafe EVP_PKEY_sign(context, &signature, &count, block, block.count), "raw sign")
        return [UInt8](signature.prefix(count))
    }

    /// PKCS#1's padding needs 11 octets of the block; ECDSA would cut a longer digest short.
    private func rawRefusal(_ count: Int) -> CryptographyError? {
        switch kind {
        case .rsa(let bits):
            count <= (bits + 7) / 8 - 11 ? nil : .malformed("a block too long for the key")
        case .p256, .p384:
            (1...64).contains(count) ? nil : .malformed("a digest has 1 to 64 octets")
        case .ed25519: .unsupported("Ed25519 over a bare digest")
        }
    }

    /// Lets another module's C call borrow the `EVP_PKEY`.
    package func withPointer<Result>(_ body: (OpaquePointer?) -> Result) -> Result {
        withExtendedLifetime(self) { unsafe body(key.pointer) }
    }
}

extension PrivateKey: CustomStringConvertible {
    package var description: String { "PrivateKey(\(kind))" }
}
