/// A 10-digit code of a medical institution or pharmacy (医療機関コード): prefecture 2, fee table 1,
/// district 2, number 4, check digit 1.
package struct InstitutionCode: Hashable, Sendable {
    /// Whose fee table is claimed by (点数表).
    package enum FeeTable: String, CaseIterable, Hashable, Sendable {
        case medical = "1"
        case dental = "3"
        case dispensing = "4"
        case visitingNurse = "6"

        /// In words.
        package var japanese: String {
            switch self {
            case .medical: "医科"
            case .dental: "歯科"
            case .dispensing: "調剤"
            case .visitingNurse: "訪問看護"
            }
        }
    }

    /// The ten digits.
    package let digits: String

    /// A code of ten digits, whatever its check digit.
    package init?(_ digits: String) {
        guard digits.utf8.count == 10,
            digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        self.digits = digits
    }

    /// The prefecture (都道府県番号), 1 to 47; nothing where there is no such prefecture, as in the
    /// codes of simulated institutions.
    package var prefecture: Int? {
        Int(digits.prefix(2)).flatMap { (1...47).contains($0) ? $0 : nil }
    }

    /// The fee table; nothing for a digit that is none.
    package var feeTable: FeeTable? {
        FeeTable(rawValue: String(digits.dropFirst(2).prefix(1)))
    }

    /// The seven digits by which claims and the medicine notebook name it.
    package var shortCode: String { String(digits.dropFirst(3)) }

    /// Whether the check digit is right.
    package var isRight: Bool { CheckDigit.isRight(in: digits) }
}

extension Institution {
    /// Its code, taken apart.
    package var institutionCode: InstitutionCode? { code.flatMap(InstitutionCode.init) }
}
