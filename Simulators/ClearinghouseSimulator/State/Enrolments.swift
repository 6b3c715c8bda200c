package import JSON
package import Octets

/// Which card belongs to whom: the digest of its certificate → the simulated person's id.
package struct Enrolments: Hashable, Sendable {
    private var people: [SHA256Digest: String] = [:]
    /// Whether a card was ever bound to a behaviour.
    private(set) var hasBehaviours = false

    /// No cards.
    package init() {}

    /// The person that a card belongs to.
    package func person(of certificate: SHA256Digest) -> String? { people[certificate] }

    /// The cards of a person.
    package func cards(of person: String) -> [SHA256Digest] {
        people.filter { $0.value == person }.map(\.key).sorted { $0.hex < $1.hex }
    }

    /// Binds a card to a person; it leaves whom it belonged to.
    package mutating func bind(_ certificate: SHA256Digest, to person: String) {
        people[certificate] = person
        if Behaviour(person) != nil { hasBehaviours = true }
    }

    /// The cards as their file holds them.
    package var json: JSONValue {
        .object(Dictionary(people.map { ($0.key.hex, .string($0.value)) }) { first, _ in first })
    }

    /// Reads the file.
    package init(_ value: JSONValue) throws(JSONError) {
        guard let fields = value.objectValue else {
            throw .unexpected(path: "$", reason: "must be an object")
        }
        for (key, person) in fields {
            guard let digest = SHA256Digest(hex: key), let person = person.stringValue else {
                throw .unexpected(path: "$.\(key)", reason: "must be a digest and a person's id")
            }
            bind(digest, to: person)
        }
    }
}
