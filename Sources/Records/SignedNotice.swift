package import JSON
internal import Octets

/// A notice as its issuer wrote and signed it (医療費通知情報): kept to the octet, since the signature
/// is over the octets.
package struct SignedNotice: Hashable, Sendable, PersonalData {
    /// The most octets of a document.
    package static let mostOctets = 8_000_000
    /// The most octets of a signature.
    package static let mostSignatureOctets = 12_000

    /// The document: XML, UTF-8.
    package var document: [UInt8]
    /// The detached signature over it: CMS (RFC 5652), DER.
    package var signature: [UInt8]
}

extension SignedNotice: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        document = try fields.base64("document", maximum: Self.mostOctets)
        signature = try fields.base64("signature", maximum: Self.mostSignatureOctets)
        try fields.finish()
    }

    package var json: JSONValue {
        [
            "document": .string(document.base64()), "signature": .string(signature.base64()),
        ]
    }
}

extension JSONFields {
    fileprivate mutating func base64(
        _ key: String, maximum: Int
    ) throws(JSONError) -> [UInt8] {
        let text = try string(key, maximum: (maximum + 2) / 3 * 4)
        guard let octets = [UInt8](base64: text), !octets.isEmpty, octets.count <= maximum else {
            throw .unexpected(path: path(key), reason: "must be octets in base64")
        }
        return octets
    }
}
