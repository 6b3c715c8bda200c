internal import COpenSSL
package import Cryptography
internal import Octets
package import Records

/// An authority of the simulation. Every name it writes says so: `O=Madoguchi Simulation`.
package struct CertificateAuthority: Sendable {
    /// The organisation in every certificate of the simulation.
    package static let organization = "Madoguchi Simulation"

    /// The authority's own certificate.
    package let certificate: Certificate
    let key: PrivateKey

    /// An authority from its certificate and key.
    package init(certificate: Certificate, key: PrivateKey) {
        (self.certificate, self.key) = (certificate, key)
    }

    /// Makes a self-signed authority. Several generations may be made with one name (`unit`);
    /// `hasKeyID` false leaves the subjectKeyIdentifier out, as older authorities do.
    package static func make(
        unit: String, key: PrivateKey, notBefore: Instant, notAfter: Instant,
        hasKeyID: Bool = true
    ) throws(CryptographyError) -> CertificateAuthority {
        let draft = CertificateDraft()
        draft.setName([("C", "JP"), ("O", organization), ("OU", unit)], isIssuerToo: true)
        draft.setLife(notBefore, notAfter)
        draft.setKey(key.publicKey)
        draft.add("critical,CA:TRUE", as: NID_basic_constraints)
        draft.add("critical,keyCertSign,cRLSign", as: NID_key_usage)
        if hasKeyID { draft.add("hash", as: NID_subject_key_identifier) }
        return CertificateAuthority(certificate: try draft.signed(by: key), key: key)
    }

    /// The authority's key, to be kept.
    package var keyPEM: [UInt8] { key.pem }

    /// Issues a certificate.
    package func issue(_ request: CertificateRequest) throws(CryptographyError) -> Certificate {
        let draft = CertificateDraft()
        var name = [("C", "JP")]
        if request.profile.namesOrganization { name.append(("O", Self.organization)) }
        if let unit = request.unit { name.append(("OU", unit)) }
        draft.setName(name + [("CN", request.commonName)], isIssuerToo: false)
        draft.setIssuer(certificate)
        draft.setLife(request.notBefore, request.notAfter)
        draft.setKey(request.publicKey)
        try extend(draft, for: request)
        return try draft.signed(by: key)
    }

    /// Where a card's revocation list would be found: a directory name, as on the real cards,
    /// which also makes a simulated certificate as long as a real one.
    private static let listPlace = """
        [list]
        fullname = dirName:place
        [place]
        C = JP
        O = \(organization)
        1.OU = CRL Distribution Points
        2.OU = Simulated prefecture
        CN = Simulated city CRLDP
        """

    private func extend(
        _ draft: CertificateDraft, for request: CertificateRequest
    ) throws(CryptographyError) {
        draft.add(
            request.faults.contains(.authority) ? "critical,CA:TRUE" : "critical,CA:FALSE",
            as: NID_basic_constraints)
        draft.add(
            request.faults.contains(.wrongKeyUsage)
                ? "critical,keyAgreement" : request.profile.keyUsage, as: NID_key_usage)
        if let extended = request.profile.extendedKeyUsage {
            draft.add(extended, as: NID_ext_key_usage)
        }
        draft.add("hash", as: NID_subject_key_identifier)
        if !request.faults.contains(.noAuthorityKeyID), certificate.subjectKeyID != nil {
            draft.add("keyid", as: NID_authority_key_identifier)
        }
        if let policy = request.profile.policy {
            draft.add(
                "@policy", as: NID_certificate_policies,
                sections: """
                    [policy]
                    policyIdentifier = \(policy)
                    CPS.1 = http://authority.simulation/cps.html
                    """)
            draft.add("list", as: NID_crl_distribution_points, sections: Self.listPlace)
        }
        if case .tlsServer(let names) = request.profile {
            draft.add(try subjectAlternativeName(names), as: NID_subject_alt_name)
        }
        // The delegation is short instead of being looked up itself (RFC 6960 §4.2.2.2.1).
        if request.profile == .statusResponder { draft.add("NULL", as: NID_id_pkix_OCSP_noCheck) }
        if request.faults.contains(.unknownCriticalExtension) {
            draft.addUnknownCriticalExtension()
        }
    }
}

/// Host names and addresses in the form of OpenSSL's configuration, where a comma would begin
/// another name.
private func subjectAlternativeName(_ names: [String]) throws(CryptographyError) -> String {
    let digits: ClosedRange<UInt8> = 0x30...0x39
    var parts: [String] = []
    for name in names {
        let isPlain = name.utf8.allSatisfy {
            digits.contains($0) || (0x61...0x7A).contains($0 | 0x20)
                || [0x2D, 0x2E, 0x3A].contains($0)
        }
        guard isPlain, !name.isEmpty else { throw .malformed("the server's name \(name)") }
        let isAddress = name.utf8.allSatisfy { digits.contains($0) || $0 == 0x2E }
        parts.append((isAddress || name.utf8.contains(0x3A) ? "IP:" : "DNS:") + name)
    }
    return parts.joined(separator: ",")
}

extension CertificateProfile {
    /// The real cards' subjects hold a country and an opaque name; the others name who they are.
    fileprivate var namesOrganization: Bool {
        switch self {
        case .cardAuthentication, .cardSignature: false
        case .tlsServer, .tlsClient, .answerSigning, .statusResponder: true
        }
    }

    fileprivate var keyUsage: String {
        switch self {
        case .cardSignature: "critical,digitalSignature,nonRepudiation"
        case .cardAuthentication, .tlsServer, .tlsClient, .answerSigning, .statusResponder:
            "critical,digitalSignature"
        }
    }

    fileprivate var extendedKeyUsage: String? {
        switch self {
        case .cardAuthentication, .tlsClient: "clientAuth"
        case .cardSignature, .answerSigning: nil
        case .tlsServer: "serverAuth"
        case .statusResponder: "OCSPSigning"
        }
    }

    /// A policy from the arc that X.660 keeps for examples (2.999), never one of the real ones.
    fileprivate var policy: String? {
        switch self {
        case .cardAuthentication: "2.999.1.30"
        case .cardSignature: "2.999.1.20"
        case .tlsServer, .tlsClient, .answerSigning, .statusResponder: nil
        }
    }
}
