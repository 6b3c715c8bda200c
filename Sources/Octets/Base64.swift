/// The two alphabets of RFC 4648 that the project writes.
package enum Base64Alphabet: Sendable {
    /// Section 4, with padding: PEM bodies, signed notes, JSON fields that hold octets.
    case standard
    /// Section 5, without padding: nonces and tokens that may stand in an address.
    case urlSafe
}

extension [UInt8] {
    /// The octets as base64 text (RFC 4648 §4, padded; §5 without padding).
    package func base64(_ alphabet: Base64Alphabet = .standard) -> String {
        let digits = alphabet == .standard ? standardDigits : urlSafeDigits
        var text: [UInt8] = []
        text.reserveCapacity((count + 2) / 3 * 4)
        for start in stride(from: 0, to: count, by: 3) {
            let available = Swift.min(3, count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < available ? UInt32(self[start + offset]) : 0)
            }
            for position in 0..<4 {
                if position <= available {
                    text.append(digits[Int(group >> UInt32(18 - 6 * position) & 0x3F)])
                } else if alphabet == .standard {
                    text.append(UInt8(ascii: "="))
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The octets of a base64 text in its one canonical form: whole alphabet, right padding
    /// (none for `urlSafe`), unused bits zero, no white space.
    package init?(base64 text: some StringProtocol, _ alphabet: Base64Alphabet = .standard) {
        var characters = [UInt8](text.utf8)
        if alphabet == .standard {
            guard characters.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        }
        guard characters.count % 4 != 1 else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(characters.count * 3 / 4)
        var window: UInt32 = 0
        var bits: UInt32 = 0
        for character in characters {
            guard let value = base64Value(character, alphabet) else { return nil }
            window = window << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                octets.append(UInt8(truncatingIfNeeded: window >> bits))
                window &= (1 << bits) - 1
            }
        }
        guard window == 0 else { return nil }
        self = octets
    }
}

private let standardDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
private let urlSafeDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

private func base64Value(_ character: UInt8, _ alphabet: Base64Alphabet) -> UInt8? {
    switch (character, alphabet) {
    case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): character - UInt8(ascii: "A")
    case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): character - UInt8(ascii: "a") + 26
    case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): character - UInt8(ascii: "0") + 52
    case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .urlSafe): 62
    case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .urlSafe): 63
    default: nil
    }
}
