import Authority
import Cryptography
import Records
import Testing

@Suite("Certificates and trust anchors")
struct CertificateTests {
    static let now = Instant(seconds: 1_795_000_000)
    static let year: Int64 = 86_400 * 365

    /// Made once: an RSA key takes a tenth of a second, which other tests wait for.
    static let rsaKeys = Result {
        try (0..<3).map { _ in try PrivateKey.generate(.rsa(bits: 2048)) }
    }

    /// A key: the same one again where it is RSA.
    static func key(_ kind: KeyKind) throws -> PrivateKey {
        if case .rsa = kind { try rsaKeys.get()[0] } else { try PrivateKey.generate(kind) }
    }

    static func authority(
        unit: String = "Simulated user authentication", hasKeyID: Bool = true, generation: Int = 0
    ) throws -> CertificateAuthority {
        try CertificateAuthority.make(
            unit: unit, key: rsaKeys.get()[generation],
            notBefore: now.adding(seconds: -year), notAfter: now.adding(seconds: 9 * year),
            hasKeyID: hasKeyID)
    }

    static func request(
        profile: CertificateProfile = .cardAuthentication, kind: KeyKind = .p256
    ) throws -> CertificateRequest {
        CertificateRequest(
            commonName: "SIM0000000000000000001A",
            publicKey: try PrivateKey.generate(kind).publicKey,
            notBefore: now.adding(seconds: -60), notAfter: now.adding(seconds: year),
            profile: profile)
    }

    @Test("an issued certificate says what was asked and is vouched for by its authority")
    func issued() throws {
        let authority = try Self.authority()
        let certificate = try authority.issue(try Self.request())
        #expect(certificate.subject == "CN=SIM0000000000000000001A,C=JP")
        #expect(certificate.issuer.contains("O=Madoguchi Simulation"))
        #expect(certificate.notAfter == Self.now.adding(seconds: Self.year))
        #expect(certificate.keyUsage == .digitalSignature && !certificate.isAuthority)
        #expect(try Certificate(pem: certificate.pem) == certificate)
        #expect(try Certificate(der: certificate.der) == certificate)
        let anchors = TrustAnchors([authority.certificate])
        #expect(
            try anchors.validate(certificate, at: Self.now, purpose: .cardAuthentication)
                == authority.certificate)
    }

    @Test("the right one of several generations with one name is found, with and without key ids")
    func generations() throws {
        for hasKeyID in [true, false] {
            let generations = try (0..<3).map {
                try Self.authority(hasKeyID: hasKeyID, generation: $0)
            }
            let anchors = TrustAnchors(generations.map(\.certificate))
            for generation in generations {
                var request = try Self.request()
                if !hasKeyID { request.faults = [.noAuthorityKeyID] }
                let certificate = try generation.issue(request)
                #expect((certificate.authorityKeyID == nil) == !hasKeyID)
                #expect(
                    try anchors.validate(certificate, at: Self.now, purpose: .cardAuthentication)
                        == generation.certificate)
            }
        }
    }

    @Test("what is wrong with a certificate is told")
    func refused() throws {
        let authority = try Self.authority()
        let anchors = TrustAnchors([authority.certificate])
        func refusal(
            _ request: CertificateRequest, at instant: Instant = CertificateTests.now,
            anchors: TrustAnchors
        ) throws -> CertificateRefusal? {
            let certificate = try authority.issue(request)
            do throws(CertificateRefusal) {
                _ = try anchors.validate(certificate, at: instant, purpose: .cardAuthentication)
                return nil
            } catch { return error }
        }
        let good = try Self.request()
        #expect(try refusal(good, anchors: anchors) == nil)
        #expect(
            try refusal(good, at: Self.now.adding(seconds: 2 * Self.year), anchors: anchors)
                == .expired(notAfter: good.notAfter))
        #expect(
            try refusal(good, at: Self.now.adding(seconds: -120), anchors: anchors)
                == .notYetValid(notBefore: good.notBefore))
        #expect(try refusal(good, anchors: TrustAnchors([])) == .unknownAuthority)
        let stranger = try Self.authority(unit: "Another", generation: 1)
        #expect(
            try refusal(good, anchors: TrustAnchors([stranger.certificate])) == .unknownAuthority)
        let sameName = try Self.authority(hasKeyID: false, generation: 1)
        var noKeyID = good
        noKeyID.faults = [.noAuthorityKeyID]
        #expect(
            try refusal(noKeyID, anchors: TrustAnchors([sameName.certificate])) == .badSignature)
        for (fault, expected): (CertificateRequest.Fault, CertificateRefusal) in [
            (.wrongKeyUsage, .wrongKeyUsage),
            (.unknownCriticalExtension, .unknownCriticalExtension("2.999.9.9")),
            (.authority, .notEndEntity),
        ] {
            var request = good
            request.faults = [fault]
            #expect(try refusal(request, anchors: anchors) == expected, "\(fault)")
        }
        var server = good
        server.profile = .tlsServer(names: ["clearinghouse.simulation"])
        #expect(try refusal(server, anchors: anchors) == .wrongKeyUsage)
        var weak = good
        weak.publicKey = try PrivateKey.generate(.rsa(bits: 1024)).publicKey
        #expect(try refusal(weak, anchors: anchors) == .weakKey)
    }

    @Test("an authority's own certificate, presented as a card's, is refused")
    func selfSigned() throws {
        let authority = try Self.authority()
        #expect(throws: CertificateRefusal.self) {
            try TrustAnchors([authority.certificate]).validate(
                authority.certificate, at: Self.now, purpose: .cardAuthentication)
        }
    }

    @Test("a P-384 card of the next generation passes")
    func nextGeneration() throws {
        let authority = try Self.authority()
        let certificate = try authority.issue(try Self.request(kind: .p384))
        #expect(certificate.publicKey.kind == .p384)
        _ = try TrustAnchors([authority.certificate]).validate(
            certificate, at: Self.now, purpose: .cardAuthentication)
    }

    @Test("octets that are no certificate are refused, cut or flipped ones too")
    func malformed() throws {
        let authority = try Self.authority()
        let certificate = try authority.issue(try Self.request())
        for count in [0, 1, 4, 100, certificate.der.count - 1] {
            #expect(throws: CryptographyError.self) {
                try Certificate(der: [UInt8](certificate.der.prefix(count)))
            }
        }
        #expect(throws: CryptographyError.self) { try Certificate(der: certificate.der + [0]) }
        let anchors = TrustAnchors([authority.certificate])
        for index in stride(from: 0, to: certificate.der.count, by: 7) {
            var flipped = certificate.der
            flipped[index] ^= 0x10
            guard let parsed = try? Certificate(der: flipped) else { continue }
            #expect(throws: CertificateRefusal.self) {
                try anchors.validate(parsed, at: Self.now, purpose: .cardAuthentication)
            }
        }
    }
}
