import Records
import Testing

@Suite("The samples of the portal's screens")
struct SampleScreenTests {
    @Test("checkups side by side: every printed row, with marks, ※ and groups")
    func checkups() throws {
        let (person, asOf) = try sample("screen-checkups")
        let checkups = try answered(person.publishedCheckups(on: asOf)).checkups
        #expect(checkups.map(\.date.japanese) == ["2022年4月1日", "2021年4月1日"])
        let table = CheckupTable(checkups, sex: person.identity.sex)
        let printed = table.rows.filter { row in row.cells.contains { $0.text != nil } }.map {
            row in
            [row.kind.group ?? "", row.kind.japanese, row.kind.threshold]
                + row.cells.map(\.japanese)
        }
        #expect(printed == (try golden("screen-checkups")))
        #expect(checkups.flatMap { $0.warnings(of: person.identity) }.isEmpty)
    }

    func expenses(to last: String) throws -> ExpenseRecord {
        let (person, asOf) = try sample("screen-expenses")
        return try answered(
            #require(
                person.publishedExpenses(on: asOf, from: month("2021-09"), to: month(last))))
    }

    /// 窓口負担相当額, 医療費の総額, 保険者の負担額, その他の公費の負担額: the screen's order.
    func amounts(_ amounts: ExpenseAmounts) -> [String] {
        [amounts.patientYen, amounts.totalYen, amounts.insurerYen, amounts.publicYen]
            .map { grouped($0) + "円" }
    }

    func range(_ range: MonthRange) -> String {
        "\(range.first.japanese)から\(range.last.japanese)まで"
    }

    @Test("expenses: the total of the months asked for, range and sums")
    func total() throws {
        let total = try expenses(to: "2021-10").total
        let printed: [String] =
            ["医療費の合計", range(total.period)] + amounts(total.amounts)
        #expect(try golden("screen-expense-totals")[0] == printed)
    }

    @Test("expenses: the total of the year, whose printed range is a known contradiction")
    func year() throws {
        let (person, _) = try sample("screen-expenses")
        let printed = try golden("screen-expense-totals")[1]
        let year = try #require(try expenses(to: "2021-12").yearTotals.first)
        #expect(printed[0] == "年間の合計" && amounts(year.amounts) == Array(printed[2...]))
        let known = try #require(person.contradictions.first { $0.at == nil })
        #expect("\(year.period.first)~\(year.period.last)" == known.implied)
        let asked = try #require(MonthRange(month("2021-09"), month("2021-10")))
        #expect(range(asked) == printed[1])
        #expect(known.printed == "\(asked.first)~\(asked.last)")
    }

    @Test("expenses: the rows of October and the opened detail")
    func rows() throws {
        let october = try month("2021-10")
        let rows = try expenses(to: "2021-10").rows.filter { $0.month == october }
        #expect(
            rows.map { row in
                [
                    row.institution.name, row.kind.japanese.filter { $0 != " " },
                    grouped(row.amounts.patientYen),
                ]
            } == (try golden("screen-expenses")))
        let details = rows.map { row in
            [
                row.institution.name, "\(row.count)日", grouped(row.amounts.totalYen) + "円",
                grouped(row.amounts.insurerYen) + "円", grouped(row.amounts.publicYen) + "円",
            ]
        }
        #expect(details.contains(try golden("screen-expense-detail")[0]))
    }
}
