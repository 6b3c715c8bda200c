import JSON
import Records
import Testing

@Suite("The samples of checkups, 2027-04-02 and 2026-10-25")
struct SampleCheckupTests {
    static let ids = ["sankino-taro", "sankino-hanako"]

    func table(_ id: String) throws -> CheckupTable {
        let (person, asOf) = try sample(id)
        return CheckupTable(
            try answered(person.publishedCheckups(on: asOf)).checkups, sex: person.identity.sex)
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

    @Test("the dates and facilities are the printed ones", arguments: ids)
    func facilities(id: String) throws {
        let (person, asOf) = try sample(id)
        let printed = try answered(person.publishedCheckups(on: asOf)).checkups.map { checkup in
            let day = checkup.date.description.split(separator: "-").joined(separator: "/")
            return [id, day, checkup.facility.name]
        }
        #expect(printed == (try golden("facilities").filter { $0[0] == id }))
    }

    @Test("the one is of specific checkups, the other of the elderly's, without assessments")
    func programmes() throws {
        #expect(try sample("sankino-taro").person.checkups.allSatisfy { $0.programme == .specific })
        #expect(
            try sample("sankino-hanako").person.checkups.allSatisfy { $0.programme == .elderly })
        #expect(try table("sankino-hanako").row(.metabolicAssessment) == nil)
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
