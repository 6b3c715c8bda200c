extension Person {
    /// The medicines that are published on a business date, within the months asked for: electronic
    /// claims only, newest first; an institution's without amounts.
    package func publishedDrugs(
        on date: LocalDate, from: YearMonth? = nil, to: YearMonth? = nil,
        for viewer: PublicationViewer = .patient
    ) -> DrugRecord {
        let published = isOpen(.drugs, viewer, date) ? Publication.drugMonths(on: date) : nil
        let period = published.flatMap { published in
            MonthRange(
                max(from ?? published.first, published.first),
                min(to ?? published.last, published.last))
        }
        let shown = drugs.filter {
            $0.claim == .electronic && period?.contains($0.date.yearMonth) == true
        }
        let record = DrugRecord(
            publishedTo: published?.last, period: period,
            dispensings: stablySorted(shown) { $0.date > $1.date })
        return viewer == .institution ? record.forInstitution : record
    }

    /// The checkups that are published on a business date, newest first: at most so many as are
    /// shown side by side.
    package func publishedCheckups(
        on date: LocalDate, for viewer: PublicationViewer = .patient
    ) -> CheckupRecord {
        guard isOpen(.checkups, viewer, date) else { return CheckupRecord(checkups: []) }
        let shown = checkups.filter {
            Publication.isCheckupPublished(of: $0.date, on: date)
                && ($0.visibleFrom.map { $0 <= date } ?? true)
        }
        let newest = stablySorted(shown) { $0.date > $1.date }
            .prefix(Publication.checkupCount(on: date))
        return CheckupRecord(
            checkups: newest.map {
                var checkup = $0
                checkup.visibleFrom = nil
                return checkup
            })
    }

    /// The expenses that are published on a business date, within the months asked for, oldest
    /// first; the patient's own, never an institution's.
    package func publishedExpenses(
        on date: LocalDate, from: YearMonth? = nil, to: YearMonth? = nil
    ) -> ExpenseRecord? {
        let published =
            isOpen(.expenses, .patient, date) ? Publication.expenseMonths(on: date) : nil
        let last = to ?? published?.last ?? date.yearMonth
        guard let asked = MonthRange(from ?? min(Publication.firstExpenseMonth, last), last)
        else { return nil }
        let shown = expenses.filter {
            asked.contains($0.month) && published?.contains($0.month) == true
        }
        return ExpenseRecord(
            publishedTo: published?.last, asked: asked,
            rows: stablySorted(shown) { $0.month < $1.month })
    }

    private func isOpen(
        _ item: PublishedItem, _ viewer: PublicationViewer, _ date: LocalDate
    ) -> Bool {
        isTrial || item.isOpen(for: viewer, on: date)
    }
}

/// Sorted, with equals in the order they came in.
private func stablySorted<Element>(
    _ elements: [Element], by precedes: (Element, Element) -> Bool
) -> [Element] {
    elements.enumerated().sorted {
        precedes($0.element, $1.element)
            || !precedes($1.element, $0.element) && $0.offset < $1.offset
    }.map(\.element)
}
