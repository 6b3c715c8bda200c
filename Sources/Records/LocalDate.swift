/// A calendar date in Japan, without a time: birth dates, dispensing days, checkup days.
/// Proleptic Gregorian, years 1 to 9999, written `2026-11-22`.
package struct LocalDate: Hashable, Comparable, Sendable {
    /// The year, 1 to 9999.
    package let year: Int
    /// The month, 1 to 12.
    package let month: Int
    /// The day of the month, from 1.
    package let day: Int

    /// A date that exists in the calendar.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...YearMonth.dayCount(year: year, month: month)).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Reads `YYYY-MM-DD`.
    package init?(_ text: some StringProtocol) {
        let octets = [UInt8](text.utf8)
        guard octets.count == 10, octets[4] == UInt8(ascii: "-"), octets[7] == UInt8(ascii: "-"),
            let year = decimal(octets[0..<4]), let month = decimal(octets[5..<7]),
            let day = decimal(octets[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The date that lies `dayNumber` days after 1970-01-01, held to the years 1 to 9999.
    package init(dayNumber: Int) {
        // Howard Hinnant's civil-from-days, an algorithm over 400-year eras.
        let shifted = min(max(dayNumber, -719_162), 2_932_896) + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredDivision(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// The date so many days later (or earlier).
    package func adding(days: Int) -> LocalDate { LocalDate(dayNumber: dayNumber + days) }

    /// The month that holds the date.
    package var yearMonth: YearMonth { YearMonth(of: self) }

    /// Whole years lived on `date` by somebody born on this date. A birthday counts on the day
    /// itself, as the seed's papers print it (born 1975-02-20, 52 on 2027-04-02); somebody born
    /// on 29 February turns older on 1 March in a common year.
    package func age(on date: LocalDate) -> Int {
        let hadBirthday = (date.month, date.day) >= (month, day)
        return date.year - year - (hadBirthday ? 0 : 1)
    }

    package static func < (left: LocalDate, right: LocalDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension LocalDate: CustomStringConvertible {
    package var description: String {
        [padded(year, to: 4), padded(month, to: 2), padded(day, to: 2)].joined(separator: "-")
    }
}

/// A calendar month in Japan, written `2026-11`: the unit in which claims are published.
package struct YearMonth: Hashable, Comparable, Sendable {
    /// The year, 1 to 9999.
    package let year: Int
    /// The month, 1 to 12.
    package let month: Int

    /// A month that exists.
    package init?(year: Int, month: Int) {
        guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
        (self.year, self.month) = (year, month)
    }

    /// Reads `YYYY-MM`.
    package init?(_ text: some StringProtocol) {
        let octets = [UInt8](text.utf8)
        guard octets.count == 7, octets[4] == UInt8(ascii: "-"),
            let year = decimal(octets[0..<4]), let month = decimal(octets[5..<7])
        else { return nil }
        self.init(year: year, month: month)
    }

    /// The month of a date.
    package init(of date: LocalDate) { (year, month) = (date.year, date.month) }

    private init(ordinal: Int) {
        year = min(max(ordinal.flooredDivision(by: 12), 1), 9999)
        month = ordinal - ordinal.flooredDivision(by: 12) * 12 + 1
    }

    /// The month so many months later (or earlier).
    package func adding(months: Int) -> YearMonth {
        YearMonth(ordinal: year * 12 + month - 1 + months)
    }

    /// How many days a month has.
    package static func dayCount(year: Int, month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    package static func < (left: YearMonth, right: YearMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

extension YearMonth: CustomStringConvertible {
    package var description: String { padded(year, to: 4) + "-" + padded(month, to: 2) }
}
