/// Header fields in the order they came; names compare without case (RFC 9110 §5.1).
package struct HTTPHeaders: Hashable, Sendable {
    /// Name and value of each field, as written.
    package private(set) var fields: [(name: String, value: String)] = []

    /// No fields.
    package init() {}

    /// Some fields.
    package init(_ fields: [(String, String)]) {
        self.fields = fields.map { (name: $0.0, value: $0.1) }
    }

    /// The value of a field that may stand once; nothing where it is absent or repeated.
    package subscript(name: String) -> String? {
        get {
            let values = values(of: name)
            return values.count == 1 ? values[0] : nil
        }
        set {
            let wanted = lowercased(name)
            fields.removeAll { lowercased($0.name) == wanted }
            if let newValue { fields.append((name: name, value: newValue)) }
        }
    }

    /// Every value of a field.
    package func values(of name: String) -> [String] {
        let wanted = lowercased(name)
        return fields.filter { lowercased($0.name) == wanted }.map(\.value)
    }

    /// Adds a field.
    package mutating func append(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    package static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
        left.fields.elementsEqual(right.fields, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }
}

/// ASCII letters in lower case; nothing else changes.
func lowercased(_ text: String) -> String {
    String(
        decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
}
