import JSON
import Records
import Testing

@Suite("The sample of the medicine list, 2021-10-11")
struct SampleDrugTests {
    @Test("every printed row comes out, in its order, with its number, mark and amounts")
    func rows() throws {
        let (person, asOf) = try sample("yakushi")
        var printed: [[String]] = []
        for month in try answered(person.publishedDrugs(on: asOf)).months {
            for day in month.days {
                for block in day.blocks {
                    for group in block.groups {
                        for row in group.rows {
                            printed.append([
                                day.date.description, block.source.japanese,
                                group.drugClass.japanese, String(row.number),
                                row.line.printedName, row.line.usage ?? "",
                                row.line.quantity.japanese,
                                row.line.copaymentYen.map(String.init) ?? "",
                                row.line.savingYen.map(String.init) ?? "",
                            ])
                        }
                    }
                }
            }
        }
        let expected = try golden("yakushi")
        #expect(expected.count == 16)
        #expect(printed == expected)
    }

    @Test("the savings of the days and of all are computed from the rows")
    func savings() throws {
        let (person, asOf) = try sample("yakushi")
        let record = person.publishedDrugs(on: asOf)
        #expect(record.totals.savingYen == 1067)
        let days = try #require(record.months.first).days
        #expect(
            days.map(\.date.description) == [
                "2021-09-29", "2021-09-18", "2021-09-15", "2021-09-03", "2021-09-01",
            ])
        #expect(days.map(\.totals.savingYen) == [448, nil, 318, nil, 301])
        #expect(days.map(\.totals.copaymentYen) == [1118, nil, 741, nil, 686])
        #expect(record.totals.copaymentYen == 2545)
    }

    @Test("month, period and the sum of the savings are the printed ones")
    func totals() throws {
        let (person, asOf) = try sample("yakushi")
        let record = try answered(person.publishedDrugs(on: asOf))
        let period = try #require(record.period)
        #expect(
            [
                person.id, record.publishedTo?.japanese ?? "",
                "\(period.first.japanese)～\(period.last.japanese)",
                grouped(record.totals.savingYen ?? 0),
            ] == (try golden("drug-totals")[0]))
        #expect(record.months.map(\.month) == [try month("2021-09")])
        #expect(record.warnings.isEmpty && person.qualification.warnings.isEmpty)
    }

    @Test("an institution sees neither what was paid nor what could be saved")
    func institutionView() throws {
        let (person, asOf) = try sample("yakushi")
        let record = person.publishedDrugs(on: asOf)
        let seen = record.forInstitution
        #expect(seen.dispensings.flatMap(\.drugs).count == 16)
        #expect(seen.totals.copaymentYen == nil && seen.totals.savingYen == nil)
        #expect(!seen.json.canonicalText.contains("Yen"))
        #expect(record.json.canonicalText.contains("copaymentYen"))
        #expect(seen.forInstitution == seen)
    }

    @Test("a day before the month's publication there is nothing")
    func unpublished() throws {
        let (person, _) = try sample("yakushi")
        let record = person.publishedDrugs(on: try date("2021-10-10"))
        #expect(record == DrugRecord(publishedTo: nil, period: nil, dispensings: []))
    }
}
