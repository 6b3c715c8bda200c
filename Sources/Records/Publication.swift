/// What is published on a business date (JST), and how far back it goes.
package enum Publication {
    /// Medicines are published from this month of dispensing on.
    package static let firstDrugMonth = month(2021, 9)
    /// Expenses are published from this month of care on.
    package static let firstExpenseMonth = month(2021, 9)
    /// Checkups are published from this day on, the first of fiscal 2020.
    package static let firstCheckupDate = LocalDate(dayNumber: 18_353)
    /// The day of the month on which the next month's data appears (毎月11日頃).
    package static let dayOfMonth = 11
    /// How many checkups are shown side by side: the newest ones.
    package static let checkupCount = 5

    /// The newest month of medicines on a date: month M appears on the 11th of M+1.
    package static func newestDrugMonth(on date: LocalDate) -> YearMonth? {
        newest(on: date, lagMonths: 1, from: firstDrugMonth)
    }

    /// The newest month of expenses on a date: month M appears on the 11th of M+2.
    package static func newestExpenseMonth(on date: LocalDate) -> YearMonth? {
        newest(on: date, lagMonths: 2, from: firstExpenseMonth)
    }

    /// The months of medicines that can be seen on a date; nothing before the first publication.
    package static func drugMonths(on date: LocalDate) -> MonthRange? {
        guard let newest = newestDrugMonth(on: date) else { return nil }
        let oldest = newest.adding(months: 1 - drugLookBackMonths(on: date))
        return MonthRange(max(firstDrugMonth, oldest), newest)
    }

    /// The months of expenses that can be seen on a date; nothing before the first publication.
    package static func expenseMonths(on date: LocalDate) -> MonthRange? {
        newestExpenseMonth(on: date).flatMap { MonthRange(firstExpenseMonth, $0) }
    }

    /// How many months of medicines can be seen: three years at first, five from 2025 on. The
    /// sources name the years only; that the change fell on 1 January is assumed.
    package static func drugLookBackMonths(on date: LocalDate) -> Int {
        date.year >= 2025 ? 60 : 36
    }

    /// Whether a checkup of `day` can be seen on a date, if its insurer was quick: the real delay
    /// depends on the insurer and is data of the person.
    package static func isCheckupPublished(of day: LocalDate, on date: LocalDate) -> Bool {
        day >= firstCheckupDate && day <= date
    }

    private static func newest(
        on date: LocalDate, lagMonths: Int, from first: YearMonth
    ) -> YearMonth? {
        let lag = date.day >= dayOfMonth ? lagMonths : lagMonths + 1
        let newest = date.yearMonth.adding(months: -lag)
        return newest >= first ? newest : nil
    }
}

private func month(_ year: Int, _ month: Int) -> YearMonth {
    guard let month = YearMonth(year: year, month: month) else {
        preconditionFailure("a month of the calendar")
    }
    return month
}
