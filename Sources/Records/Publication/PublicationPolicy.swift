/// What is published.
package enum PublishedItem: String, CaseIterable, Hashable, Sendable {
    case drugs
    case checkups
    case expenses
}

/// For whom it is published.
package enum PublicationViewer: String, CaseIterable, Hashable, Sendable {
    /// The patient, at the portal.
    case patient
    /// A medical institution or pharmacy, with the patient's consent.
    case institution
}

/// What holds from a day on, until the next row of the table.
package struct PublicationPolicy: Hashable, Sendable {
    /// The first day on which it holds (JST).
    package let from: LocalDate
    /// The day of the month on which another month appears (毎月11日頃).
    package let dayOfMonth: Int
    /// Medicines of month M appear in month M + this.
    package let drugLagMonths: Int
    /// Expenses of month M appear in month M + this.
    package let expenseLagMonths: Int
    /// So many months of medicines can be seen.
    package let drugLookBackMonths: Int
    /// Checkups of so many years can be seen; nothing where their number alone decides.
    package let checkupLookBackYears: Int?
    /// So many checkups are shown side by side: the newest ones.
    package let checkupCount: Int
}

extension PublicationPolicy {
    /// The rows, oldest first. Lags, day of the month and number of checkups are the seed's;
    /// the look-backs are those that sources name for 2023–24 (three years of medicines, five of
    /// checkups) and for 2025 (five years, five checkups). The sources name years only: that the
    /// change fell on 1 January is assumed.
    package static let table: [PublicationPolicy] = [
        PublicationPolicy(
            from: day(2021, 9, 1), dayOfMonth: 11, drugLagMonths: 1, expenseLagMonths: 2,
            drugLookBackMonths: 36, checkupLookBackYears: 5, checkupCount: 5),
        PublicationPolicy(
            from: day(2025, 1, 1), dayOfMonth: 11, drugLagMonths: 1, expenseLagMonths: 2,
            drugLookBackMonths: 60, checkupLookBackYears: nil, checkupCount: 5),
    ]

    /// The row in force on a date; before the first row nothing is published, and the first
    /// row's lags see to that.
    package static func inForce(on date: LocalDate) -> PublicationPolicy {
        table.last { $0.from <= date } ?? table[0]
    }
}

extension PublishedItem {
    /// From which day on a viewer sees the item at all; nothing where never. Institutions began on
    /// 2021-10-20 (本格運用), the portal on 2021-10-21, with expenses on 2021-11-19.
    package func opening(for viewer: PublicationViewer) -> LocalDate? {
        switch (self, viewer) {
        case (.drugs, .institution), (.checkups, .institution): day(2021, 10, 20)
        case (.drugs, .patient), (.checkups, .patient): day(2021, 10, 21)
        case (.expenses, .patient): day(2021, 11, 19)
        case (.expenses, .institution): nil
        }
    }

    /// Whether a viewer sees the item on a date.
    package func isOpen(for viewer: PublicationViewer, on date: LocalDate) -> Bool {
        opening(for: viewer).map { $0 <= date } ?? false
    }
}

private func day(_ year: Int, _ month: Int, _ day: Int) -> LocalDate {
    guard let date = LocalDate(year: year, month: month, day: day) else {
        preconditionFailure("a day of the calendar")
    }
    return date
}
