import Records

extension LocalDate {
    /// As papers print dates: `2021年10月11日`.
    var japanese: String { "\(year)年\(month)月\(day)日" }

    /// As columns print dates: `2026/07/02`.
    var slashed: String { description.split(separator: "-").joined(separator: "/") }
}

extension YearMonth {
    /// As papers print months: `2021年9月`.
    var japanese: String { "\(year)年\(month)月" }
}

/// Whole yen as papers print them: `10,000`.
func grouped(_ yen: Int) -> String {
    let digits = Array(String(yen.magnitude))
    var text = yen < 0 ? "-" : ""
    for (place, digit) in digits.enumerated() {
        if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}
