import Authority
import Cryptography
import Foundation
import Records
import Testing

@Suite("Detached signatures (CMS)")
struct DetachedSignatureTests {
    private let document = Array("これは文書です".utf8)

    private struct Signer {
        let key: PrivateKey
        let certificate: Certificate

        init(_ name: String, under authority: CertificateAuthority) throws {
            key = try PrivateKey.generate(.rsa(bits: 2048))
            let now = Instant(seconds: 1_790_000_000)
            certificate = try authority.issue(
                CertificateRequest(
                    commonName: name, publicKey: key.publicKey, notBefore: now,
                    notAfter: now.adding(seconds: 86_400), profile: .answerSigning))
        }
    }

    private func signers() throws -> (Signer, Signer) {
        let key = try PrivateKey.generate(.p256)
        let now = Instant(seconds: 1_790_000_000)
        let authority = try CertificateAuthority.make(
            unit: "Simulated", key: key, notBefore: now, notAfter: now.adding(seconds: 86_400))
        return (try Signer("one", under: authority), try Signer("other", under: authority))
    }

    @Test("one signer's stands over one document; no other does, whoever vouches for it")
    func check() throws {
        let (one, other) = try signers()
        let signature = try DetachedSignature.sign(
            document, certificate: one.certificate, key: one.key)
        try DetachedSignature.check(signature, over: document, by: one.certificate)
        #expect(
            try signature
                == DetachedSignature.sign(document, certificate: one.certificate, key: one.key))
        #expect(throws: DetachedSignature.Fault.otherSigner) {
            try DetachedSignature.check(signature, over: document, by: other.certificate)
        }
        for changed in [document + [0x20], Array(document.dropLast()), []] {
            #expect(throws: DetachedSignature.Fault.otherDocument) {
                try DetachedSignature.check(signature, over: changed, by: one.certificate)
            }
        }
        // Somebody else's signature that brings the first one's certificate along.
        let forged = try DetachedSignature.sign(
            document, certificate: other.certificate, key: other.key)
        #expect(throws: DetachedSignature.Fault.otherSigner) {
            try DetachedSignature.check(forged, over: document, by: one.certificate)
        }
    }

    @Test("cut at every length, longer, or with any octet changed: refused, never a crash")
    func hostile() throws {
        let (one, _) = try signers()
        let signature = try DetachedSignature.sign(
            document, certificate: one.certificate, key: one.key)
        for count in 0..<signature.count {
            #expect(throws: DetachedSignature.Fault.malformed) {
                try DetachedSignature.check(
                    Array(signature[..<count]), over: document, by: one.certificate)
            }
        }
        #expect(throws: DetachedSignature.Fault.malformed) {
            try DetachedSignature.check(signature + [0], over: document, by: one.certificate)
        }
        // The certificate that comes along is not looked at; all else is.
        var standing = 0
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 0x01
            if (try? DetachedSignature.check(changed, over: document, by: one.certificate)) != nil {
                standing += 1
            }
        }
        #expect(standing < one.certificate.der.count)
        for index in signature.indices.suffix(256) {
            var changed = signature
            changed[index] ^= 0x01
            #expect(throws: DetachedSignature.Fault.self) {
                try DetachedSignature.check(changed, over: document, by: one.certificate)
            }
        }
    }
}
