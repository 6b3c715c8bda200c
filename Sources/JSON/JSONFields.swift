/// The fields of one object, taken one by one; what was not asked for is refused by `finish`.
/// Every error names the path of the value at fault.
///
///     var fields = try JSONFields(value, at: "$")
///     let name = try fields.string("name")
///     try fields.finish()
package struct JSONFields {
    /// Where the object stands, as `$.people[2]`.
    package let path: String
    private var fields: [String: JSONValue]

    /// The fields of a value that must be an object.
    package init(_ value: JSONValue, at path: String = "$") throws(JSONError) {
        guard case .object(let fields) = value else {
            throw .unexpected(path: path, reason: "must be an object")
        }
        (self.path, self.fields) = (path, fields)
    }

    /// The path of a field.
    package func path(_ key: String) -> String { "\(path).\(key)" }

    /// Takes a field; nothing if it is absent or null.
    package mutating func take(_ key: String) -> JSONValue? {
        guard let value = fields.removeValue(forKey: key), value != .null else { return nil }
        return value
    }

    /// Takes a field that must be there.
    package mutating func require(_ key: String) throws(JSONError) -> JSONValue {
        guard let value = take(key) else {
            throw .unexpected(path: path(key), reason: "is missing")
        }
        return value
    }

    /// Takes a field that `read` turns into a value; `reason` says what it must be.
    package mutating func require<Value>(
        _ key: String, _ reason: String, _ read: (JSONValue) -> Value?
    ) throws(JSONError) -> Value {
        guard let value = read(try require(key)) else {
            throw .unexpected(path: path(key), reason: reason)
        }
        return value
    }

    /// The same for a field that may be absent.
    package mutating func optional<Value>(
        _ key: String, _ reason: String, _ read: (JSONValue) -> Value?
    ) throws(JSONError) -> Value? {
        guard let json = take(key) else { return nil }
        guard let value = read(json) else {
            throw .unexpected(path: path(key), reason: reason)
        }
        return value
    }

    /// A string of at most `maximum` UTF-8 octets.
    package mutating func string(_ key: String, maximum: Int = 4096) throws(JSONError) -> String {
        try require(key, "must be a string of at most \(maximum) octets") {
            bounded($0, maximum)
        }
    }

    /// A string that may be absent.
    package mutating func optionalString(
        _ key: String, maximum: Int = 4096
    ) throws(JSONError) -> String? {
        try optional(key, "must be a string of at most \(maximum) octets") { bounded($0, maximum) }
    }

    /// A whole number within a range.
    package mutating func integer(
        _ key: String, in range: ClosedRange<Int> = 0...Int(Int32.max)
    ) throws(JSONError) -> Int {
        try require(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)") {
            whole($0, range)
        }
    }

    /// A whole number that may be absent.
    package mutating func optionalInteger(
        _ key: String, in range: ClosedRange<Int> = 0...Int(Int32.max)
    ) throws(JSONError) -> Int? {
        try optional(
            key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { whole($0, range) }
    }

    /// A truth value.
    package mutating func bool(_ key: String) throws(JSONError) -> Bool {
        try require(key, "must be true or false", \.boolValue)
    }

    /// A truth value that may be absent.
    package mutating func optionalBool(_ key: String) throws(JSONError) -> Bool? {
        try optional(key, "must be true or false", \.boolValue)
    }

    /// The elements of an array, each read with its own path; empty if the field is absent.
    package mutating func array<Element>(
        _ key: String, maximum: Int = 100_000,
        _ read: (JSONValue, String) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        guard let value = take(key) else { return [] }
        guard case .array(let elements) = value, elements.count <= maximum else {
            throw .unexpected(
                path: path(key), reason: "must be an array of at most \(maximum) elements")
        }
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            result.append(try read(element, "\(path(key))[\(index)]"))
        }
        return result
    }

    /// An object of its own, read with its path; nothing if the field is absent.
    package mutating func nested<Value>(
        _ key: String, _ read: (JSONValue, String) throws(JSONError) -> Value
    ) throws(JSONError) -> Value? {
        guard let value = take(key) else { return nil }
        return try read(value, path(key))
    }

    /// Refuses every field that was not taken.
    package func finish() throws(JSONError) {
        guard let unknown = fields.keys.min() else { return }
        throw .unexpected(path: path(unknown), reason: "is not a known field")
    }
}

private func bounded(_ value: JSONValue, _ maximum: Int) -> String? {
    guard let text = value.stringValue, text.utf8.count <= maximum else { return nil }
    return text
}

private func whole(_ value: JSONValue, _ range: ClosedRange<Int>) -> Int? {
    guard let number = value.integerValue, range.contains(Int(number)) else { return nil }
    return Int(number)
}
