package import Octets
package import Records

/// What a card (or, for the ways without a PIN, the terminal) signs: who asks the clearinghouse
/// for what, about which card, by which way the holder was proved, and what was consented to.
///
/// Canonical JSON (RFC 8785; strings and integers only). The signature covers the prefix of the
/// statement's kind followed by the bytes; the digest that answers echo is SHA-256 of the bytes.
package struct Statement: Hashable, Sendable {
    /// The version of the format.
    package static let version = 1
    /// The longest statement that is read, in octets.
    package static let longestOctetCount = 8192

    /// SHA-256 of the SubjectPublicKeyInfo of the key that signs the clearinghouse's answers.
    package var audience: SHA256Digest
    /// The institution's ten-digit code.
    package var institution: String
    /// The terminal's name.
    package var terminal: String
    /// The clearinghouse's nonce, base64url.
    package var nonce: String
    /// When the statement was made.
    package var time: Instant
    /// How the holder was proved.
    package var way: ProvedWay
    /// Why the data is asked for: `treatment`, or `self` at the portal.
    package var purpose: String
    /// The items consented to, each with the end of its consent. Empty: qualification only.
    package var items: [ConsentedItem]
    /// Who entered it, where that was not the patient; left out of the bytes where it was.
    package var enteredBy: Proxy?
    /// SHA-256 of the certificate's DER.
    package var certificate: SHA256Digest
    /// The signature's algorithm.
    package var algorithm: StatementAlgorithm

    /// A statement of its parts.
    package init(
        audience: SHA256Digest, institution: String, terminal: String, nonce: String,
        time: Instant, way: ProvedWay, purpose: String, items: [ConsentedItem],
        certificate: SHA256Digest, algorithm: StatementAlgorithm, enteredBy: Proxy? = nil
    ) {
        self.enteredBy = enteredBy
        self.audience = audience
        self.institution = institution
        self.terminal = terminal
        self.nonce = nonce
        self.time = time
        self.way = way
        self.purpose = purpose
        self.items = items
        self.certificate = certificate
        self.algorithm = algorithm
    }
}

/// An item with the end of the consent to it.
package struct ConsentedItem: Hashable, Sendable {
    /// The item.
    package var item: Item
    /// When the consent ends.
    package var until: Instant

    /// A consent to one item.
    package init(item: Item, until: Instant) { (self.item, self.until) = (item, until) }
}

/// Who signs a statement, and for what; the prefix keeps one kind from passing for another.
package enum StatementKind: String, Hashable, Sendable, CaseIterable {
    case checkInByCard = "madoguchi check-in v1 card\n"
    case checkInByTerminal = "madoguchi check-in v1 terminal\n"
    case portalByCard = "madoguchi portal v1 card\n"

    /// What is signed: the prefix, then the statement's bytes.
    package func signedOctets(_ statement: [UInt8]) -> [UInt8] {
        Array(rawValue.utf8) + statement
    }
}

/// The algorithms a statement may be signed with; told by the key in the certificate.
package enum StatementAlgorithm: String, Hashable, Sendable, CaseIterable {
    case rsaPKCS1SHA256 = "rsa-pkcs1-sha256"
    case ecdsaP256SHA256 = "ecdsa-p256-sha256"
    case ecdsaP384SHA384 = "ecdsa-p384-sha384"
}
