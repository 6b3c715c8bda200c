/// The same ingredient taken on the same days from two institutions (重複投薬の疑い): a hint for
/// the doctor, computed from rows, never stored.
package struct DrugOverlap: Hashable, Sendable, PersonalData {
    /// One of the two: the day it was dispensed, where from, and the medicine.
    package struct Side: Hashable, Sendable, PersonalData {
        /// The day it was dispensed.
        package let date: LocalDate
        /// Where it came from.
        package let source: DrugSource
        /// The medicine.
        package let line: DrugLine
    }

    /// The ingredient.
    package let ingredient: Ingredient
    /// The one dispensed first.
    package let earlier: Side
    /// The one dispensed later, or on the same day.
    package let later: Side
    /// The first day on which both are taken.
    package let from: LocalDate
    /// The last day on which both are taken.
    package let to: LocalDate
}

extension DrugRecord {
    /// Pairs of medicines of one ingredient, from different prescribers, whose days overlap,
    /// oldest first. A medicine that is not counted in days is taken to last its first day only.
    /// Pairs are looked for among the newest `maximumCourses` medicines, so that the work of a
    /// hostile answer stays small.
    package var overlaps: [DrugOverlap] {
        let courses = dispensings.flatMap { dispensing in
            dispensing.drugs.compactMap { Course(dispensing, $0) }
        }.sorted { $0.from < $1.from }.suffix(maximumCourses)
        return courses.enumerated().flatMap { index, earlier in
            courses.dropFirst(index + 1).prefix { $0.from <= earlier.to }
                .compactMap { earlier.overlap(with: $0) }
        }
    }
}

/// How many medicines are compared with each other.
private let maximumCourses = 2000

/// A medicine and the days it lasts.
private struct Course {
    let ingredient: Ingredient
    let side: DrugOverlap.Side
    let from: LocalDate
    let to: LocalDate

    init?(_ dispensing: Dispensing, _ line: DrugLine) {
        guard let ingredient = line.ingredient else { return nil }
        self.ingredient = ingredient
        side = DrugOverlap.Side(date: dispensing.date, source: dispensing.source, line: line)
        from = dispensing.date
        to = dispensing.date.adding(days: (line.quantity.days ?? 1) - 1)
    }

    func overlap(with later: Course) -> DrugOverlap? {
        guard ingredient.isSame(as: later.ingredient),
            let one = side.source.prescriber, let other = later.side.source.prescriber,
            !one.isSame(as: other)
        else { return nil }
        return DrugOverlap(
            ingredient: ingredient, earlier: side, later: later.side, from: later.from,
            to: min(to, later.to))
    }
}

extension Institution {
    /// Whether both are one institution: by code where both have one, else by name.
    package func isSame(as other: Institution) -> Bool {
        if let code, let theirs = other.code { return code == theirs }
        return name == other.name
    }
}
