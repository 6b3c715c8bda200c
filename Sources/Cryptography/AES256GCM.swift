internal import COpenSSL

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D).
package enum AES256GCM {
    /// The key's size in octets.
    package static let keyOctetCount = 32
    /// The nonce's size in octets.
    package static let nonceOctetCount = 12
    /// The tag's size in octets; it follows the ciphertext.
    package static let tagOctetCount = 16

    /// The longest body that is sealed or opened at once, in octets.
    package static let longestOctetCount = 1 << 30

    /// Ciphertext and tag. A nonce must never be used twice with one key.
    package static func seal(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], additional: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try checkSizes(key, nonce, plain, additional)
        let cipher = unsafe FetchedAlgorithm.aes256GCM.pointer
        var output = [UInt8](repeating: 0, count: plain.count + tagOctetCount)
        let isSealed = unsafe withContext { context in
            unsafe output.withUnsafeMutableBufferPointer { output in
                var count: Int32 = 0
                let start = output.baseAddress
                return unsafe EVP_EncryptInit_ex(context, cipher, nil, key, nonce) == 1
                    && EVP_EncryptUpdate(context, nil, &count, additional, Int32(additional.count))
                        == 1
                    && EVP_EncryptUpdate(context, start, &count, plain, Int32(plain.count)) == 1
                    && EVP_EncryptFinal_ex(context, start.map { unsafe $0 + plain.count }, &count)
                        == 1
                    && copenssl_EVP_get_tag(
                        context, Int32(tagOctetCount), start.map { unsafe $0 + plain.count }) == 1
            }
        }
        guard isSealed else { throw failure("AES-256-GCM seal") }
        return output
    }

    /// The plain octets, if tag and additional octets are right.
    package static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], additional: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try checkSizes(key, nonce, sealed, additional)
        let cipher = unsafe FetchedAlgorithm.aes256GCM.pointer
        guard sealed.count >= tagOctetCount else { throw .malformed("sealed octets cut short") }
        let cipherCount = sealed.count - tagOctetCount
        var tag = [UInt8](sealed[cipherCount...])
        var output = [UInt8](repeating: 0, count: cipherCount)
        let isOpened = unsafe withContext { context in
            unsafe output.withUnsafeMutableBufferPointer { output in
                var count: Int32 = 0
                let start = output.baseAddress
                return unsafe EVP_DecryptInit_ex(context, cipher, nil, key, nonce) == 1
                    && EVP_DecryptUpdate(context, nil, &count, additional, Int32(additional.count))
                        == 1
                    && EVP_DecryptUpdate(context, start, &count, sealed, Int32(cipherCount)) == 1
                    && copenssl_EVP_set_tag(context, Int32(tagOctetCount), &tag) == 1
                    && EVP_DecryptFinal_ex(context, start.map { unsafe $0 + cipherCount }, &count)
                        == 1
            }
        }
        guard isOpened else {
            ERR_clear_error()
            throw .authenticationFailed
        }
        return output
    }

    private static func checkSizes(
        _ key: [UInt8], _ nonce: [UInt8], _ body: [UInt8], _ additional: [UInt8]
    ) throws(CryptographyError) {
        guard key.count == keyOctetCount, nonce.count == nonceOctetCount else {
            throw .malformed("AES-256-GCM takes a key of 32 and a nonce of 12 octets")
        }
        guard body.count <= longestOctetCount, additional.count <= longestOctetCount else {
            throw .malformed("too long to be sealed in one piece")
        }
    }

    private static func withContext(_ body: (OpaquePointer?) -> Bool) -> Bool {
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        return unsafe body(context)
    }
}
