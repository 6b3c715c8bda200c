package import CheckIns
package import Cryptography
import JSON
package import Octets

/// The clearinghouse's signed word about a statement, checked: the key that was pinned signed
/// exactly these bytes, and they are about this statement.
package struct CheckedReceipt: Hashable, Sendable {
    /// The first field of every receipt.
    package static let kind = "madoguchi check-in answer v1"
    /// Bytes and signature, to be kept.
    package var receipt: SignedReceipt
    /// The patient, unless it is about a problem.
    package var patient: String?
    /// How the card's certificate stood.
    package var certificateStatus: String
    /// SHA-256 of the key (SubjectPublicKeyInfo) that verified the statement there, where told.
    package var signedBy: SHA256Digest?
    /// SHA-256 of the answer, unless it is about a problem.
    package var answer: SHA256Digest?
    /// The problem's type, if it is about one.
    package var problem: String?

    /// Checks a receipt's signature and what it is about.
    package init(
        _ receipt: SignedReceipt, key: PublicKey, statement: SHA256Digest
    ) throws(ClearinghouseError) {
        guard key.isValid(signature: receipt.signature, over: receipt.bytes) else {
            throw .wrongAnswer("the receipt's signature")
        }
        self.receipt = receipt
        let about: String
        do throws(JSONError) {
            let value = try JSONValue(parsing: receipt.bytes)
            guard value.canonical == receipt.bytes else {
                throw .unexpected(path: "$", reason: "is not in canonical form")
            }
            var fields = try JSONFields(value)
            guard try fields.string("kind") == Self.kind else {
                throw .unexpected(path: "$.kind", reason: "is another kind")
            }
            about = try fields.string("statementDigest", maximum: 64)
            patient = try fields.optionalString("patient", maximum: 64)
            certificateStatus = try fields.string("certificateStatus", maximum: 64)
            _ = try fields.instant("answeredAt")
            _ = fields.take("grant")
            answer = try fields.optional("answerDigest", "must be a digest") {
                $0.stringValue.flatMap { SHA256Digest(hex: $0) }
            }
            problem = try fields.optionalString("problem", maximum: 200)
            signedBy = try fields.optional("signedBy", "must be a digest") {
                $0.stringValue.flatMap { SHA256Digest(hex: $0) }
            }
            try fields.finish()
        } catch { throw .garbage("receipt: \(error)") }
        guard about == statement.hex else { throw .wrongAnswer("the receipt's statement") }
    }
}

extension SignedReceipt {
    /// Reads a receipt as it stands in answers and problems.
    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        let bytes = try fields.octets("bytes", maximum: 16_384)
        let signature = try fields.octets("signature", maximum: 512)
        try fields.finish()
        self.init(bytes: bytes, signature: signature)
    }
}
