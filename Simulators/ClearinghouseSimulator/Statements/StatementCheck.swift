package import Cryptography
import JSON
package import Octets
package import Records

/// What a statement is checked against.
package struct StatementExpectation: Sendable {
    /// What the statement must be signed for.
    package var prefix: StatementPrefix
    /// SHA-256 of this clearinghouse's answer-signing key.
    package var audience: SHA256Digest
    /// Who sends it.
    package var client: ClientRegister.Identity
    /// The purpose it must name.
    package var purpose: String

    /// An expectation; without a purpose it is the one of the prefix: treatment, or oneself.
    package init(
        prefix: StatementPrefix, audience: SHA256Digest, client: ClientRegister.Identity,
        purpose: String? = nil
    ) {
        (self.prefix, self.audience, self.client) = (prefix, audience, client)
        self.purpose = purpose ?? (prefix == .portal ? "self" : "treatment")
    }
}

/// A statement that passed every check that needs no memory. Whether its nonce is good, whether
/// the certificate is trusted and whose card it is are asked next, in this order.
package struct VerifiedStatement: Sendable {
    /// What was said.
    package var statement: SignedStatement
    /// SHA-256 of its bytes: what answers echo.
    package var digest: SHA256Digest
    /// The nonce's octets.
    package var nonce: [UInt8]
    /// The card's certificate.
    package var certificate: Certificate
    /// SHA-256 of the key (SubjectPublicKeyInfo) that its signature was verified with.
    package var signer: SHA256Digest
    /// The body it came in.
    package var request: CheckRequest
}

/// The rule order of statements; the first rule that is broken gives the problem:
///
/// 1. read strictly, in canonical form → `statement-malformed`
/// 2. audience → `statement-wrong-audience`
/// 3. institution and terminal → `statement-wrong-institution`
/// 4. purpose → `statement-wrong-purpose`
/// 5. way: a card proves its PIN and nothing else, a terminal that has a statement key the rest;
///    at the portal the PIN alone → `statement-wrong-way`
/// 6. certificate readable → `certificate-malformed`; the one named →
///    `statement-wrong-certificate`
/// 7. algorithm of the key that goes with the way: the card's or the terminal's → `statement-wrong-algorithm`
/// 8. signature over prefix and the exact bytes → `statement-bad-signature`
/// 9. time → `statement-wrong-time`
/// 10. consents → `statement-wrong-consent`
package enum StatementCheck {
    /// How far the statement's time may lie before now, in seconds: a nonce's life and a minute.
    package static let maximumAgeSeconds = NonceStore.lifetimeSeconds + 60
    /// How far it may lie after now.
    package static let maximumLeadSeconds: Int64 = 60
    /// How long a consent may last from the statement's time on.
    package static let maximumConsentSeconds: Int64 = 24 * 3600

    /// Applies the rules; certificates that were read before are not read again.
    package static func verify(
        _ request: CheckRequest, against expected: StatementExpectation, at now: Instant,
        memory: CertificateMemory = CertificateMemory()
    ) throws(Refusal) -> VerifiedStatement {
        let statement = try read(request.statement)
        guard statement.audience == expected.audience else {
            throw Refusal(.statementWrongAudience)
        }
        try checkSpeaker(statement, expected)
        let certificate = try certificate(statement, request, memory)
        let (key, prefix) = try signer(of: statement, certificate, expected)
        guard statement.algorithm == SignedAlgorithm(key.kind) else {
            throw Refusal(.statementWrongAlgorithm)
        }
        let signed = prefix.octets(before: request.statement)
        guard key.isValid(signature: request.signature, over: signed) else {
            throw Refusal(.statementBadSignature)
        }
        try checkTimes(statement, at: now)
        guard let nonce = [UInt8](base64: statement.nonce, .urlSafe) else {
            throw Refusal(.nonceUnknown)
        }
        return VerifiedStatement(
            statement: statement, digest: SHA256Digest(hashing: request.statement), nonce: nonce,
            certificate: certificate, signer: key.digest, request: request)
    }

    private static func read(_ bytes: [UInt8]) throws(Refusal) -> SignedStatement {
        do throws(JSONError) {
            return try SignedStatement(bytes: bytes)
        } catch { throw Refusal(.statementMalformed, error) }
    }

    private static func checkSpeaker(
        _ statement: SignedStatement, _ expected: StatementExpectation
    ) throws(Refusal) {
        switch expected.client {
        case .institution(let code, let terminal, _):
            guard statement.institution == code, statement.terminal == terminal else {
                throw Refusal(.statementWrongInstitution)
            }
        case .portal, .tax: break
        }
        guard statement.purpose == expected.purpose else {
            throw Refusal(.statementWrongPurpose)
        }
    }

    /// The one key that the way asks for: never whichever fits.
    private static func signer(
        of statement: SignedStatement, _ certificate: Certificate,
        _ expected: StatementExpectation
    ) throws(Refusal) -> (PublicKey, StatementPrefix) {
        switch (statement.way, expected.client) {
        case (.pin, _): return (certificate.publicKey, expected.prefix)
        case (.face, .institution(_, _, let key?)), (.visualCheck, .institution(_, _, let key?)):
            return (key, .checkInByTerminal)
        case (.face, _), (.visualCheck, _): throw Refusal(.statementWrongWay)
        }
    }

    private static func certificate(
        _ statement: SignedStatement, _ request: CheckRequest, _ memory: CertificateMemory
    ) throws(Refusal) -> Certificate {
        guard let certificate = try? memory.certificate(der: request.certificate) else {
            throw Refusal(.certificateMalformed)
        }
        guard certificate.digest == statement.certificate else {
            throw Refusal(.statementWrongCertificate)
        }
        return certificate
    }

    private static func checkTimes(
        _ statement: SignedStatement, at now: Instant
    ) throws(Refusal) {
        let time = statement.time
        guard time >= now.adding(seconds: -maximumAgeSeconds),
            time <= now.adding(seconds: maximumLeadSeconds)
        else { throw Refusal(.statementWrongTime) }
        for consent in statement.consents {
            guard consent.until > time,
                consent.until <= time.adding(seconds: maximumConsentSeconds)
            else { throw Refusal(.statementWrongConsent, "a consent lasts 24 hours at most") }
        }
    }
}

extension SignedAlgorithm {
    /// The algorithm that goes with a kind of key; nothing for keys that no card has.
    package init?(_ kind: KeyKind) {
        switch kind {
        case .rsa: self = .rsaSHA256
        case .p256: self = .p256SHA256
        case .p384: self = .p384SHA384
        case .ed25519: return nil
        }
    }
}
