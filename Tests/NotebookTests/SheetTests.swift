import Octets
import Records
import Testing

@testable import Notebook

@Suite("Notebook: medicines as texts")
struct SheetTests {
    private static let pharmacy = Institution(name: "架空薬局", code: "1341234567")
    private static let hospital = Institution(name: "架空病院", code: "1317654321")

    private func quantity(
        _ amount: String, _ times: Int, _ counted: DrugQuantity.Counted
    ) throws -> DrugQuantity {
        DrugQuantity(
            amount: try #require(DecimalText(amount)), unit: "錠", times: times, counted: counted)
    }

    @Test(
        "amounts are a day, a dose or in all, by the form",
        arguments: [
            (DrugClass.internal, "3", 30, DrugQuantity.Counted.days, 1, "3", 30, "日分"),
            (.internal, "20", 1, .prescription, 10, "20", 1, "調剤"),
            (.internal, "1.5", 3, .prescription, 10, "4.5", 1, "調剤"),
            (.internal, "1", 20, .doses, 3, "1", 20, "回分"),
            (.asNeeded, "1", 20, .doses, 3, "1", 20, "回分"),
            (.asNeeded, "20", 1, .prescription, 10, "20", 1, "調剤"),
            (.asNeeded, "0.25", 4, .days, 10, "1.00", 1, "調剤"),
            (.external, "2", 14, .days, 5, "28", 1, "調剤"),
            (.external, "50", 1, .prescription, 5, "50", 1, "調剤"),
            (.injection, "0.05", 3, .doses, 4, "0.15", 1, "調剤"),
            (.material, "70", 1, .prescription, 9, "70", 1, "調剤"),
            (.other, "1", 1, .prescription, 10, "1", 1, "調剤"),
            (.internal, "1", 1000, .days, 10, "1000", 1, "調剤"),
            (.internal, "1000000", 5, .days, 1, "", 5, "日分"),
            (.internal, "0.123456", 5, .days, 1, "", 5, "日分"),
            (.internal, "-1", 5, .days, 1, "", 5, "日分"),
            (.external, "999999999999999", 9999, .days, 5, "", 1, "調剤"),
        ])
    func amounts(
        drugClass: DrugClass, amount: String, times: Int, counted: DrugQuantity.Counted,
        form: Int, written: String, count: Int, unit: String
    ) throws {
        let made = NotebookAmount(try quantity(amount, times, counted), drugClass)
        #expect((made.form, made.times, made.unit) == (form, count, unit))
        #expect((made.amount ?? "") == written)
    }

    @Test("one text for each pharmacy and prescriber, newest visit first, groups by usage")
    func sheets() throws {
        func line(_ name: String, _ usage: String?, times: Int = 5) throws -> DrugLine {
            var line = DrugLine(
                drugClass: .internal, name: name, quantity: try quantity("1", times, .days))
            line.usage = usage
            return line
        }
        func day(_ text: String) throws -> LocalDate { try #require(LocalDate(text)) }
        var coded = try line("乙", "朝")
        (coded.yjCode, coded.instruction) = ("1129009F1025", "粉砕")
        coded.ingredient = Ingredient(name: "架空成分")
        let outside = DrugSource.pharmacy(Self.pharmacy, prescriber: Self.hospital)
        let record = DrugRecord(
            publishedTo: nil, period: nil,
            dispensings: [
                Dispensing(
                    date: try day("2026-09-01"), source: outside, drugs: [try line("甲", "朝")]),
                Dispensing(
                    date: try day("2026-10-01"), source: .inHouse(Self.hospital),
                    drugs: [try line("丙", nil)]),
                Dispensing(
                    date: try day("2026-10-02"), source: outside,
                    drugs: [
                        try line("甲", "朝"), coded, try line("丁", nil), try line("丁", nil, times: 6),
                    ]
                ),
            ])
        let sheets = record.notebookSheets(holder: nil)
        #expect(sheets.map(\.dispenser.name) == ["架空薬局", "架空病院"])
        #expect(sheets.map(\.document.visits.count) == [2, 1])
        let text = try NotebookWriter(shiftJIS()).write(sheets[0].document).text
        #expect(
            try shiftJIS().text(text)
                == """
                JAHISTC08,1
                4,\(DrugRecord.simulationMemo),,8
                5,20261002,1
                11,架空薬局,13,4,1234567,,,,1
                51,架空病院,13,1,7654321,1
                201,1,甲,1,錠,1,,1,,,
                201,1,乙,1,錠,4,1129009F1025,1,架空成分,1,
                281,1,粉砕,1
                301,1,朝,5,日分,1,1,,1
                201,2,丁,1,錠,1,,1,,,
                301,2,用法の記載なし,5,日分,1,1,,1
                201,3,丁,1,錠,1,,1,,,
                301,3,用法の記載なし,6,日分,1,1,,1
                5,20260901,1
                11,架空薬局,13,4,1234567,,,,1
                51,架空病院,13,1,7654321,1
                201,1,甲,1,錠,1,,1,,,
                301,1,朝,5,日分,1,1,,1

                """.replacing("\n", with: "\r\n"))
        #expect(sheets[0].remarks.map(\.matter) == [.usageUnknown, .usageUnknown])
        // What the institution hands out itself names no prescriber, and may leave usage out.
        let inHouse = sheets[1].document.visits[0]
        #expect(inHouse.prescriber == nil)
        #expect(inHouse.groups[0].usage?["用法名称"] == "")
        #expect(sheets[1].remarks == [])
    }

    @Test("an amount that does not fit stands in a note")
    func moved() throws {
        let line = DrugLine(
            drugClass: .internal, name: "甲", quantity: try quantity("1000000", 5, .days))
        let record = DrugRecord(
            publishedTo: nil, period: nil,
            dispensings: [
                Dispensing(
                    date: try #require(LocalDate("2026-10-01")), source: .inHouse(Self.hospital),
                    drugs: [line])
            ])
        let sheet = record.notebookSheets(holder: nil)[0]
        #expect(sheet.remarks.map(\.matter) == [.amountMoved])
        let records = sheet.document.visits[0].groups[0].records
        #expect(records.map(\.kind) == [.drug, .drugSupplement, .usage])
        #expect(records[1]["薬品補足情報"] == "1000000錠 5日分")
    }

    @Test("texts of every person of the simulator are read back without a remark")
    func everybody() throws {
        let (writer, reader) = (NotebookWriter(try shiftJIS()), NotebookReader(try shiftJIS()))
        var texts = 0
        for (id, person) in try people() {
            for version in [NotebookVersion.v08, .v07] {
                let sheets = drugs(person).notebookSheets(
                    holder: NotebookHolder(person.identity), version: version)
                for sheet in sheets {
                    let writing: NotebookWriter.Writing
                    do throws(NotebookError) { writing = try writer.write(sheet.document) } catch {
                        Issue.record("\(id): \(error)")
                        continue
                    }
                    let reading = try reader.read(writing.text)
                    let isMoved = sheet.remarks.contains { $0.matter == .amountMoved }
                    let complaints = reading.remarks.filter { remark in
                        // Samples print no codes of institutions; those that people files make up
                        // lie in no prefecture.
                        !(["都道府県", "点数表"].contains(remark.field)
                            && [.missing, .notAllowed].contains(remark.matter))
                            && !(isMoved && remark.field == "用量")
                    }
                    #expect(complaints == [], "\(id)")
                    #expect(reading.document.visits.count == sheet.document.visits.count)
                    if writing.remarks.isEmpty, version == .v08 {
                        #expect(reading.document == sheet.document, "\(id)")
                    }
                    #expect(try writer.write(sheet.document).parts == writing.parts)
                    var collector = NotebookCollector()
                    for part in writing.parts.reversed() { try collector.add(part) }
                    #expect(collector.text == writing.text)
                    texts += 1
                }
            }
        }
        #expect(texts > 50)
    }

    @Test("a visit is known again by day, places and medicines, in whatever order")
    func fingerprints() throws {
        let visit = try read(worked).document.visits[0]
        var other = visit
        other.groups.reverse()
        #expect(other.fingerprint == visit.fingerprint)
        other.groups[0].records[0].fields[2] = "9"
        #expect(other.fingerprint != visit.fingerprint)
    }
}
