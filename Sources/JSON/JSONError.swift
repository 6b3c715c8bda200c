/// Why a JSON text was refused.
package enum JSONError: Error, Hashable, Sendable {
    /// The text breaks the grammar, or a limit, at this octet.
    case malformed(offset: Int, reason: Reason)
    /// The value at this path is absent, unknown, or not of its type. Paths look like
    /// `$.people[2].birthDate`.
    case unexpected(path: String, reason: String)

    /// What is wrong with a text.
    package enum Reason: String, Hashable, Sendable {
        case endedEarly = "the text ends early"
        case unexpectedOctet = "an octet that cannot stand here"
        case trailingOctets = "something follows the value"
        case tooDeep = "nested too deeply"
        case tooLarge = "the text is too large"
        case repeatedKey = "a key that occurs twice in one object"
        case badNumber = "a number that is malformed or too large"
        case badString = "a string with a bad escape or a control character"
        case badUTF8 = "octets that are not UTF-8"
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let offset, let reason): "at octet \(offset): \(reason.rawValue)"
        case .unexpected(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Bounds on what a JSON text may cost.
package struct JSONLimits: Hashable, Sendable {
    /// The longest text in octets.
    package var octets: Int
    /// How deep arrays and objects may nest.
    package var depth: Int
    /// Whether `//` and `/* */` comments are taken as white space: configuration only.
    package var allowsComments: Bool

    /// Limits; the defaults suit messages on the wire.
    package init(octets: Int = 4 << 20, depth: Int = 32, allowsComments: Bool = false) {
        (self.octets, self.depth, self.allowsComments) = (octets, depth, allowsComments)
    }
}
