internal import COpenSSL

/// Detached signatures in CMS (RFC 5652 §5): the signer's certificate goes along, the document
/// does not. Without signed attributes and with RSA, the same input gives the same octets.
package enum DetachedSignature {
    /// The signature over a document, DER.
    package static func sign(
        _ document: [UInt8], certificate: Certificate, key: PrivateKey
    ) throws(CryptographyError) -> [UInt8] {
        ERR_clear_error()
        let content = unsafe BIO_new_mem_buf(document, Int32(clamping: document.count))
        defer { unsafe BIO_free(content) }
        let flags = copenssl_CMS_detached_flags()
        let cms = unsafe certificate.withPointer { certificate in
            unsafe key.withPointer { key in
                unsafe CMS_sign(certificate, key, nil, content, flags)
            }
        }
        guard let cms = unsafe cms else { throw failure("CMS signature") }
        defer { unsafe CMS_ContentInfo_free(cms) }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_CMS_ContentInfo(cms, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { throw failure("CMS signature") }
        return unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count)))
    }
}
