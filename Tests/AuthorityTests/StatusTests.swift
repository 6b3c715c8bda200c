import Authority
import Cryptography
import Records
import Testing

@Suite("Certificates that are not good any more")
struct StatusTests {
    @Test("a suspension comes and goes; a revocation stays, with its first date and reason")
    func register() throws {
        var register = CertificateRegister()
        try register.suspend("01", at: Sample.now)
        #expect(register.standings["01"] == .suspended(since: Sample.now))
        try register.resume("01")
        #expect(register == CertificateRegister())
        #expect(throws: CertificateRegister.Refusal.isGood) { try register.resume("01") }
        register.revoke("01", because: .keyCompromise, at: Sample.now)
        register.revoke("01", because: .superseded, at: Sample.now.adding(seconds: 9))
        #expect(
            register.standings["01"] == .revoked(since: Sample.now, reason: .keyCompromise))
        #expect(throws: CertificateRegister.Refusal.isRevoked) { try register.resume("01") }
        #expect(throws: CertificateRegister.Refusal.isRevoked) {
            try register.suspend("01", at: Sample.now)
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
