package import JSON

/// A record that reads itself strictly from JSON (unknown fields are refused, errors carry the
/// path) and writes itself back: on the wire and in people files alike.
package protocol RecordCodable: Hashable, Sendable {
    /// Reads a value that stands at `path`.
    init(_ value: JSONValue, at path: String) throws(JSONError)
    /// The value that `init(_:at:)` reads back; fields without a value are left out.
    var json: JSONValue { get }
}

extension RecordCodable {
    /// Reads a whole JSON text.
    package init(parsing octets: [UInt8]) throws(JSONError) {
        try self.init(JSONValue(parsing: octets), at: "$")
    }
}

/// The largest amount of money a record may carry, in yen.
let maximumYen = 9_999_999_999
/// The longest names of people, places and medicines, in UTF-8 octets.
let maximumNameOctets = 600
/// The longest free text (findings, remarks), in UTF-8 octets.
let maximumTextOctets = 8192

extension JSONFields {
    /// A record that must be there.
    mutating func record<Record: RecordCodable>(
        _ key: String, as type: Record.Type = Record.self
    ) throws(JSONError) -> Record {
        try Record(require(key), at: path(key))
    }

    /// A record that may be absent.
    mutating func optionalRecord<Record: RecordCodable>(
        _ key: String, as type: Record.Type = Record.self
    ) throws(JSONError) -> Record? {
        guard let value = take(key) else { return nil }
        return try Record(value, at: path(key))
    }

    /// Records in their order; none if the field is absent.
    mutating func records<Record: RecordCodable>(
        _ key: String, maximum: Int = 100_000, as type: Record.Type = Record.self
    ) throws(JSONError) -> [Record] {
        try array(key, maximum: maximum) { (value, path) throws(JSONError) in
            try Record(value, at: path)
        }
    }

    /// Text that is not empty and holds no control characters but line feeds.
    mutating func text(
        _ key: String, maximum: Int = maximumNameOctets
    ) throws(JSONError) -> String {
        try require(key, textRule(maximum)) { readText($0, maximum) }
    }

    /// The same for text that may be absent.
    mutating func optionalText(
        _ key: String, maximum: Int = maximumNameOctets
    ) throws(JSONError) -> String? {
        try optional(key, textRule(maximum)) { readText($0, maximum) }
    }

    /// A calendar date.
    mutating func date(_ key: String) throws(JSONError) -> LocalDate {
        try require(key, dateRule) { $0.stringValue.flatMap { LocalDate($0) } }
    }

    /// A calendar date that may be absent.
    mutating func optionalDate(_ key: String) throws(JSONError) -> LocalDate? {
        try optional(key, dateRule) { $0.stringValue.flatMap { LocalDate($0) } }
    }

    /// A calendar month.
    mutating func month(_ key: String) throws(JSONError) -> YearMonth {
        try require(key, monthRule) { $0.stringValue.flatMap { YearMonth($0) } }
    }

    /// A calendar month that may be absent.
    mutating func optionalMonth(_ key: String) throws(JSONError) -> YearMonth? {
        try optional(key, monthRule) { $0.stringValue.flatMap { YearMonth($0) } }
    }

    /// A point in time that may be absent.
    mutating func optionalInstant(_ key: String) throws(JSONError) -> Instant? {
        try optional(key, "must be an RFC 3339 time in UTC") {
            $0.stringValue.flatMap { Instant(rfc3339: $0) }
        }
    }

    /// Whole yen.
    mutating func yen(_ key: String) throws(JSONError) -> Int {
        try integer(key, in: 0...maximumYen)
    }

    /// Whole yen that may be absent.
    mutating func optionalYen(_ key: String) throws(JSONError) -> Int? {
        try optionalInteger(key, in: 0...maximumYen)
    }

    /// A code of a closed set.
    mutating func code<Code: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Code.Type = Code.self
    ) throws(JSONError) -> Code {
        try require(key, codeRule(Code.self)) { $0.stringValue.flatMap(Code.init) }
    }

    /// A code of a closed set that may be absent.
    mutating func optionalCode<Code: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Code.Type = Code.self
    ) throws(JSONError) -> Code? {
        try optional(key, codeRule(Code.self)) { $0.stringValue.flatMap(Code.init) }
    }

    /// A string of digits, as insurer numbers and codes of institutions are.
    mutating func optionalDigits(
        _ key: String, count: ClosedRange<Int>
    ) throws(JSONError) -> String? {
        let counts =
            count.count == 1
            ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        return try optional(key, "must be a string of \(counts) digits") { value in
            guard let text = value.stringValue, count.contains(text.utf8.count),
                text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            else { return nil }
            return text
        }
    }
}

extension JSONValue {
    init(_ date: LocalDate) { self = .string(date.description) }
    init(_ month: YearMonth) { self = .string(month.description) }
    init(_ code: some RawRepresentable<String>) { self = .string(code.rawValue) }
    init(_ records: [some RecordCodable]) { self = .array(records.map(\.json)) }

    /// The records, or nothing where there are none.
    static func present(_ records: [some RecordCodable]) -> JSONValue? {
        records.isEmpty ? nil : JSONValue(records)
    }
}

private let dateRule = "must be a date as 2026-11-22"
private let monthRule = "must be a month as 2026-11"

private func textRule(_ maximum: Int) -> String {
    "must be text of 1 to \(maximum) octets without control characters"
}

private func readText(_ value: JSONValue, _ maximum: Int) -> String? {
    guard let text = value.stringValue, (1...maximum).contains(text.utf8.count),
        text.unicodeScalars.allSatisfy({ $0 == "\n" || !isControl($0) })
    else { return nil }
    return text
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}

private func codeRule<Code: RawRepresentable<String> & CaseIterable>(_: Code.Type) -> String {
    "must be one of " + Code.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
}
