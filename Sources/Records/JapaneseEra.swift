/// An era of the Japanese calendar (元号), as birth dates on cards and papers count their years.
package enum JapaneseEra: Int, Hashable, Sendable, CaseIterable {
    case meiji = 1
    case taisho
    case showa
    case heisei
    case reiwa

    /// The era's first day as year, month and day; a change of era happens on the day itself.
    private var start: (year: Int, month: Int, day: Int) {
        switch self {
        case .meiji: (1868, 1, 25)
        case .taisho: (1912, 7, 30)
        case .showa: (1926, 12, 25)
        case .heisei: (1989, 1, 8)
        case .reiwa: (2019, 5, 1)
        }
    }

    /// The era that a date lies in; nothing before Meiji.
    package init?(of date: LocalDate) {
        let era = Self.allCases.last { era in
            (date.year, date.month, date.day) >= era.start
        }
        guard let era else { return nil }
        self = era
    }

    /// The year of the era on a date in it: the first year is 1 (元年).
    package func year(of date: LocalDate) -> Int { date.year - start.year + 1 }
}

extension LocalDate {
    /// Six digits, `YYMMDD`, with the year of its era: how a date of birth stands in a card's
    /// verification number (照合番号B). A date before Meiji keeps its Gregorian year's end.
    package var eraDigits: String {
        let year = JapaneseEra(of: self).map { $0.year(of: self) } ?? self.year
        return [year % 100, month, day].map { padded($0, to: 2) }.joined()
    }

    /// Eight digits, `YYYYMMDD`.
    package var digits: String {
        [padded(year, to: 4), padded(month, to: 2), padded(day, to: 2)].joined()
    }

    /// Reads `YYYYMMDD`.
    package init?(digits text: some StringProtocol) {
        let octets = [UInt8](text.utf8)
        guard octets.count == 8, let year = decimal(octets[0..<4]),
            let month = decimal(octets[4..<6]), let day = decimal(octets[6..<8])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}
