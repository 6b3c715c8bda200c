/// Names an object of a file by its number, from 1.
struct PDFReference: Hashable, Sendable {
    let number: Int
}

/// A value as PDF writes it (ISO 32000-1 §7.3), all but streams.
indirect enum PDFValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case name(String)
    /// Octets that are no text.
    case octets([UInt8])
    /// Text for people, in any script.
    case text(String)
    case array([PDFValue])
    /// Entries in the order written; each key once.
    case dictionary([Entry])
    case reference(PDFReference)

    /// A key and its value.
    struct Entry: Hashable, Sendable {
        let key: String
        let value: PDFValue

        init(_ key: String, _ value: PDFValue) { (self.key, self.value) = (key, value) }
    }

    /// A dictionary; entries without a value are left out.
    static func dictionary(present entries: [(String, PDFValue?)]) -> PDFValue {
        .dictionary(entries.compactMap { key, value in value.map { Entry(key, $0) } })
    }

    static func integers(_ integers: [Int]) -> PDFValue { .array(integers.map(PDFValue.integer)) }

    /// Adds the value as it stands in a file.
    func write(to octets: inout [UInt8]) {
        switch self {
        case .boolean(let value): octets += (value ? "true" : "false").utf8
        case .integer(let value): octets += String(value).utf8
        case .number(let value): octets.append(hundredths: value)
        case .name(let name): octets.append(name: name)
        case .octets(let value): octets.append(hex: value)
        case .text(let text): octets.append(hex: utf16(text))
        case .array(let values): octets.append(array: values)
        case .dictionary(let entries): octets.append(dictionary: entries)
        case .reference(let reference): octets += "\(reference.number) 0 R".utf8
        }
    }

    /// UTF-16 with the mark that says so (§7.9.2.2).
    private func utf16(_ text: String) -> [UInt8] {
        [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}

extension [UInt8] {
    /// Adds a number with at most two decimals; nothing on paper is finer or a kilometre long.
    mutating func append(hundredths value: Double) {
        let bounded = value.isFinite ? Swift.min(Swift.max(value, -1e6), 1e6) : 0
        let scaled = Int((bounded * 100).rounded())
        if scaled < 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: 100)
        append(digits: whole)
        guard rest > 0 else { return }
        append(UInt8(ascii: "."))
        append(UInt8(ascii: "0") + UInt8(rest / 10))
        if rest % 10 > 0 { append(UInt8(ascii: "0") + UInt8(rest % 10)) }
    }

    /// Adds a whole number.
    mutating func append(digits value: UInt) {
        if value > 9 { append(digits: value / 10) }
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }

    /// Adds octets as a string of hexadecimal digits.
    mutating func append(hex value: some Sequence<UInt8>) {
        append(UInt8(ascii: "<"))
        for octet in value { append(hexPair: octet) }
        append(UInt8(ascii: ">"))
    }

    /// Adds an octet as two hexadecimal digits.
    mutating func append(hexPair octet: UInt8) {
        append(hexDigits[Int(octet >> 4)])
        append(hexDigits[Int(octet & 15)])
    }

    /// Adds a name, anything unusual in it as `#xx` (§7.3.5).
    fileprivate mutating func append(name: String) {
        append(UInt8(ascii: "/"))
        for octet in name.utf8 {
            let isPlain = (0x21...0x7E).contains(octet) && !special.contains(octet)
            if isPlain {
                append(octet)
            } else {
                append(UInt8(ascii: "#"))
                append(hexPair: octet)
            }
        }
    }

    fileprivate mutating func append(array values: [PDFValue]) {
        append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { append(UInt8(ascii: " ")) }
            value.write(to: &self)
        }
        append(UInt8(ascii: "]"))
    }

    fileprivate mutating func append(dictionary entries: [PDFValue.Entry]) {
        self += "<<".utf8
        for entry in entries {
            append(name: entry.key)
            append(UInt8(ascii: " "))
            entry.value.write(to: &self)
        }
        self += ">>".utf8
    }
}

/// Delimiters, and what begins `#xx`.
private let special = Set("()<>[]{}/%#".utf8)

private let hexDigits = [UInt8]("0123456789ABCDEF".utf8)
