extension JSONValue {
    /// The canonical form of RFC 8785: keys sorted by their UTF-16 code units, shortest escapes,
    /// no white space. Values hold strings and integers only where they are signed, so the
    /// number rule reduces to plain decimal digits; a `decimal` is written as it was read.
    package var canonical: [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(self)
        return writer.text
    }

    /// The same order of keys, indented by two spaces, ending in a newline: for people.
    package var pretty: [UInt8] {
        var writer = JSONWriter(indent: 2)
        writer.write(self)
        return writer.text + [0x0A]
    }

    /// The canonical form as text.
    package var canonicalText: String { String(decoding: canonical, as: UTF8.self) }
}

struct JSONWriter {
    let indent: Int?
    var text: [UInt8] = []
    var depth = 0

    init(indent: Int?) {
        self.indent = indent
        text.reserveCapacity(1024)
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(String(number))
        case .decimal(let number): append(number)
        case .string(let string): write(string)
        case .array(let elements):
            list("[", "]", elements) { writer, element in writer.write(element) }
        case .object(let fields):
            list("{", "}", fields.sorted { isBefore($0.key, $1.key) }) { writer, field in
                writer.write(field.key)
                writer.append(writer.indent == nil ? ":" : ": ")
                writer.write(field.value)
            }
        }
    }

    mutating func append(_ string: String) { text.append(contentsOf: string.utf8) }

    mutating func list<Element>(
        _ open: String, _ close: String, _ elements: [Element],
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        depth += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            newline()
            body(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { newline() }
        append(close)
    }

    mutating func newline() {
        guard let indent else { return }
        text.append(0x0A)
        text += [UInt8](repeating: 0x20, count: indent * depth)
    }

    mutating func write(_ string: String) {
        text.append(UInt8(ascii: "\""))
        // Most strings need no escape: they are copied whole.
        let isCopied = string.utf8.withContiguousStorageIfAvailable { octets in
            for octet in octets where octet < 0x20 || octet == 0x22 || octet == 0x5C {
                return false
            }
            text.append(contentsOf: octets)
            return true
        }
        if isCopied != true { for octet in string.utf8 { writeEscaped(octet) } }
        text.append(UInt8(ascii: "\""))
    }

    mutating func writeEscaped(_ octet: UInt8) {
        switch octet {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            append("\\u00")
            text += [digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
        default: text.append(octet)
        }
    }
}

/// The order of RFC 8785 §3.2.3: by UTF-16 code units. For ASCII, octets have the same order.
func isBefore(_ left: String, _ right: String) -> Bool {
    let order = left.utf8.withContiguousStorageIfAvailable { left in
        right.utf8.withContiguousStorageIfAvailable { right in compareASCII(left, right) }
    }
    return ((order ?? nil) ?? nil) ?? left.utf16.lexicographicallyPrecedes(right.utf16)
}

/// The order of two texts up to where they differ, as long as that is ASCII; else nothing.
private func compareASCII(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
) -> Bool? {
    for (first, second) in zip(left, right) {
        guard first < 0x80, second < 0x80 else { return nil }
        if first != second { return first < second }
    }
    return left.count < right.count
}
