package import Authority
package import Cryptography
import JSON
package import Octets
package import Records

/// What a grant says: which institution may open which items of whom, until when.
package struct GrantContents: Hashable, Sendable {
    /// The institution it was given to.
    package var institution: String
    /// The simulated person's id.
    package var person: String
    /// SHA-256 of the statement it answers.
    package var statement: SHA256Digest
    /// The card's certificate: when the card is taken from the person, the grant ends. Nothing
    /// without a card.
    package var certificate: CertificateID?
    /// How the holder was proved, or looked up.
    package var way: String
    /// The items with the ends of their consents.
    package var consents: [ItemConsent]
    /// The end of the grant itself.
    package var until: Instant
    /// The mode under which it was given without a card; then no card stands behind it.
    package var mode: ServiceMode.Kind?

    /// A grant.
    package init(
        institution: String, person: String, statement: SHA256Digest,
        certificate: CertificateID?, way: String, consents: [ItemConsent], until: Instant,
        mode: ServiceMode.Kind? = nil
    ) {
        (self.institution, self.person) = (institution, person)
        (self.statement, self.certificate, self.way) = (statement, certificate, way)
        (self.consents, self.until, self.mode) = (consents, until, mode)
    }

    /// Whether the item may be opened at an instant.
    package func opens(_ item: RecordItem, at now: Instant) -> Bool {
        now < until && consents.contains { $0.item == item && now < $0.until }
    }
}

/// Grants are not stored: a grant's id is its contents, sealed with a key that never leaves here.
/// So they survive a restart, cost no memory, and cannot be guessed or changed.
package struct GrantSeal: Sendable {
    /// The longest id that is opened, in characters.
    package static let maximumCharacters = 1024
    private static let nonceOctets = 12
    private static let context = Array("madoguchi clearinghouse grant v2".utf8)
    private let key: [UInt8]

    /// A seal with a key of 32 octets.
    package init(key: [UInt8]) {
        precondition(key.count == 32, "the key of AES-256 has 32 octets")
        self.key = key
    }

    /// The id of a grant.
    package func id(
        of grant: GrantContents, chance: Chance = Chance()
    ) throws(CryptographyError) -> String {
        let nonce = chance.octets(Self.nonceOctets)
        let sealed = try AES256GCM.seal(
            grant.json.canonical, key: key, nonce: nonce, additional: Self.context)
        return (nonce + sealed).base64(.urlSafe)
    }

    /// The grant behind an id; nothing if it was not made here.
    package func grant(id: String) -> GrantContents? {
        guard id.utf8.count <= Self.maximumCharacters,
            let octets = [UInt8](base64: id, .urlSafe), octets.count > Self.nonceOctets,
            let plain = try? AES256GCM.open(
                Array(octets[Self.nonceOctets...]), key: key,
                nonce: Array(octets[..<Self.nonceOctets]), additional: Self.context),
            let value = try? JSONValue(parsing: plain)
        else { return nil }
        return try? GrantContents(value)
    }
}

extension GrantContents {
    fileprivate var json: JSONValue {
        .object(present: [
            ("i", .string(institution)), ("p", .string(person)),
            ("s", .string(statement.octets.base64(.urlSafe))),
            ("c", certificate.map { .string("\($0)") }), ("w", .string(way)),
            (
                "g",
                .array(
                    consents.map {
                        [.string($0.item.rawValue), .integer($0.until.milliseconds)]
                    })
            ),
            ("u", .integer(until.milliseconds)), ("m", mode.map { .string($0.rawValue) }),
        ])
    }

    fileprivate init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        institution = try fields.string("i")
        person = try fields.string("p")
        statement = try fields.require("s", "must be a digest", digest)
        certificate = try fields.optional("c", "must be a certificate's id") {
            $0.stringValue.flatMap { CertificateID($0) }
        }
        way = try fields.string("w")
        consents = try fields.array("g") { (pair, path) throws(JSONError) in
            guard let parts = pair.arrayValue, parts.count == 2,
                let item = parts[0].stringValue.flatMap(RecordItem.init),
                let until = parts[1].integerValue
            else { throw .unexpected(path: path, reason: "must be an item and its end") }
            return ItemConsent(item: item, until: Instant(milliseconds: until))
        }
        until = try fields.require("u", "must be an instant") {
            $0.integerValue.map(Instant.init(milliseconds:))
        }
        mode = try fields.optional("m", "must be a mode") {
            $0.stringValue.flatMap(ServiceMode.Kind.init)
        }
        try fields.finish()
    }
}

private func digest(_ value: JSONValue) -> SHA256Digest? {
    value.stringValue.flatMap { [UInt8](base64: $0, .urlSafe) }.flatMap { SHA256Digest($0) }
}
