package import JSON
package import Octets
package import Records

/// A statement as this side of the wire reads it. Written apart from the terminal's codec on
/// purpose, so that a mistake in one is found by the other.
package struct SignedStatement: Hashable, Sendable {
    /// The longest statement that is read, in octets.
    package static let maximumOctets = 8192
    /// SHA-256 of the key whose owner the statement is meant for.
    package var audience: SHA256Digest
    /// The institution's ten-digit code.
    package var institution: String
    /// The terminal's name.
    package var terminal: String
    /// The nonce, as base64url text.
    package var nonce: String
    /// When the statement was made.
    package var time: Instant
    /// How the holder was proved.
    package var way: SignedWay
    /// Why the data is asked for.
    package var purpose: String
    /// What was consented to, each item once.
    package var consents: [ItemConsent]
    /// Who entered it, where that was not the patient.
    package var enteredBy: EntryProxy?
    /// SHA-256 of the card's certificate.
    package var certificate: SHA256Digest
    /// The algorithm it was signed with.
    package var algorithm: SignedAlgorithm
}

/// What may be consented to.
package enum RecordItem: String, CaseIterable, Hashable, Sendable {
    case drugs
    case checkups
}

/// A consent to one item, with its end.
package struct ItemConsent: Hashable, Sendable {
    /// The item.
    package var item: RecordItem
    /// The end of the consent.
    package var until: Instant

    /// A consent.
    package init(item: RecordItem, until: Instant) { (self.item, self.until) = (item, until) }

    /// As it stands in statements and grants.
    package var json: JSONValue {
        ["item": .string(item.rawValue), "until": .string(until.rfc3339)]
    }
}

/// The ways a statement may name.
package enum SignedWay: String, Hashable, Sendable {
    case pin
    case face
    case visualCheck
}

/// Who may enter a statement's choice in the patient's place (代理での入力).
package enum EntryProxy: String, CaseIterable, Hashable, Sendable {
    /// A parent or another legal representative.
    case parent
    /// Family or a carer.
    case carer
}

/// The algorithms a statement may name.
package enum SignedAlgorithm: String, CaseIterable, Hashable, Sendable {
    case rsaSHA256 = "rsa-pkcs1-sha256"
    case p256SHA256 = "ecdsa-p256-sha256"
    case p384SHA384 = "ecdsa-p384-sha384"
}

/// What the octets before a statement's bytes say it is for.
package enum StatementPrefix: String, Hashable, Sendable {
    case checkIn = "madoguchi check-in v1 card\n"
    case checkInByTerminal = "madoguchi check-in v1 terminal\n"
    case portal = "madoguchi portal v1 card\n"

    /// The octets under the signature.
    package func octets(before statement: [UInt8]) -> [UInt8] { Array(rawValue.utf8) + statement }
}

extension SignedStatement {
    /// Reads a statement's bytes: at most `maximumOctets`, strict JSON, no unknown field, and the
    /// very bytes that encoding it canonically (RFC 8785) gives.
    package init(bytes: [UInt8]) throws(JSONError) {
        let value = try JSONValue(
            parsing: bytes, limits: JSONLimits(octets: Self.maximumOctets, depth: 4))
        guard value.canonical == bytes else {
            throw .unexpected(path: "$", reason: "is not in its canonical form")
        }
        var fields = try JSONFields(value)
        _ = try fields.integer("version", in: 1...1)
        audience = try fields.require("audience", digestRule, digest)
        institution = try fields.require("institution", "must be ten digits or empty") {
            $0.stringValue.flatMap { isInstitution($0) ? $0 : nil }
        }
        terminal = try fields.string("terminal", maximum: 32)
        nonce = try fields.string("nonce", maximum: 64)
        time = try fields.require("time", instantRule, instant)
        way = try Self.way(try fields.require("way"))
        purpose = try fields.string("purpose", maximum: 32)
        guard try fields.require("consents") == ["obtain", "provide"] else {
            throw .unexpected(path: "$.consents", reason: "must be obtain and provide")
        }
        consents = try fields.array("items", maximum: RecordItem.allCases.count) {
            (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let item = try fields.require("item", "must be a known item") {
                $0.stringValue.flatMap(RecordItem.init)
            }
            let until = try fields.require("until", instantRule, instant)
            try fields.finish()
            return ItemConsent(item: item, until: until)
        }
        certificate = try fields.require("certificate", digestRule, digest)
        algorithm = try fields.require("algorithm", "must be a known algorithm") {
            $0.stringValue.flatMap(SignedAlgorithm.init)
        }
        enteredBy = try fields.optional("enteredBy", "must be parent or carer") {
            $0.stringValue.flatMap(EntryProxy.init)
        }
        try fields.finish()
        guard Set(consents.map(\.item)).count == consents.count else {
            throw .unexpected(path: "$.items", reason: "must name each item once")
        }
    }

    private static func way(_ value: JSONValue) throws(JSONError) -> SignedWay {
        var fields = try JSONFields(value, at: "$.way")
        let way = try fields.require("kind", "must be a known way") {
            $0.stringValue.flatMap(SignedWay.init)
        }
        switch way {
        case .pin: break
        case .face:
            _ = try fields.string("matcher", maximum: 64)
            _ = try fields.integer("scorePerMille", in: 0...1000)
        case .visualCheck: _ = try fields.string("staff", maximum: 64)
        }
        try fields.finish()
        return way
    }
}

private let digestRule = "must be a SHA-256 digest in lower-case hexadecimal"
private let instantRule = "must be an RFC 3339 time in UTC"

/// Upper case would be a second spelling of the same digest: refused.
private func digest(_ value: JSONValue) -> SHA256Digest? {
    guard let text = value.stringValue, let digest = SHA256Digest(hex: text), digest.hex == text
    else { return nil }
    return digest
}

/// The same holds for `.000` at the end of a time.
private func instant(_ value: JSONValue) -> Instant? {
    guard let text = value.stringValue, let instant = Instant(rfc3339: text),
        instant.rfc3339 == text
    else { return nil }
    return instant
}

private func isInstitution(_ text: String) -> Bool {
    text.isEmpty
        || text.utf8.count == 10
            && text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
}
