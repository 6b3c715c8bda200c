package import JSON
import Octets

/// The body of a check by card, and of a portal session: what was signed, the signature, the
/// card's certificate, and for a check where the intent stands.
package struct CheckRequest: Hashable, Sendable {
    /// The longest certificate in octets (a card's file 000A has about 1,500).
    package static let maximumCertificateOctets = 8192
    /// The longest signature in octets (RSA with 4,096 bits).
    package static let maximumSignatureOctets = 512

    /// The statement's bytes.
    package var statement: [UInt8]
    /// The signature over its prefix and its bytes.
    package var signature: [UInt8]
    /// The card's certificate, DER.
    package var certificate: [UInt8]
    /// Where the intent stands in the terminal's access history.
    package var intent: JournalEntry.IntentPlace?

    /// Reads a body. The portal names no intent, a terminal must.
    package init(body: [UInt8], needsIntent: Bool) throws(JSONError) {
        try self.init(
            JSONValue(parsing: body, limits: JSONLimits(octets: 65_536, depth: 4)),
            needsIntent: needsIntent)
    }

    /// Reads a body that was parsed already.
    package init(_ value: JSONValue, needsIntent: Bool) throws(JSONError) {
        var fields = try JSONFields(value)
        statement = try fields.octets("statement", maximum: SignedStatement.maximumOctets)
        signature = try fields.octets("signature", maximum: Self.maximumSignatureOctets)
        certificate = try fields.octets("certificate", maximum: Self.maximumCertificateOctets)
        if needsIntent {
            intent = try JournalEntry.IntentPlace(
                try fields.require("intent"), at: fields.path("intent"))
        }
        try fields.finish()
    }
}

extension JSONFields {
    /// Octets in padded base64, at least one.
    mutating func octets(_ key: String, maximum: Int) throws(JSONError) -> [UInt8] {
        try require(key, "must be base64 of 1 to \(maximum) octets") { value in
            guard let text = value.stringValue, text.utf8.count <= (maximum + 2) / 3 * 4,
                let octets = [UInt8](base64: text), (1...maximum).contains(octets.count)
            else { return nil }
            return octets
        }
    }
}
