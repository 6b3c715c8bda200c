import JSON
import Records
import Testing

@Suite("The samples of checkups, 2027-04-02 and 2026-10-25")
struct SampleCheckupTests {
    static let ids = ["sankino-taro", "sankino-hanako"]

    func table(_ id: String) throws -> CheckupTable {
        let (person, asOf) = try sample(id)
        return CheckupTable(
            person.publishedCheckups(on: asOf).checkups, sex: person.identity.sex)
    }

    @Test("every printed row comes out: words, values, ▲ ▽ ※ and what is absent", arguments: ids)
    func rows(id: String) throws {
        let printed = try table(id).rows.map { row in
            let label =
                row.kind == .cardiogram || row.kind == .fundusFinding
                ? "\(row.kind.group ?? "") \(row.kind.japanese)" : row.kind.japanese
            return [label, row.kind.threshold] + row.cells.map(\.japanese)
        }
        let expected = try golden(id)
        #expect(printed.count == expected.count)
        for row in expected {
            #expect(printed.contains(row), "\(row) is not in the table")
        }
    }

    @Test(
        "the dates and facilities are the printed ones",
        arguments: [
            (
                "sankino-taro",
                ["2026-07-02", "2025-07-23", "2024-08-23", "2023-05-18", "2022-07-10"],
                ["特定健診1000000001機関", "特定健診1000000002機関", "特定健診1000000003機関"]
            ),
            (
                "sankino-hanako",
                ["2025-12-16", "2024-12-15", "2023-12-07", "2022-12-05", "2021-12-04"],
                ["健診10000000001機関", "健診10000000002機関", "健診10000000003機関"]
            ),
        ])
    func facilities(id: String, dates: [String], names: [String]) throws {
        let (person, asOf) = try sample(id)
        let checkups = person.publishedCheckups(on: asOf).checkups
        #expect(checkups.map(\.date.description) == dates)
        #expect(checkups.map(\.facility.name) == [0, 1, 2, 1, 0].map { names[$0] })
    }

    @Test("the head of the specific checkups is the one printed")
    func headOfTaro() throws {
        let (person, asOf) = try sample("sankino-taro")
        #expect(person.identity.kana == "サンキノウ タロウ")
        #expect(person.identity.name == "三機能太郎")
        #expect(person.identity.age(on: asOf) == 52)
        #expect(person.identity.sex == .male)
        let entitlement = try #require(person.qualification.entitlement)
        #expect(entitlement.insurerNumber == "06999999")
        #expect(entitlement.symbol == "1234567890" && entitlement.number == "1234567890")
        #expect(entitlement.branch == "01")
        #expect(person.checkups.allSatisfy { $0.programme == .specific })
    }

    @Test("the head of the elderly's checkups is the one printed, without symbol and branch")
    func headOfHanako() throws {
        let (person, asOf) = try sample("sankino-hanako")
        #expect(person.identity.kana == "サンキノウ ハナコ")
        #expect(person.identity.name == "三機能花子")
        #expect(person.identity.age(on: asOf) == 86)
        #expect(person.identity.sex == .female)
        let entitlement = try #require(person.qualification.entitlement)
        #expect(entitlement.insurerNumber == "39999999")
        #expect(entitlement.symbol == nil && entitlement.branch == nil)
        #expect(entitlement.number == "1234567890")
        #expect(person.checkups.allSatisfy { $0.programme == .elderly })
        #expect(try table("sankino-hanako").row(.metabolicAssessment) == nil)
        #expect(
            person.qualification.warnings
                == [.checkDigit(field: "entitlements[0].insurerNumber")])
    }

    @Test("the reported assessments stand, whatever the figures imply")
    func reported() throws {
        let table = try table("sankino-taro")
        #expect(
            table.row(.metabolicAssessment)?.cells.map(\.japanese)
                == Array(repeating: "予備群該当", count: 5))
        #expect(
            table.row(.guidanceLevel)?.cells.map(\.japanese)
                == Array(repeating: "動機付け支援", count: 5))
    }
}
