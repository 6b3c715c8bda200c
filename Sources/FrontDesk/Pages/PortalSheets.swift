internal import JSON
internal import Octets
internal import Records
internal import Terminal

// What patients see of their own, laid out for the kiosk: with the amounts that are theirs alone.

extension PortalAnswer {
    /// The answer laid out.
    var sheet: JSONValue {
        switch self {
        case .qualification(let value): value.sheet
        case .drugs(let value): value.ownSheet
        case .checkups(let value, let sex): value.sheet(sex: sex ?? .unset)
        case .expenses(let value): value.sheet
        case .disclosures, .notices, .registered, .expenseNotice, .taxLink: json
        }
    }
}

extension DrugRecord {
    /// The sheet, with what was paid and what could be saved.
    fileprivate var ownSheet: JSONValue {
        guard case .object(var fields) = sheet else { return sheet }
        fields["copaymentYen"] = totals.copaymentYen.map { JSONValue($0) }
        fields["savingYen"] = totals.savingYen.map { JSONValue($0) }
        return .object(fields)
    }
}

extension ExpenseRecord {
    /// The whole, the years and the rows; amounts in yen as they are.
    fileprivate var sheet: JSONValue {
        .object(present: [
            ("from", .string(asked.first.description)), ("to", .string(asked.last.description)),
            ("publishedTo", publishedTo.map { .string($0.description) }),
            ("total", total.amounts.sheet),
            (
                "years",
                .array(
                    yearTotals.map { year in
                        [
                            "from": .string(year.period.first.description),
                            "to": .string(year.period.last.description),
                            "amounts": year.amounts.sheet,
                        ]
                    })
            ),
            (
                "months",
                .array(
                    months.map { month, rows in
                        [
                            "month": .string(month.description),
                            "amounts": rows.map(\.amounts).reduce(.zero, +).sheet,
                        ]
                    })
            ),
            (
                "rows",
                .array(
                    rows.map { row in
                        [
                            "month": .string(row.month.description),
                            "kind": .string(row.kind.japanese), "count": JSONValue(row.count),
                            "institution": .string(row.institution.name),
                            "isMeal": .bool(row.isMeal), "amounts": row.amounts.sheet,
                        ]
                    })
            ),
        ])
    }

    /// The rows of each month, newest first.
    private var months: [(YearMonth, [ExpenseRow])] {
        Dictionary(grouping: rows, by: \.month).sorted { $0.key > $1.key }
            .map { ($0.key, $0.value) }
    }
}

extension ExpenseAmounts {
    fileprivate var sheet: JSONValue {
        [
            "total": JSONValue(totalYen), "insurer": JSONValue(insurerYen),
            "public": JSONValue(publicYen), "patient": JSONValue(patientYen),
        ]
    }
}
