package import Authority
package import Cryptography
package import JSON
package import Octets

/// Which card belongs to whom: its certificate, by issuer's key and serial number → the simulated
/// person's id. An authority gives a serial number once, so that is who the holder is to it; the
/// certificate's digest stands beside it, so that one that only bears the same id is nobody's.
package struct Enrolments: Hashable, Sendable {
    private struct Card: Hashable, Sendable {
        var person: String
        var digest: SHA256Digest
    }

    private var cards: [CertificateID: Card] = [:]
    /// Whether a card was ever bound to a behaviour.
    private(set) var hasBehaviours = false

    /// No cards.
    package init() {}

    /// The person that a certificate was enrolled for.
    package func person(of certificate: Certificate) -> String? {
        guard let card = cards[CertificateID(of: certificate)], card.digest == certificate.digest
        else { return nil }
        return card.person
    }

    /// The person that the certificate of this id was enrolled for.
    package func person(of id: CertificateID) -> String? { cards[id]?.person }

    /// The digests of a person's certificates.
    package func cards(of person: String) -> [SHA256Digest] {
        cards.values.filter { $0.person == person }.map(\.digest).sorted { $0.hex < $1.hex }
    }

    /// Binds a card to a person; it leaves whom it belonged to.
    package mutating func bind(_ certificate: Certificate, to person: String) {
        bind(CertificateID(of: certificate), Card(person: person, digest: certificate.digest))
    }

    private mutating func bind(_ id: CertificateID, _ card: Card) {
        cards[id] = card
        if Behaviour(card.person) != nil { hasBehaviours = true }
    }

    /// The cards as their file holds them.
    package var json: JSONValue {
        [
            "version": 1,
            "cards": .array(
                cards.sorted { $0.key < $1.key }.map { id, card in
                    [
                        "issuer": .string(id.issuer), "serial": .string(id.serial),
                        "digest": .string(card.digest.hex), "person": .string(card.person),
                    ]
                }),
        ]
    }

    /// Reads the file.
    package init(_ value: JSONValue) throws(JSONError) {
        var whole = try JSONFields(value)
        _ = try whole.integer("version", in: 1...1)
        let cards = try whole.array("cards", maximum: Self.mostCards) {
            (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let (issuer, serial) = (try fields.string("issuer"), try fields.string("serial"))
            let digest = try fields.require("digest", "must be a SHA-256 digest") {
                $0.stringValue.flatMap { SHA256Digest(hex: $0) }
            }
            let person = try fields.string("person", maximum: 64)
            try fields.finish()
            guard let id = CertificateID(issuer: issuer, serial: serial) else {
                throw .unexpected(path: "\(path).serial", reason: "must be hexadecimal, as issuer")
            }
            return (id, Card(person: person, digest: digest))
        }
        try whole.finish()
        for (id, card) in cards { bind(id, card) }
    }

    /// The most cards that a file holds.
    private static let mostCards = 1_000_000
}
