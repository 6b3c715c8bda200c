internal import COpenSSL
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

/// The authorities that are believed, each tried alone: several generations of one authority
/// share a name, and a certificate need not carry the id of its issuer's key.
package struct TrustAnchors: Sendable {
    /// The most anchors that are held.
    package static let mostAnchors = 256
    /// The most intermediate authorities between a certificate and its anchor.
    package static let mostIntermediates = 4

    /// The anchors.
    package let certificates: [Certificate]

    /// Anchors from certificates.
    package init(_ certificates: [Certificate]) { self.certificates = certificates }

    /// Checks a certificate and returns the anchor that vouches for it. Intermediates are only
    /// helpers: they come from whoever presents the certificate.
    package func validate(
        _ leaf: Certificate, intermediates: [Certificate] = [], at instant: Instant,
        purpose: CertificatePurpose
    ) throws(CertificateRefusal) -> Certificate {
        let helpers = Array(intermediates.prefix(Self.mostIntermediates))
        let names = [leaf] + helpers
        var refusal = CertificateRefusal.unknownAuthority
        for anchor in certificates where names.contains(where: { $0.isIssued(under: anchor) }) {
            do throws(CertificateRefusal) {
                try anchor.vouches(for: leaf, through: helpers, at: instant, purpose: purpose)
                return anchor
            } catch {
                // Another generation may have signed it.
                if error.weight > refusal.weight { refusal = error }
            }
        }
        throw refusal
    }
}

extension Certificate {
    /// Whether the issuer's name is the anchor's, compared as RFC 5280 §7.1 says.
    fileprivate func isIssued(under anchor: Certificate) -> Bool {
        unsafe withPointer { leaf in
            unsafe anchor.withPointer { anchor in
                unsafe X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(anchor)) == 0
            }
        }
    }

    /// Whether this authority issued the certificate and it is good for the purpose.
    fileprivate func vouches(
        for leaf: Certificate, through helpers: [Certificate], at instant: Instant,
        purpose: CertificatePurpose
    ) throws(CertificateRefusal) {
        guard isAuthority else { throw .unknownAuthority }
        let path = Path(leaf: leaf, helpers: helpers, anchor: self)
        guard path.code == X509_V_OK else {
            throw CertificateRefusal(path.code, chain: [leaf] + helpers)
        }
        for certificate in [leaf] + path.used + [self] { try certificate.isAlive(at: instant) }
        guard !leaf.isAuthority else { throw .notEndEntity }
        guard leaf.allows(purpose) else { throw .wrongKeyUsage }
        guard leaf.publicKey.kind.isStrong else { throw .weakKey }
    }

    /// Both ends belong to its life (RFC 5280 §4.1.2.5).
    private func isAlive(at instant: Instant) throws(CertificateRefusal) {
        guard instant.seconds >= notBefore.seconds else {
            throw .notYetValid(notBefore: notBefore)
        }
        guard instant.seconds <= notAfter.seconds else { throw .expired(notAfter: notAfter) }
    }

    /// keyUsage must hold digitalSignature where the certificate has one (every purpose here is
    /// a signature); extendedKeyUsage, where it is present, must name the purpose. Whether the
    /// real cards carry either is not certain, so neither is demanded.
    private func allows(_ purpose: CertificatePurpose) -> Bool {
        if let keyUsage, !keyUsage.contains(.digitalSignature) { return false }
        let extended = unsafe withPointer { unsafe X509_get_extended_key_usage($0) }
        guard extended != UInt32.max, extended & UInt32(XKU_ANYEKU) == 0 else { return true }
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

/// OpenSSL's path validation (RFC 5280 §6) with exactly one anchor in the store. The dates are
/// left to us, because OpenSSL 3.0 takes the last second of a certificate's life away from it.
private struct Path {
    /// At least 112 bits of security in every key and signature (OpenSSL's level 2).
    static let securityLevel: Int32 = 2

    /// `X509_V_OK` or the reason of the refusal.
    var code = X509_V_ERR_OUT_OF_MEM
    /// The helpers that the path goes through.
    var used: [Certificate] = []

    init(leaf: Certificate, helpers: [Certificate], anchor: Certificate) {
        let store = unsafe X509_STORE_new()
        let context = unsafe X509_STORE_CTX_new()
        let untrusted = unsafe copenssl_sk_X509_new_null()
        defer {
            unsafe X509_STORE_CTX_free(context)
            unsafe X509_STORE_free(store)
            unsafe copenssl_sk_X509_free(untrusted)
            ERR_clear_error()
        }
        for helper in helpers {
            guard unsafe copenssl_sk_X509_push(untrusted, helper.handle.pointer) > 0 else { return }
        }
        guard unsafe X509_STORE_add_cert(store, anchor.handle.pointer) == 1,
            unsafe X509_STORE_CTX_init(context, store, leaf.handle.pointer, untrusted) == 1
        else { return }
        let parameters = unsafe X509_STORE_CTX_get0_param(context)
        unsafe X509_VERIFY_PARAM_set_flags(
            parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME))
        unsafe X509_VERIFY_PARAM_set_depth(parameters, Int32(helpers.count))
        unsafe X509_VERIFY_PARAM_set_auth_level(parameters, Self.securityLevel)
        guard unsafe X509_verify_cert(context) == 1 else {
            code = unsafe X509_STORE_CTX_get_error(context)
            return
        }
        let chain = unsafe X509_STORE_CTX_get0_chain(context)
        let links = (0..<max(0, unsafe copenssl_sk_X509_num(chain))).map { index in
            unsafe UInt(bitPattern: copenssl_sk_X509_value(chain, index))
        }
        used = helpers.filter { helper in
            unsafe links.contains(UInt(bitPattern: helper.handle.pointer))
        }
        code = X509_V_OK
        withExtendedLifetime((leaf, helpers, anchor)) {}
    }
}
