/// A JSON text as a value (RFC 8259). Whole numbers are integers; a number with a fraction or an
/// exponent keeps the characters it was written with, so that nothing is rounded.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number within ±2^53 − 1, the range every reader agrees on (RFC 7493 §2.2).
    case integer(Int64)
    /// A number with a fraction or an exponent, as it was written.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { first, _ in first })
    }
    package init(nilLiteral: ()) { self = .null }

    /// An integer value.
    package init(_ value: Int) { self = .integer(Int64(value)) }

    /// The string, or null where there is none.
    package init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
}

extension JSONValue {
    /// An object of the fields that have a value: absent fields are left out, not null. A null
    /// counts as absent, because `nil` beside a value is read as null by the compiler.
    package static func object(present fields: [(String, JSONValue?)]) -> JSONValue {
        var present: [String: JSONValue] = [:]
        for case (let key, .some(let value)) in fields where value != .null {
            present[key] = value
        }
        return .object(present)
    }

    /// The field of an object, nothing for other values.
    package subscript(key: String) -> JSONValue? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    /// The string, if it is one.
    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    /// The whole number, if it is one.
    package var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The truth value, if it is one.
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements, if it is an array.
    package var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
    /// The fields, if it is an object.
    package var objectValue: [String: JSONValue]? {
        if case .object(let fields) = self { fields } else { nil }
    }
}
