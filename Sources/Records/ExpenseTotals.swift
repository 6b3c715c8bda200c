/// The sums of a span of months.
package struct ExpenseTotal: Hashable, Sendable, PersonalData {
    /// The months it is printed for.
    package let period: MonthRange
    /// The sums.
    package let amounts: ExpenseAmounts
}

/// The months an insurer's rows cover (保険者情報).
package struct ExpenseCoverage: Hashable, Sendable, PersonalData {
    /// The insurer's name (保険者の名称).
    package let insurer: String
    /// From its first row to its last (医療費の明細の範囲).
    package let period: MonthRange
}

/// Three rules for ranges hold side by side, as the seed's sample of 2024-09-06 has them: the grand
/// total keeps the range asked for, the totals of years are clipped to what can be published, the
/// coverage runs from the first row to the last.
extension ExpenseRecord {
    /// The grand total (医療費の合計), printed for the range asked.
    package var total: ExpenseTotal { ExpenseTotal(period: asked, amounts: sum(rows)) }

    /// A total for each calendar year (年間の合計), oldest first, clipped to the first month that
    /// can be published and the newest one that is. Meals count.
    package var yearTotals: [ExpenseTotal] {
        guard let publishedTo,
            let published = MonthRange(Publication.firstExpenseMonth, publishedTo),
            let span = asked.clamped(to: published)
        else { return [] }
        return (span.first.year...span.last.year).compactMap { number in
            guard let january = YearMonth(year: number, month: 1),
                let year = MonthRange(january, january.adding(months: 11))?.clamped(to: span)
            else { return nil }
            return ExpenseTotal(
                period: year, amounts: sum(rows.filter { year.contains($0.month) }))
        }
    }

    /// Which insurer's rows there are, in the order of their first row.
    package var coverage: [ExpenseCoverage] {
        var insurers: [String] = []
        for row in rows where !insurers.contains(row.insurer) { insurers.append(row.insurer) }
        return insurers.compactMap { insurer in
            let months = rows.filter { $0.insurer == insurer }.map(\.month)
            guard let first = months.min(), let last = months.max(),
                let period = MonthRange(first, last)
            else { return nil }
            return ExpenseCoverage(insurer: insurer, period: period)
        }
    }
}

private func sum(_ rows: [ExpenseRow]) -> ExpenseAmounts {
    rows.reduce(.zero) { $0 + $1.amounts }
}
