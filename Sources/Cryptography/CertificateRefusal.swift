internal import COpenSSL
package import Records

/// Why a certificate is not accepted.
package enum CertificateRefusal: Error, Hashable, Sendable {
    /// It, or the authority that would vouch for it, ended.
    case expired(notAfter: Instant)
    /// It, or the authority that would vouch for it, has not begun.
    case notYetValid(notBefore: Instant)
    /// No trusted authority issued it.
    case unknownAuthority
    /// An authority of that name is trusted, but did not sign it.
    case badSignature
    /// Its keyUsage or extendedKeyUsage do not allow the purpose.
    case wrongKeyUsage
    /// It is an authority's own certificate.
    case notEndEntity
    /// It has a critical extension that is not understood, by its object identifier.
    case unknownCriticalExtension(String)
    /// A key, or a signature's hash, gives less than 112 bits of security.
    case weakKey
    /// OpenSSL refuses it for another reason, by its number.
    case other(Int32)
}

extension CertificateRefusal {
    /// A verifier's code as a refusal; `chain` is the leaf and what came with it.
    init(_ code: Int32, chain: [Certificate]) {
        switch code {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_AKID_SKID_MISMATCH,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_INVALID_CA, X509_V_ERR_CERT_CHAIN_TOO_LONG:
            self = .unknownAuthority
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: self = .badSignature
        case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_KEYUSAGE_NO_CERTSIGN: self = .wrongKeyUsage
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            let unknown = chain.lazy.compactMap { $0.handle.unknownCriticalExtension() }.first
            self = .unknownCriticalExtension(unknown ?? "in the authority's certificate")
        case X509_V_ERR_CA_MD_TOO_WEAK, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_EE_KEY_TOO_SMALL:
            self = .weakKey
        default: self = .other(code)
        }
    }

    /// How much a refusal tells: an authority that is not the issuer tells nothing, one of the
    /// same name little, and the true issuer's reason is the one to report.
    var weight: Int {
        switch self {
        case .unknownAuthority: 0
        case .badSignature: 1
        case .expired, .notYetValid, .wrongKeyUsage, .notEndEntity, .unknownCriticalExtension,
            .weakKey, .other:
            2
        }
    }
}
