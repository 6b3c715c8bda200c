import Authority
import Cryptography
import Octets
import Records
import Testing

@Suite("Certificates that are not good any more")
struct StatusTests {
    @Test("a suspension comes and goes; a revocation stays, with its first date and reason")
    func register() throws {
        var register = CertificateRegister()
        let id = try #require(CertificateID("0a1b:01"))
        try register.suspend(id, at: Sample.now)
        #expect(register.standings[id] == .suspended(since: Sample.now))
        try register.resume(id)
        #expect(register == CertificateRegister())
        #expect(throws: CertificateRegister.Refusal.isGood) { try register.resume(id) }
        register.revoke(id, because: .keyCompromise, at: Sample.now)
        register.revoke(id, because: .superseded, at: Sample.now.adding(seconds: 9))
        #expect(
            register.standings[id] == .revoked(since: Sample.now, reason: .keyCompromise))
        #expect(throws: CertificateRegister.Refusal.isRevoked) { try register.resume(id) }
        #expect(throws: CertificateRegister.Refusal.isRevoked) {
            try register.suspend(id, at: Sample.now)
        }
    }

    @Test("a certificate is known by its issuer's key and its serial number, or the issuer's name")
    func ids() throws {
        let (first, second) = (try Sample.authority(), try Sample.authority())
        let card = try first.issue(Sample.request(.cardAuthentication))
        let id = CertificateID(of: card)
        #expect(id.issuer == first.certificate.subjectKeyID?.hex && id.serial == card.serialHex)
        #expect(CertificateID("\(id)") == id)
        #expect(id.isIssued(by: first.certificate) && !id.isIssued(by: second.certificate))
        // A certificate that does not name the key goes by the issuer's name.
        var request = try Sample.request(.cardAuthentication)
        request.faults = [.noAuthorityKeyID]
        let silent = CertificateID(of: try first.issue(request))
        #expect(silent.issuer != id.issuer && silent.isIssued(by: first.certificate))
        #expect(silent < id || id < silent)
        for text in ["", ":", "0a:", ":0a", "0a", "0A:01", "0a:1", "0a:01:02", "xx:01"] {
            #expect(CertificateID(text) == nil)
        }
    }

    @Test("any octets get an answer of the responder, and none a wrong one")
    func noise() throws {
        let responder = try StatusResponder(of: Sample.authority(), at: Sample.now)
        var random = SystemRandomNumberGenerator()
        for count in [0, 1, 5, 60, 20_000] {
            let octets = (0..<count).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            let answer = try responder.answer(octets, from: CertificateRegister(), at: Sample.now)
            // OCSPResponse { responseStatus malformedRequest (1) }, RFC 6960 §4.2.1.
            #expect(answer == [0x30, 0x03, 0x0A, 0x01, 0x01])
        }
    }

    @Test("a delegated responder may vouch for no card and no connection")
    func delegation() throws {
        let authority = try Sample.authority()
        let responder = try StatusResponder(of: authority, at: Sample.now)
        for purpose in [CertificatePurpose.cardAuthentication, .tlsClient, .tlsServer] {
            #expect(throws: CertificateRefusal.wrongKeyUsage) {
                try TrustAnchors([authority.certificate]).validate(
                    responder.certificate, at: Sample.now, purpose: purpose)
            }
        }
    }
}
