import JSON
import Records
import Testing

@Suite("The sample of the medical expense notice, 2024-09-06")
struct SampleExpenseTests {
    func record() throws -> ExpenseRecord {
        let (person, asOf) = try sample("iryohi")
        return try #require(
            person.publishedExpenses(
                on: asOf, from: try month("2021-01"), to: try month("2023-12")))
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

    @Test("the grand total keeps the range asked for")
    func total() throws {
        let total = try record().total
        #expect(total.period == MonthRange(try month("2021-01"), try month("2023-12")))
        #expect(amounts(total.amounts) == ["581,300", "406,700", "300", "174,300"])
    }

    @Test("the totals of years are clipped to what can be published")
    func years() throws {
        let years = try record().yearTotals
        #expect(
            years.map { "\($0.period.first)~\($0.period.last)" }
                == ["2021-09~2021-12", "2022-01~2022-12", "2023-01~2023-12"])
        #expect(
            years.map { amounts($0.amounts) } == [
                ["10,000", "7,000", "0", "3,000"],
                ["551,200", "385,700", "200", "165,300"],
                ["20,100", "14,000", "100", "6,000"],
            ])
    }

    @Test("the coverage runs from the first row to the last")
    func coverage() throws {
        let coverage = try #require(try record().coverage.first)
        #expect(coverage.insurer == "サンプルイリョウヒ健康保険組合イリョウキカン支部")
        #expect(coverage.period == MonthRange(try month("2021-10"), try month("2023-04")))
    }

    @Test("the head of the notice is the one printed")
    func head() throws {
        let (person, asOf) = try sample("iryohi")
        #expect(person.identity.kana == "イリョウヒ タロウ")
        #expect(person.identity.name == "医療費 太郎")
        #expect(person.identity.age(on: asOf) == 44)
        let entitlement = try #require(person.qualification.entitlement)
        #expect(entitlement.insurerNumber == "01299991")
        #expect(entitlement.symbol == "01-00" && entitlement.number == "99996001")
        #expect(entitlement.branch == "01")
        #expect(try record().publishedTo == month("2024-06"))
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
