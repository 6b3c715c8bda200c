/// A value as read from a PDF file.
package indirect enum PaperValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case name(String)
    case string([UInt8])
    case array([PaperValue])
    case dictionary([String: PaperValue])
    case reference(Int)
    /// In content streams.
    case word(String)

    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var name: String? { if case .name(let value) = self { value } else { nil } }
    package var string: [UInt8]? { if case .string(let value) = self { value } else { nil } }
    package var array: [PaperValue]? { if case .array(let value) = self { value } else { nil } }
    package var reference: Int? { if case .reference(let value) = self { value } else { nil } }
    package var dictionary: [String: PaperValue]? {
        if case .dictionary(let value) = self { value } else { nil }
    }

    /// Text of UTF-16 with its mark.
    package var text: String? {
        guard let octets = string, octets.starts(with: [0xFE, 0xFF]) else { return nil }
        let units = stride(from: 2, to: octets.count - 1, by: 2).map {
            UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1])
        }
        return String(decoding: units, as: UTF16.self)
    }
}

/// What is wrong with a file, so that it cannot even be judged.
package enum PaperFault: Error { case syntax(Int), missing(Int), crossReferences, stream(Int) }

/// Reads values one after another.
package struct PaperReader {
    private let octets: [UInt8]
    package private(set) var place: Int

    package init(_ octets: [UInt8], at place: Int = 0) {
        (self.octets, self.place) = (octets, place)
    }

    package var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return place >= octets.count
        }
    }

    private mutating func skipBlanks() {
        while place < octets.count, [0, 9, 10, 12, 13, 32].contains(octets[place]) { place += 1 }
    }

    private func starts(_ text: String) -> Bool { octets[place...].starts(with: text.utf8) }

    /// The next value; `5 0 R` is one.
    package mutating func value() throws -> PaperValue {
        skipBlanks()
        guard place < octets.count else { throw PaperFault.syntax(place) }
        switch octets[place] {
        case UInt8(ascii: "<"): return try starts("<<") ? dictionary() : hex()
        case UInt8(ascii: "("): return try literal()
        case UInt8(ascii: "["):
            place += 1
            var values: [PaperValue] = []
            while true {
                skipBlanks()
                guard place < octets.count else { throw PaperFault.syntax(place) }
                if octets[place] == UInt8(ascii: "]") { break }
                values.append(try value())
            }
            place += 1
            return .array(values)
        case UInt8(ascii: "/"): return name()
        default: return try wordOrNumber()
        }
    }

    private mutating func token() -> String {
        let start = place
        while place < octets.count, !" \t\r\n\u{0}\u{C}<>[]()/%".utf8.contains(octets[place]) {
            place += 1
        }
        return String(decoding: octets[start..<place], as: UTF8.self)
    }

    private mutating func name() -> PaperValue {
        place += 1
        return .name(token())
    }

    private mutating func wordOrNumber() throws -> PaperValue {
        let word = token()
        guard !word.isEmpty else { throw PaperFault.syntax(place) }
        if word == "true" || word == "false" { return .boolean(word == "true") }
        if word == "null" { return .null }
        guard let integer = Int(word) else {
            return Double(word).map(PaperValue.number) ?? .word(word)
        }
        let here = place
        skipBlanks()
        if Int(token()) != nil {
            skipBlanks()
            if token() == "R" { return .reference(integer) }
        }
        place = here
        return .integer(integer)
    }

    private mutating func dictionary() throws -> PaperValue {
        place += 2
        var entries: [String: PaperValue] = [:]
        while true {
            skipBlanks()
            if starts(">>") { break }
            guard let key = try value().name, entries[key] == nil else {
                throw PaperFault.syntax(place)
            }
            entries[key] = try value()
        }
        place += 2
        return .dictionary(entries)
    }

    /// An even number of digits, and nothing else.
    private mutating func hex() throws -> PaperValue {
        place += 1
        var digits: [UInt8] = []
        while place < octets.count, octets[place] != UInt8(ascii: ">") {
            guard let digit = UInt8(String(UnicodeScalar(octets[place])), radix: 16) else {
                throw PaperFault.syntax(place)
            }
            digits.append(digit)
            place += 1
        }
        place += 1
        guard digits.count % 2 == 0 else { throw PaperFault.syntax(place) }
        return .string(
            stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    /// A string in parentheses, without escapes: the writer makes none but in fonts' tables.
    private mutating func literal() throws -> PaperValue {
        place += 1
        let start = place
        while place < octets.count, octets[place] != UInt8(ascii: ")") { place += 1 }
        place += 1
        return .string(Array(octets[start..<min(place - 1, octets.count)]))
    }

    /// Goes past a word that must come next.
    package mutating func expect(_ word: String) throws {
        skipBlanks()
        guard place <= octets.count, starts(word) else { throw PaperFault.syntax(place) }
        place += word.utf8.count
    }

    /// The octets from here, after the end of the line.
    package mutating func skipLineEnd() throws {
        if place < octets.count, octets[place] == 13 { place += 1 }
        guard place < octets.count, octets[place] == 10 else { throw PaperFault.syntax(place) }
        place += 1
    }
}
