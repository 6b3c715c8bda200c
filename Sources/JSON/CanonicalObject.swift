/// Writes the canonical form (RFC 8785) of an object field by field, for objects that are written
/// often: no `JSONValue` is made in between. Fields are added in canonical order; absent values
/// leave no field.
package struct CanonicalObject {
    private var writer = JSONWriter(indent: nil)
    private var lastKey: String?

    /// An object without fields.
    package init() { writer.append("{") }

    /// Adds a string.
    package mutating func add(_ key: String, _ text: String?) {
        guard let text else { return }
        begin(key)
        writer.write(text)
    }

    /// Adds a whole number.
    package mutating func add(_ key: String, _ number: Int?) {
        guard let number else { return }
        begin(key)
        writer.append(String(number))
    }

    /// Adds any value.
    package mutating func add(_ key: String, _ value: JSONValue?) {
        guard let value else { return }
        begin(key)
        writer.write(value)
    }

    /// Adds an object that was written in the same way.
    package mutating func add(_ key: String, _ object: CanonicalObject) {
        begin(key)
        writer.text += object.octets
    }

    /// The object's octets.
    package var octets: [UInt8] { writer.text + [UInt8(ascii: "}")] }

    private mutating func begin(_ key: String) {
        if let lastKey {
            precondition(isBefore(lastKey, key), "fields are added in canonical order")
            writer.append(",")
        }
        lastKey = key
        writer.write(key)
        writer.append(":")
    }
}
