import Octets
import Records

/// How a text is written: one name, one regular expression for the served document, one check in
/// code. A test holds the two to each other.
package enum TextForm: String, CaseIterable, Hashable, Sendable {
    /// Any text without control characters but line feeds.
    case words
    /// A calendar date of Japan, `2026-11-22`.
    case date
    /// A month, `2026-11`.
    case month
    /// A point in time, RFC 3339 in UTC.
    case instant
    /// Octets in padded base64.
    case base64
    /// Octets in base64url without padding.
    case base64URL
    /// A SHA-256 value in lower-case hexadecimal.
    case digest
    /// Digits.
    case digits
    /// Printable ASCII without spaces: ids.
    case token
    /// Printable ASCII with spaces: names of places in a history.
    case line
    /// A number with the digits it came with.
    case number

    /// The regular expression (ECMA-262) that the document shows.
    package var pattern: String {
        switch self {
        case .words: #"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$"#
        case .date: "^\(Self.year)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
        case .month: "^\(Self.year)-(0[1-9]|1[0-2])$"
        case .instant:
            "^\(Self.year)-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{3})?Z$"
        case .base64: "^[A-Za-z0-9+/]*={0,2}$"
        case .base64URL: "^[A-Za-z0-9_-]*$"
        case .digest: "^[0-9a-f]{64}$"
        case .digits: "^[0-9]*$"
        case .token: "^[!-~]*$"
        case .line: "^[ -~]*$"
        case .number: "^-?[0-9]+([.][0-9]+)?$"
        }
    }

    /// The form in words, after "must be".
    var rule: String {
        switch self {
        case .words: "a text without control characters"
        case .date: "a date of the calendar as 2026-11-22"
        case .month: "a month as 2026-11"
        case .instant: "a time in UTC as 2026-11-22T10:00:00Z"
        case .base64: "base64, padded with ="
        case .base64URL: "base64url, without padding"
        case .digest: "a SHA-256 value: 64 hexadecimal digits in lower case"
        case .digits: "digits, without spaces"
        case .token: "printable ASCII without spaces"
        case .line: "printable ASCII"
        case .number: "a number in digits"
        }
    }

    /// The years 1 to 9999.
    private static let year = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"

    /// The format of JSON Schema that says more than the expression.
    var format: String? {
        switch self {
        case .date: "date"
        case .instant: "date-time"
        default: nil
        }
    }

    /// The `contentEncoding` of texts that carry octets.
    var encoding: String? {
        switch self {
        case .base64: "base64"
        case .base64URL: "base64url"
        default: nil
        }
    }

    /// Whether a text is written so.
    package func matches(_ text: String) -> Bool {
        switch self {
        case .words: text.unicodeScalars.allSatisfy { $0 == "\n" || !isControl($0) }
        case .date: LocalDate(text) != nil
        case .month: YearMonth(text) != nil
        case .instant: Instant(rfc3339: text) != nil
        // The alphabet only: whoever decodes it sees whether the last bits are right.
        case .base64: isBase64(text)
        case .base64URL: text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x5F }
        case .digest: SHA256Digest(hex: text)?.hex == text
        case .digits: text.utf8.allSatisfy(isDigit)
        case .token: text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        case .line: text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        case .number: isNumber(text)
        }
    }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}

private func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

private func isWord(_ octet: UInt8) -> Bool {
    isDigit(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
}

private func isBase64(_ text: String) -> Bool {
    let padding = text.utf8.reversed().prefix { $0 == 0x3D }.count
    return padding <= 2
        && text.utf8.dropLast(padding).allSatisfy { isWord($0) || $0 == 0x2B || $0 == 0x2F }
}

private func isNumber(_ text: String) -> Bool {
    let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
        && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }
}
