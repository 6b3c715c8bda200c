/// A number that somebody types in, off a card or a paper: a typing error is refused at once,
/// where the same number in stored data is kept with a warning.
package enum TypedNumber: String, CaseIterable, Hashable, Sendable {
    /// An insurer's number (保険者番号), 8 digits, or 6 of a municipal insurance.
    case insurer
    /// A public fund's number (公費負担者番号), 8 digits.
    case publicFund
    /// The code of a medical institution or pharmacy (医療機関コード), 10 digits.
    case institution
    /// A branch (枝番), 2 digits; it has no check digit.
    case branch

    /// Why a typed number is refused.
    package enum Refusal: Error, Hashable, Sendable {
        /// There is something else than digits in it.
        case notDigits
        /// It has another number of digits than one of these.
        case digitCount([Int])
        /// Its last digit does not belong to the others: a digit is wrong, or two are swapped.
        case checkDigit
    }

    /// How many digits it may have.
    package var digitCounts: [Int] {
        switch self {
        case .insurer: [6, 8]
        case .publicFund: [8]
        case .institution: [10]
        case .branch: [2]
        }
    }

    /// The number in plain digits. Full-width digits are read as digits, spaces around it are
    /// dropped; a 6-digit insurer's number may come padded to 8 with spaces or zeros, as claims
    /// computers write it.
    package func read(_ typed: String) throws(Refusal) -> String {
        var digits = ""
        for scalar in typed.unicodeScalars.drop(while: isSpace).reversed().drop(while: isSpace)
            .reversed()
        {
            guard digits.utf8.count < 64, let digit = plainDigit(scalar) else { throw .notDigits }
            digits.unicodeScalars.append(digit)
        }
        if self == .insurer, digits.utf8.count == 8, digits.hasPrefix("00") {
            digits.removeFirst(2)
        }
        guard digitCounts.contains(digits.utf8.count) else { throw .digitCount(digitCounts) }
        guard self == .branch || CheckDigit.isRight(in: digits) else { throw .checkDigit }
        return digits
    }
}

/// A space, half-width or full-width.
private func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\u{3000}" }

private func plainDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x30...0x39: scalar
    case 0xFF10...0xFF19: Unicode.Scalar(scalar.value - 0xFF10 + 0x30)
    default: nil
    }
}
