package import JSON

/// Everything a people file says of one simulated person, on one business date.
package struct Person: Hashable, Sendable, PersonalData {
    /// The name of the file without its ending, by which commands call the person.
    package var id: String
    /// Who it is.
    package var identity: PersonIdentity
    /// What they are entitled to.
    package var qualification: Qualification
    /// Everything ever dispensed to them, published or not.
    package var drugs: [Dispensing]
    /// Every checkup, published or not.
    package var checkups: [Checkup]
    /// Every row of expenses, published or not.
    package var expenses: [ExpenseRow]
    /// Figures that contradict others or a formula, and are kept.
    package var contradictions: [Contradiction]

    /// Somebody without records.
    package init(id: String, identity: PersonIdentity, qualification: Qualification) {
        (self.id, self.identity, self.qualification) = (id, identity, qualification)
        (drugs, checkups, expenses, contradictions) = ([], [], [], [])
    }
}

/// A figure that contradicts others or a formula, and is kept as it was printed.
package struct Contradiction: RecordCodable, PersonalData {
    /// Where it stands in the file, `$.drugs[0].drugs[1].copaymentYen`; nothing where it is the
    /// absence of something or a figure that is not stored.
    package var at: String?
    /// What is printed.
    package var printed: String
    /// What the rest implies.
    package var implied: String
    /// Why.
    package var reason: String

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        at = try fields.optionalText("at")
        printed = try fields.text("printed")
        implied = try fields.text("implied")
        reason = try fields.text("reason")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("at", at.map(JSONValue.string)), ("printed", .string(printed)),
            ("implied", .string(implied)), ("reason", .string(reason)),
        ])
    }
}

extension Person {
    /// The medicines that are published on a business date, within the months asked for: electronic
    /// claims only, newest first. This is the patient's view; an institution gets
    /// `forInstitution` of it.
    package func publishedDrugs(
        on date: LocalDate, from: YearMonth? = nil, to: YearMonth? = nil
    ) -> DrugRecord {
        let published = Publication.drugMonths(on: date)
        let period = published.flatMap { published in
            MonthRange(
                max(from ?? published.first, published.first),
                min(to ?? published.last, published.last))
        }
        let shown = drugs.filter {
            $0.claim == .electronic && period?.contains($0.date.yearMonth) == true
        }
        return DrugRecord(
            publishedTo: published?.last, period: period,
            dispensings: stablySorted(shown) { $0.date > $1.date })
    }

    /// The checkups that are published on a business date, newest first: at most so many as are
    /// shown side by side.
    package func publishedCheckups(on date: LocalDate) -> CheckupRecord {
        let shown = checkups.filter {
            Publication.isCheckupPublished(of: $0.date, on: date)
                && ($0.visibleFrom.map { $0 <= date } ?? true)
        }
        let newest = stablySorted(shown) { $0.date > $1.date }.prefix(Publication.checkupCount)
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
        let published = Publication.expenseMonths(on: date)
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
