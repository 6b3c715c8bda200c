/// A decimal number that keeps the digits it came with: `72` and `72.0` are two texts of one
/// value. At most 15 digits, so that it is compared exactly and never rounded.
package struct DecimalText: Hashable, Sendable {
    /// The digits as they came.
    package let text: String
    /// The value as a whole number of 10^-`decimals`.
    let scaled: Int
    /// How many digits stand after the point.
    package let decimals: Int

    static let rule = "must be a decimal number as text, of at most 15 digits"

    /// Reads `-12.5`, `72`, `0.5`; no sign but minus, no exponent, no empty part.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        let whole = first.hasPrefix("-") ? first.dropFirst() : first
        let fraction = parts.count == 2 ? parts[1] : ""
        let digits = Array(whole.utf8) + Array(fraction.utf8)
        guard !whole.isEmpty, parts.count == 1 || !fraction.isEmpty, digits.count <= 15,
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            whole.utf8.count == 1 || !whole.hasPrefix("0"),
            let magnitude = Int(String(whole + fraction))
        else { return nil }
        self.text = text
        scaled = first.hasPrefix("-") ? -magnitude : magnitude
        decimals = fraction.utf8.count
    }

    /// Whether the value is less than, the same as, or more than another: -1, 0 or 1.
    package func compared(to other: DecimalText) -> Int {
        let places = max(decimals, other.decimals)
        // 15 digits and up to 15 more places fit into 128 bits.
        let mine = Int128(scaled) * power(places - decimals)
        let theirs = Int128(other.scaled) * power(places - other.decimals)
        return mine < theirs ? -1 : mine > theirs ? 1 : 0
    }

    private func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}

extension DecimalText: CustomStringConvertible {
    package var description: String { text }
}

extension DecimalText {
    /// The number times a whole one, with the digits behind the point that it has.
    package func multiplied(by factor: Int) -> String {
        guard factor != 1 else { return text }
        // 15 digits times 19 fit into 128 bits.
        let product = Int128(scaled) * Int128(factor)
        guard decimals > 0 else { return String(product) }
        let digits = String(product.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (product < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
