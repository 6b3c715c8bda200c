import Authority
import Cryptography
import TestFolders
import Testing

@Suite("The simulated authority")
struct AuthorityTests {
    @Test(
        "an authority of any kind of key vouches for cards of any kind",
        arguments: [KeyKind.rsa(bits: 2048), .p256, .p384, .ed25519])
    func kinds(kind: KeyKind) throws {
        let authority = try Sample.authority(kind)
        #expect(authority.certificate.isAuthority)
        #expect(authority.certificate.keyUsage == [.certificateSigning, .listSigning])
        for card in [KeyKind.rsa(bits: 2048), .p384] {
            let request = try Sample.request(.cardAuthentication, card)
            let certificate = try authority.issue(request)
            #expect(certificate.publicKey == request.publicKey)
            #expect(certificate.publicKey.kind == card)
            #expect(
                try TrustAnchors([authority.certificate]).validate(
                    certificate, at: Sample.now, purpose: .cardAuthentication)
                    == authority.certificate)
        }
    }

    @Test("every name says that it is a simulation, a card's subject says nothing at all")
    func names() throws {
        let authority = try Sample.authority()
        #expect(
            authority.certificate.subject
                == "OU=Simulated user authentication,O=Madoguchi Simulation,C=JP")
        #expect(authority.certificate.issuer == authority.certificate.subject)
        for profile in [CertificateProfile.cardAuthentication, .cardSignature] {
            let card = try authority.issue(Sample.request(profile, name: "SIM01"))
            #expect(card.subject == "CN=SIM01,C=JP")
            #expect(card.issuer == authority.certificate.subject)
        }
        let profiles: [CertificateProfile] = [
            .tlsServer(names: ["a.test"]), .tlsClient, .answerSigning,
        ]
        for profile in profiles {
            var request = try Sample.request(profile, name: "terminal")
            #expect(
                try authority.issue(request).subject == "CN=terminal,O=Madoguchi Simulation,C=JP")
            request.unit = "1310000000"
            #expect(
                try authority.issue(request).subject
                    == "CN=terminal,OU=1310000000,O=Madoguchi Simulation,C=JP")
        }
    }

    @Test(
        "each profile is good for its own purpose only",
        arguments: [
            (
                CertificateProfile.cardAuthentication,
                [CertificatePurpose.cardAuthentication, .tlsClient, .answerSigning]
            ),
            (.tlsClient, [.cardAuthentication, .tlsClient, .answerSigning]),
            (.tlsServer(names: ["a.test"]), [.tlsServer, .answerSigning]),
            (.answerSigning, CertificatePurpose.allCases),
            (.cardSignature, CertificatePurpose.allCases),
        ])
    func purposes(profile: CertificateProfile, good: [CertificatePurpose]) throws {
        let authority = try Sample.authority()
        let anchors = TrustAnchors([authority.certificate])
        let certificate = try authority.issue(Sample.request(profile))
        for purpose in CertificatePurpose.allCases {
            let result = Result { () throws(CertificateRefusal) in
                try anchors.validate(certificate, at: Sample.now, purpose: purpose)
            }
            #expect(
                result
                    == (good.contains(purpose)
                        ? .success(authority.certificate) : .failure(.wrongKeyUsage)))
        }
    }

    @Test("key ids are there as asked")
    func keyIDs() throws {
        let named = try Sample.authority()
        #expect(named.certificate.subjectKeyID != nil)
        var request = try Sample.request(.cardAuthentication)
        #expect(try named.issue(request).authorityKeyID == named.certificate.subjectKeyID)
        request.faults = [.noAuthorityKeyID]
        #expect(try named.issue(request).authorityKeyID == nil)
        let unnamed = try Sample.authority(hasKeyID: false)
        #expect(unnamed.certificate.subjectKeyID == nil)
        request.faults = []
        #expect(try unnamed.issue(request).authorityKeyID == nil)
    }

    @Test("serial numbers are positive, 16 octets long and never twice the same")
    func serials() throws {
        let authority = try Sample.authority()
        let request = try Sample.request(.cardAuthentication)
        let serials = try (0..<20).map { _ in try authority.issue(request).serialHex }
        #expect(Set(serials).count == serials.count)
        #expect(serials.allSatisfy { $0.utf8.count == 32 && !$0.hasPrefix("-") })
    }

    @Test("names that would say something else in OpenSSL's configuration are refused")
    func injection() throws {
        let authority = try Sample.authority()
        for names in [["a.test,IP:127.0.0.1"], ["*.test"], [""], ["a\nb"], ["dir name"], []] {
            #expect(throws: CryptographyError.self, "\(names)") {
                try authority.issue(Sample.request(.tlsServer(names: names)))
            }
        }
        for names in [["localhost", "127.0.0.1", "::1"], ["Clearinghouse.Simulation"]] {
            _ = try authority.issue(Sample.request(.tlsServer(names: names)))
        }
        for name in ["", String(repeating: "a", count: 65)] {
            #expect(throws: CryptographyError.self) {
                try authority.issue(Sample.request(.cardAuthentication, name: name))
            }
        }
    }

    @Test("an authority is kept in a folder, its key for its owner only, and both must match")
    func folder() throws {
        let scratch = TemporaryFolder()
        let authority = try Sample.authority()
        try authority.write(to: scratch.path, named: "one")
        let loaded = try CertificateAuthority.load(from: scratch.path, named: "one")
        #expect(loaded.certificate == authority.certificate)
        let card = try loaded.issue(Sample.request(.cardAuthentication))
        _ = try TrustAnchors(folder: scratch.path).validate(
            card, at: Sample.now, purpose: .cardAuthentication)
        _ = try KeyFile.read(scratch.path + "/one.key", isPrivate: true)

        let other = try Sample.authority()
        try KeyFile.write(other.keyPEM, to: scratch.path + "/one.key", isPrivate: true)
        #expect(
            throws: KeyFile.Failure.malformed(
                path: scratch.path + "/one.key", .malformed("not the key of one.pem"))
        ) { try CertificateAuthority.load(from: scratch.path, named: "one") }
        #expect(throws: KeyFile.Failure.self) {
            try CertificateAuthority.load(from: scratch.path, named: "two")
        }
    }

    @Test("a card's certificate has the size of a real one, so that reading it takes as long")
    func size() throws {
        let authority = try Sample.authority(.rsa(bits: 2048))
        let card = try authority.issue(
            Sample.request(.cardAuthentication, .rsa(bits: 2048), name: "SIM0000000000000000001A"))
        #expect((1000...2000).contains(card.der.count))
    }
}
