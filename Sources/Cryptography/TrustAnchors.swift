internal import COpenSSL
internal import Glibc
package import Records

/// What a certificate is asked to be good for.
package enum CertificatePurpose: Sendable, CaseIterable {
    /// A card's user authentication (利用者証明).
    case cardAuthentication
    /// The client's side of a connection.
    case tlsClient
    /// The server's side of a connection.
    case tlsServer
    /// Signing the clearinghouse's answers.
    case answerSigning
}

/// Why a certificate is not accepted.
package enum CertificateRefusal: Error, Hashable, Sendable {
    /// It ended.
    case expired(notAfter: Instant)
    /// It has not begun.
    case notYetValid(notBefore: Instant)
    /// No trusted authority issued it.
    case unknownAuthority
    /// An authority of that name is trusted, but did not sign it.
    case badSignature
    /// Its keyUsage or extendedKeyUsage do not allow the purpose.
    case wrongKeyUsage
    /// It is an authority's own certificate.
    case notEndEntity
    /// It has a critical extension that is not understood.
    case unknownCriticalExtension
    /// Its key, or its signature's hash, is too weak.
    case weakKey
    /// OpenSSL refuses it for another reason, by its number.
    case other(Int32)
}

/// The authorities that are believed, each tried alone: several generations of one authority
/// share a name, and a certificate need not carry the id of its issuer's key.
package struct TrustAnchors: Sendable {
    /// The most anchors that are read from a folder.
    package static let mostAnchors = 256

    /// The anchors.
    package let certificates: [Certificate]

    /// Anchors from certificates.
    package init(_ certificates: [Certificate]) { self.certificates = certificates }

    /// Checks a certificate and returns the anchor that vouches for it.
    package func validate(
        _ leaf: Certificate, at instant: Instant, purpose: CertificatePurpose
    ) throws(CertificateRefusal) -> Certificate {
        var refusal: CertificateRefusal?
        for anchor in certificates where anchor.subject == leaf.issuer {
            do throws(CertificateRefusal) {
                try anchor.vouches(for: leaf, at: instant, purpose: purpose)
                return anchor
            } catch {
                // Another generation may have signed it; a plain answer beats "bad signature".
                if refusal == nil || refusal == .badSignature || refusal == .unknownAuthority {
                    refusal = error
                }
            }
        }
        throw refusal ?? .unknownAuthority
    }
}

extension Certificate {
    /// Whether this authority issued the certificate and it is good for the purpose.
    fileprivate func vouches(
        for leaf: Certificate, at instant: Instant, purpose: CertificatePurpose
    ) throws(CertificateRefusal) {
        let code = Self.verify(leaf, anchor: self, at: instant)
        guard code == X509_V_OK else { throw CertificateRefusal(code, leaf) }
        guard !leaf.isAuthority else { throw .notEndEntity }
        guard leaf.allows(purpose) else { throw .wrongKeyUsage }
        guard leaf.publicKey.kind.isStrong else { throw .weakKey }
    }

    /// OpenSSL's path validation (RFC 5280 §6) with exactly one anchor in the store.
    private static func verify(
        _ leaf: Certificate, anchor: Certificate, at instant: Instant
    ) -> Int32 {
        let store = unsafe X509_STORE_new()
        let context = unsafe X509_STORE_CTX_new()
        defer {
            unsafe X509_STORE_CTX_free(context)
            unsafe X509_STORE_free(store)
            ERR_clear_error()
        }
        guard unsafe X509_STORE_add_cert(store, anchor.handle.pointer) == 1,
            unsafe X509_STORE_CTX_init(context, store, leaf.handle.pointer, nil) == 1
        else { return X509_V_ERR_OUT_OF_MEM }
        let parameters = unsafe X509_STORE_CTX_get0_param(context)
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(instant.seconds))
        unsafe X509_VERIFY_PARAM_set_flags(
            parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CHECK_SS_SIGNATURE))
        unsafe X509_VERIFY_PARAM_set_depth(parameters, 1)
        return unsafe X509_verify_cert(context) == 1
            ? X509_V_OK : X509_STORE_CTX_get_error(context)
    }

    /// keyUsage must hold digitalSignature where the certificate has one (every purpose here is
    /// a signature); extendedKeyUsage, where it is present, must name the purpose. Whether the
    /// real cards carry either is not certain, so neither is demanded.
    private func allows(_ purpose: CertificatePurpose) -> Bool {
        if let keyUsage, !keyUsage.contains(.digitalSignature) { return false }
        let extended = unsafe withPointer { unsafe X509_get_extended_key_usage($0) }
        guard extended != UInt32.max else { return true }
        switch purpose {
        case .cardAuthentication, .tlsClient: return extended & UInt32(XKU_SSL_CLIENT) != 0
        case .tlsServer: return extended & UInt32(XKU_SSL_SERVER) != 0
        case .answerSigning: return true
        }
    }
}

extension KeyKind {
    /// RSA from 2048 bits; the curves and Ed25519 as they are.
    fileprivate var isStrong: Bool {
        if case .rsa(let bits) = self { bits >= 2048 } else { true }
    }
}

extension CertificateRefusal {
    fileprivate init(_ code: Int32, _ leaf: Certificate) {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired(notAfter: leaf.notAfter)
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid(notBefore: leaf.notBefore)
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_AKID_SKID_MISMATCH,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            self = .unknownAuthority
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: self = .badSignature
        case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_KEYUSAGE_NO_CERTSIGN: self = .wrongKeyUsage
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: self = .unknownCriticalExtension
        case X509_V_ERR_CA_MD_TOO_WEAK, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_EE_KEY_TOO_SMALL:
            self = .weakKey
        default: self = .other(code)
        }
    }
}
