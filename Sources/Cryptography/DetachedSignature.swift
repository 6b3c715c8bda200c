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

    /// Why a signature does not stand.
    package enum Fault: Error, Hashable, Sendable {
        /// It is not a detached CMS signature.
        case malformed
        /// It was made by somebody else.
        case otherSigner
        /// It is over another document.
        case otherDocument
    }

    /// Checks a signature over a document by one signer: certificates that come along are not
    /// believed.
    package static func check(
        _ signature: [UInt8], over document: [UInt8], by signer: Certificate
    ) throws(Fault) {
        ERR_clear_error()
        let encoded = unsafe BIO_new_mem_buf(signature, Int32(clamping: signature.count))
        defer { unsafe BIO_free(encoded) }
        guard let cms = unsafe d2i_CMS_bio(encoded, nil) else { throw .malformed }
        defer { unsafe CMS_ContentInfo_free(cms) }
        // Octets behind the signature are none of it.
        guard unsafe BIO_ctrl_pending(encoded) == 0 else { throw .malformed }
        let content = unsafe BIO_new_mem_buf(document, Int32(clamping: document.count))
        defer { unsafe BIO_free(content) }
        let stands = unsafe signer.withPointer { signer in
            guard let signers = unsafe copenssl_X509_stack(signer) else { return Int32(0) }
            defer { unsafe copenssl_X509_stack_free(signers) }
            return unsafe CMS_verify(
                cms, signers, nil, content, nil, copenssl_CMS_named_signer_flags())
        }
        guard stands == 1 else {
            let error = ERR_peek_error()
            ERR_clear_error()
            guard unsafe CMS_get0_SignerInfos(cms) != nil else { throw .malformed }
            throw copenssl_CMS_is_unknown_signer(error) == 1 ? .otherSigner : .otherDocument
        }
    }
}
