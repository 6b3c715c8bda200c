internal import COpenSSL

/// Octets that only the holder of one certificate's key can open, in CMS (RFC 5652): what
/// `openssl cms -decrypt -inform DER -inkey KEY` takes.
package enum Envelope {
    /// AuthEnvelopedData with AES-256-GCM (RFC 5083, RFC 5084), DER; the key goes to an RSA key by
    /// OAEP, to one on a curve by ephemeral ECDH.
    package static func seal(
        _ octets: [UInt8], to recipient: Certificate
    ) throws(CryptographyError) -> [UInt8] {
        ERR_clear_error()
        let content = unsafe BIO_new_mem_buf(octets, Int32(clamping: octets.count))
        defer { unsafe BIO_free(content) }
        let cms = unsafe recipient.withPointer { unsafe copenssl_CMS_envelop($0, content) }
        guard let cms = unsafe cms else { throw failure("CMS envelope") }
        defer { unsafe CMS_ContentInfo_free(cms) }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_CMS_ContentInfo(cms, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let sealed = unsafe start else { throw failure("CMS envelope") }
        return unsafe [UInt8](UnsafeBufferPointer(start: sealed, count: Int(count)))
    }
}
