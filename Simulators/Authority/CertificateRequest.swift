package import Cryptography
package import Records

/// What a certificate of the simulation is for.
package enum CertificateProfile: Hashable, Sendable {
    /// 利用者証明用: a card's user authentication.
    case cardAuthentication
    /// 署名用: a card's digital signature.
    case cardSignature
    /// A server of the simulation, by its names.
    case tlsServer(names: [String])
    /// A client of the simulation.
    case tlsClient
    /// The clearinghouse's signer of answers.
    case answerSigning
    /// The authority's responder to questions about its certificates (OCSP).
    case statusResponder
}

/// What a certificate is asked to say; the faults make one that a verifier must refuse.
package struct CertificateRequest: Sendable {
    /// The subject's common name.
    package var commonName: String
    /// The subject's organisational unit, if any.
    package var unit: String?
    /// The subject's key.
    package var publicKey: PublicKey
    /// The first instant of its life.
    package var notBefore: Instant
    /// The last instant of its life.
    package var notAfter: Instant
    /// What it is for.
    package var profile: CertificateProfile
    /// Faults on order.
    package var faults: Set<Fault> = []

    /// Ways in which a certificate can be wrong.
    package enum Fault: Hashable, Sendable, CaseIterable {
        /// keyUsage allows key agreement only.
        case wrongKeyUsage
        /// A critical extension that nobody knows.
        case unknownCriticalExtension
        /// No authorityKeyIdentifier.
        case noAuthorityKeyID
        /// basicConstraints say that it is an authority.
        case authority
    }

    /// A request without faults.
    package init(
        commonName: String, unit: String? = nil, publicKey: PublicKey, notBefore: Instant,
        notAfter: Instant, profile: CertificateProfile
    ) {
        self.commonName = commonName
        self.unit = unit
        self.publicKey = publicKey
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.profile = profile
    }
}
