/// Shift_JIS as claims computers and medicine notebooks write it: ASCII, half-width katakana and
/// two-octet characters. Which character a two-octet code stands for comes from outside (libc's
/// converter for CP932), so that this type stays pure.
package struct ShiftJIS: Sendable {
    private var scalars: [UInt32]
    private var codes: [UInt32: UInt16] = [:]

    /// The lowest code of two octets.
    private static let base: UInt16 = 0x8140

    /// Asks once for each code of two octets.
    package init(_ character: (UInt16) -> Unicode.Scalar?) {
        scalars = Array(repeating: 0, count: Int(0xFCFC - Self.base) + 1)
        for lead in Array(0x81...0x9F) + Array(0xE0...0xFC) {
            for trail in Array(0x40...0x7E) + Array(0x80...0xFC) {
                let code = UInt16(lead << 8 | trail)
                guard let scalar = character(code) else { continue }
                scalars[Int(code - Self.base)] = scalar.value
                // Some characters stand twice: the one of JIS X 0208 comes first and stays.
                if codes[scalar.value] == nil || Self.isJISX0208(code) && !isPlain(scalar.value) {
                    codes[scalar.value] = code
                }
            }
        }
    }

    private func isPlain(_ scalar: UInt32) -> Bool {
        codes[scalar].map(Self.isJISX0208) ?? false
    }

    /// Whether a code lies in JIS X 0208, and not among a vendor's or a user's own characters.
    private static func isJISX0208(_ code: UInt16) -> Bool {
        switch code >> 8 {
        case 0x81...0x84, 0x88...0x9F, 0xE0...0xE9: true
        case 0xEA: code <= 0xEAA4
        default: false
        }
    }

    /// The octets of a character that every receiver has: ASCII without control characters,
    /// half-width katakana, JIS X 0208. Nothing for any other.
    package func octets(_ scalar: Unicode.Scalar) -> [UInt8]? {
        switch scalar.value {
        case 0x20...0x7E: return [UInt8(scalar.value)]
        case 0xFF61...0xFF9F: return [UInt8(scalar.value - 0xFF61 + 0xA1)]
        default:
            guard let code = codes[scalar.value], Self.isJISX0208(code) else { return nil }
            return [UInt8(code >> 8), UInt8(code & 0xFF)]
        }
    }

    /// The octets of a text, if every character has some.
    package func octets(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let octets = octets(scalar) else { return nil }
            result += octets
        }
        return result
    }

    /// Text of octets, vendors' characters too; what cannot be read becomes U+FFFD.
    package func text(_ octets: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var lead: UInt8?
        for octet in octets {
            if let first = lead {
                lead = nil
                if let scalar = scalar(UInt16(first) << 8 | UInt16(octet)) {
                    text.append(scalar)
                    continue
                }
                text.append("\u{FFFD}")
                // An octet that cannot be a second one is read again: a comma is never swallowed.
                guard octet < 0x40 else { continue }
            }
            switch octet {
            case 0x00...0x7F: text.append(Unicode.Scalar(octet))
            case 0xA1...0xDF:
                text.append(Unicode.Scalar(0xFF61 + UInt32(octet) - 0xA1) ?? "\u{FFFD}")
            case 0x81...0x9F, 0xE0...0xFC: lead = octet
            default: text.append("\u{FFFD}")
            }
        }
        if lead != nil { text.append("\u{FFFD}") }
        return String(text)
    }

    private func scalar(_ code: UInt16) -> Unicode.Scalar? {
        guard code >= Self.base, code <= 0xFCFC else { return nil }
        let value = scalars[Int(code - Self.base)]
        return value == 0 ? nil : Unicode.Scalar(value)
    }
}
