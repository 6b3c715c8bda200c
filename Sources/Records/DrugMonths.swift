/// Sums of what the patient paid and could save, in yen: nothing where no medicine has an amount
/// (amounts are known only for some claims), so that "none known" is never shown as 0.
package struct DrugTotals: Hashable, Sendable {
    /// What the patient paid (自己負担額).
    package var copaymentYen: Int?
    /// What generics would save (削減可能額).
    package var savingYen: Int?

    init(_ lines: [DrugLine]) {
        copaymentYen = total(lines.compactMap(\.copaymentYen))
        savingYen = total(lines.compactMap(\.savingYen))
    }
}

private func total(_ amounts: [Int]) -> Int? { amounts.isEmpty ? nil : amounts.reduce(0, +) }

/// A medicine with the number printed before it.
package struct DrugRow: Hashable, Sendable, PersonalData {
    /// The number: 1 for the day's first medicine, running through the whole day.
    package let number: Int
    /// The medicine.
    package let line: DrugLine
}

/// The medicines of one dispensing that are used in one way (内服 …).
package struct DrugGroup: Hashable, Sendable, PersonalData {
    /// How they are used.
    package let drugClass: DrugClass
    /// The medicines.
    package let rows: [DrugRow]
}

/// One dispensing, grouped by use.
package struct DrugBlock: Hashable, Sendable, PersonalData {
    /// Where the medicines came from.
    package let source: DrugSource
    /// The day of the prescription, where it is known.
    package let prescribedOn: LocalDate?
    /// Groups in the order in which their first medicine was given.
    package let groups: [DrugGroup]
}

/// All that was dispensed on one day.
package struct DrugDay: Hashable, Sendable, PersonalData {
    /// The day.
    package let date: LocalDate
    /// The day's dispensings, in the order given.
    package let blocks: [DrugBlock]
    /// The day's sums.
    package let totals: DrugTotals
}

/// All that was dispensed in one month.
package struct DrugMonth: Hashable, Sendable, PersonalData {
    /// The month.
    package let month: YearMonth
    /// Its days, newest first.
    package let days: [DrugDay]
    /// The month's sums.
    package let totals: DrugTotals
}

extension DrugRecord {
    /// The months that have medicines, newest first, as the paper prints them.
    package var months: [DrugMonth] {
        let byMonth = Dictionary(grouping: dispensings, by: \.date.yearMonth)
        return byMonth.keys.sorted(by: >).map { month in
            let ofMonth = byMonth[month, default: []]
            let byDay = Dictionary(grouping: ofMonth, by: \.date)
            return DrugMonth(
                month: month,
                days: byDay.keys.sorted(by: >).map { DrugDay($0, byDay[$0, default: []]) },
                totals: DrugTotals(ofMonth.flatMap(\.drugs)))
        }
    }

    /// The sums over everything shown (削減可能額の合計).
    package var totals: DrugTotals { DrugTotals(dispensings.flatMap(\.drugs)) }
}

extension DrugDay {
    fileprivate init(_ date: LocalDate, _ dispensings: [Dispensing]) {
        var number = 0
        self.date = date
        totals = DrugTotals(dispensings.flatMap(\.drugs))
        blocks = dispensings.map { dispensing in
            var order: [DrugClass] = []
            for line in dispensing.drugs where !order.contains(line.drugClass) {
                order.append(line.drugClass)
            }
            let groups = order.map { drugClass in
                DrugGroup(
                    drugClass: drugClass,
                    rows: dispensing.drugs.filter { $0.drugClass == drugClass }.map { line in
                        number += 1
                        return DrugRow(number: number, line: line)
                    })
            }
            return DrugBlock(
                source: dispensing.source, prescribedOn: dispensing.prescribedOn, groups: groups)
        }
    }
}
