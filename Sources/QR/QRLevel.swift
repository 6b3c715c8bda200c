/// How much of a symbol may be unreadable (誤り訂正レベル; JIS X 0510, 7.5).
package enum QRLevel: Int, CaseIterable, Hashable, Sendable {
    /// About 7 % of the codewords.
    case low
    /// About 15 %.
    case medium
    /// About 25 %.
    case quartile
    /// About 30 %.
    case high

    /// The letter of the standard.
    package var letter: String {
        switch self {
        case .low: "L"
        case .medium: "M"
        case .quartile: "Q"
        case .high: "H"
        }
    }

    /// The two bits in the format information (JIS X 0510, table 12).
    var formatBits: UInt32 {
        switch self {
        case .low: 1
        case .medium: 0
        case .quartile: 3
        case .high: 2
        }
    }
}

/// Why no symbol is made.
package enum QRError: Error, Hashable, Sendable {
    /// The data need more bits than the largest version allowed holds.
    case tooLong(bits: Int, capacity: Int)
    /// A numeric segment holds something else than digits.
    case notDigits
}
