/// What of a person's data is published on a business date (JST), and how far back it goes: the
/// months and days alone, whoever looks; from when on somebody looks at all is
/// `PublishedItem.isOpen`.
package enum Publication {
    /// Medicines are published from this month of dispensing on.
    package static let firstDrugMonth = month(2021, 9)
    /// Expenses are published from this month of care on.
    package static let firstExpenseMonth = month(2021, 9)
    /// Checkups are published from this day on, the first of fiscal 2020.
    package static let firstCheckupDate = LocalDate(dayNumber: 18_353)

    /// The newest month of medicines on a date: month M appears on the 11th of M+1.
    package static func newestDrugMonth(on date: LocalDate) -> YearMonth? {
        newest(on: date, lag: \.drugLagMonths, from: firstDrugMonth)
    }

    /// The newest month of expenses on a date: month M appears on the 11th of M+2.
    package static func newestExpenseMonth(on date: LocalDate) -> YearMonth? {
        newest(on: date, lag: \.expenseLagMonths, from: firstExpenseMonth)
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

    /// How many months of medicines can be seen on a date.
    package static func drugLookBackMonths(on date: LocalDate) -> Int {
        PublicationPolicy.inForce(on: date).drugLookBackMonths
    }

    /// How many checkups are shown on a date.
    package static func checkupCount(on date: LocalDate) -> Int {
        PublicationPolicy.inForce(on: date).checkupCount
    }

    /// Whether a checkup of `day` can be seen on a date, if its insurer was quick: the real delay
    /// depends on the insurer and is data of the person.
    package static func isCheckupPublished(of day: LocalDate, on date: LocalDate) -> Bool {
        guard day >= firstCheckupDate, day <= date else { return false }
        guard let years = PublicationPolicy.inForce(on: date).checkupLookBackYears else {
            return true
        }
        return day.age(on: date) < years
    }

    private static func newest(
        on date: LocalDate, lag: KeyPath<PublicationPolicy, Int>, from first: YearMonth
    ) -> YearMonth? {
        let policy = PublicationPolicy.inForce(on: date)
        let months = policy[keyPath: lag] + (date.day >= policy.dayOfMonth ? 0 : 1)
        let newest = date.yearMonth.adding(months: -months)
        return newest >= first ? newest : nil
    }
}

private func month(_ year: Int, _ month: Int) -> YearMonth {
    guard let month = YearMonth(year: year, month: month) else {
        preconditionFailure("a month of the calendar")
    }
    return month
}
