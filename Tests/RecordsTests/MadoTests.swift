import JSON
import Records
import Testing

@Suite("mado, the person of the demonstration")
struct MadoTests {
    /// Days of all kinds: first and last of months, around the 11th, leap days.
    static let dates = [
        "2025-09-10", "2025-09-11", "2026-01-01", "2026-02-28", "2026-03-31", "2026-11-22",
        "2027-12-31", "2028-02-29", "2030-06-11",
    ]

    @Test("she is always 52", arguments: dates)
    func age(on text: String) throws {
        let today = try date(text)
        #expect(try personFile("mado").person(on: today).identity.age(on: today) == 52)
    }

    @Test("a medicine of one ingredient from two institutions overlaps", arguments: dates)
    func overlap(on text: String) throws {
        let today = try date(text)
        let record = try personFile("mado").person(on: today).publishedDrugs(on: today)
        let overlap = try #require(record.overlaps.first)
        #expect(record.overlaps.count == 1)
        #expect(overlap.ingredient.name == "ロキソプロフェンナトリウム水和物")
        #expect(overlap.earlier.source.prescriber?.name == "架空内科クリニック")
        #expect(overlap.later.source.prescriber?.name == "架空整形外科医院")
        #expect(overlap.from == overlap.later.date)
        #expect(overlap.to == overlap.earlier.date.adding(days: 13))
        let prescribers = record.dispensings.compactMap(\.source.prescriber?.name)
        #expect(Set(prescribers).count == 2)
    }

    @Test("five checkups are published", arguments: dates)
    func checkups(on text: String) throws {
        let today = try date(text)
        let person = try personFile("mado").person(on: today)
        let checkups = person.publishedCheckups(on: today).checkups
        #expect(checkups.count == 5)
        let table = CheckupTable(checkups, sex: person.identity.sex)
        #expect(
            table.row(.systolicPressure)?.cells.map(\.japanese)
                == ["▲146", "▲141", "136", "131", "128"])
        #expect(table.row(.haemoglobin)?.cells.last?.japanese == "▽11.0")
        #expect(checkups.allSatisfy { $0.warnings(of: person.identity).isEmpty })
    }

    @Test("the newest month appears on the 11th")
    func publication() throws {
        let file = try personFile("mado")
        let (before, after) = (try date("2026-11-10"), try date("2026-11-11"))
        let early = try file.person(on: before).publishedDrugs(on: before)
        let late = try file.person(on: after).publishedDrugs(on: after)
        #expect(early.months.first?.month == YearMonth("2026-09"))
        #expect(late.months.first?.month == YearMonth("2026-10"))
    }

    @Test("her numbers have right check digits and her expenses add up")
    func numbers() throws {
        let today = try date("2026-11-22")
        let person = try personFile("mado").person(on: today)
        #expect(person.qualification.warnings.isEmpty)
        var record = person.publishedDrugs(on: today)
        #expect(record.warnings.isEmpty)
        record.dispensings[0].source = .pharmacy(
            Institution(name: "薬局", code: "1349900034"),
            prescriber: Institution(name: "医院", code: "1319900014"))
        #expect(
            record.warnings == [
                .checkDigit(field: "dispensings[0].pharmacy.code"),
                .checkDigit(field: "dispensings[0].prescriber.code"),
            ])
        let expenses = try #require(person.publishedExpenses(on: today))
        #expect(expenses.total.amounts.totalYen == 5 * 9800 + 6100)
    }
}
