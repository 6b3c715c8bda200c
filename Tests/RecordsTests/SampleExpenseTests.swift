import JSON
import Records
import Testing

@Suite("The sample of the medical expense notice, 2024-09-06")
struct SampleExpenseTests {
    func record() throws -> ExpenseRecord {
        let (person, asOf) = try sample("iryohi")
        return try answered(
            #require(
                person.publishedExpenses(
                    on: asOf, from: try month("2021-01"), to: try month("2023-12"))))
    }

    func amounts(_ amounts: ExpenseAmounts) -> [String] {
        [amounts.totalYen, amounts.insurerYen, amounts.publicYen, amounts.patientYen].map(grouped)
    }

    @Test("every printed row comes out, meals with their star")
    func rows() throws {
        let printed = try record().rows.map { row in
            let star = row.isMeal ? "* " : ""
            return ["\(row.month.year)年\(row.month.month)月", row.kind.japanese, "\(row.count)"]
                + [row.institution.name] + amounts(row.amounts).map { star + $0 }
        }
        #expect(printed == (try golden("iryohi")))
    }

    func range(_ range: MonthRange) -> String {
        "\(range.first.japanese) ~ \(range.last.japanese)"
    }

    @Test("the grand total keeps the range asked for; the years are clipped to what there is")
    func totals() throws {
        let record = try record()
        var printed: [[String]] = []
        printed.append(["医療費の合計", range(record.total.period)] + amounts(record.total.amounts))
        for year in record.yearTotals {
            printed.append(["年間の合計", range(year.period)] + amounts(year.amounts))
        }
        #expect(printed == (try golden("iryohi-totals")))
        #expect(record.publishedTo == (try month("2024-06")))
    }

    @Test("the coverage runs from the first row to the last")
    func coverage() throws {
        #expect(
            try record().coverage.map { [$0.insurer, range($0.period)] }
                == golden("iryohi-coverage"))
    }

    @Test("a row whose parts don't add up is refused, and so are meals outside a hospital")
    func invariants() throws {
        let row = try record().rows[0].json
        #expect(throws: JSONError.self) {
            try ExpenseRow(replacing(row, ["insurerYen"], with: 7001), at: "$.expenses[0]")
        }
        #expect(throws: JSONError.self) {
            try ExpenseRow(replacing(row, ["meal"], with: true), at: "$.expenses[0]")
        }
    }
}
