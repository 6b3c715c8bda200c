package import Cryptography
package import JSON
package import Octets
package import Records

/// Signs what the clearinghouse says about a statement, so that it can be judged years later.
package struct AnswerSigner: Sendable {
    /// The first field of what is signed.
    package static let kind = "madoguchi check-in answer v1"
    private let key: PrivateKey
    /// SHA-256 of the public key: what statements name as their audience.
    package let audience: SHA256Digest

    /// A signer with its key.
    package init(key: PrivateKey) {
        self.key = key
        audience = SHA256Digest(hashing: key.publicKey.spki)
    }

    /// The receipt: the bytes, and the signature over exactly these bytes.
    package func receipt(of fields: [(String, JSONValue?)]) throws(CryptographyError) -> JSONValue {
        let bytes = JSONValue.object(present: [("kind", .string(Self.kind))] + fields).canonical
        return [
            "bytes": .string(bytes.base64()), "signature": .string(try key.sign(bytes).base64()),
        ]
    }
}

/// An answer to a check by card, before it is signed.
package struct CheckAnswer: Sendable {
    /// SHA-256 of the statement it answers.
    package var statement: SHA256Digest
    /// SHA-256 of the key that the statement's signature was verified with.
    package var signer: SHA256Digest
    /// The patient's id for the institution that asks.
    package var patient: String
    /// The patient whom the grant names: the same, but for a fault on order.
    package var grantPatient: String
    /// What the patient is entitled to.
    package var qualification: Qualification
    /// The grant's id.
    package var grantID: String
    /// The grant.
    package var grant: GrantContents
    /// How the certificate stands.
    package var standing: CertificateStanding
    /// When it was answered.
    package var time: Instant

    /// The body: the answer and its signed receipt.
    package func body(signer: AnswerSigner) throws(CryptographyError) -> JSONValue {
        let answer = json
        let receipt = try signer.receipt(of: [
            ("statementDigest", .string(statement.hex)), ("patient", .string(patient)),
            ("certificateStatus", .string(standing.name)), ("signedBy", .string(self.signer.hex)),
            ("answeredAt", .string(time.rfc3339)),
            (
                "grant",
                [
                    "items": .array(grant.consents.map(\.json)),
                    "until": .string(grant.until.rfc3339),
                ]
            ),
            ("answerDigest", .string(SHA256Digest(hashing: answer.canonical).hex)),
        ])
        return ["answer": answer, "receipt": receipt]
    }

    private var json: JSONValue {
        [
            "statementDigest": .string(statement.hex), "patient": .string(patient),
            "qualification": qualification.json,
            "grant": [
                "id": .string(grantID), "patient": .string(grantPatient),
                "statementDigest": .string(statement.hex),
                "items": .array(grant.consents.map(\.json)),
                "until": .string(grant.until.rfc3339),
            ],
        ]
    }
}
