import Documents
import PaperJudge
import Records
import Testing

@Suite("Papers of odd records")
struct OddRecordTests {
    func line(_ name: String) throws -> DrugLine {
        DrugLine(
            drugClass: .internal, name: name,
            quantity: DrugQuantity(
                amount: try #require(DecimalText("999999999999999")), unit: "錠", times: 9999,
                counted: .days))
    }

    func paper(_ lines: [DrugLine]) throws -> Paper {
        let (person, day) = try person("yakushi")
        let place = DrugSource.inHouse(Institution(name: "髙﨑𠮷医院"))
        let record = DrugRecord(
            publishedTo: day.yearMonth, period: MonthRange(day.yearMonth, day.yearMonth),
            dispensings: [Dispensing(date: day, source: place, drugs: lines)])
        return try .drugs(
            record, of: person.qualification, copy: .portal, madeOn: day, style: style())
    }

    func keepsRules(_ paper: Paper) throws {
        let file = try PaperFile(paper.octets)
        for rule in PaperRule.all {
            let complaints = try rule.complaints(file)
            #expect(complaints.isEmpty, "\(rule): \(complaints.prefix(3))")
        }
    }

    @Test("names longer than a page go on over pages, and nothing of them is lost")
    func longNames() throws {
        let name = String(repeating: "とても長い薬の名前", count: 900)
        let paper = try paper([line(name), line("次の薬")])
        try keepsRules(paper)
        let texts = try cells(paper).map(\.text)
        #expect(texts.contains(name) && texts.contains("次の薬"))
        #expect(paper.pageCount > 2)
    }

    @Test("characters of the second font are drawn, those of none become 〓 and are told")
    func characters() throws {
        let paper = try paper([line("外字\u{E000}と●と😀と\u{10FFFF}"), line("A\u{200B}\u{FE00}\u{7}B")])
        try keepsRules(paper)
        let texts = try cells(paper).map(\.text)
        #expect(texts.contains("髙﨑𠮷医院 (院内)"))
        #expect(texts.contains("外字〓と●と😀と〓") && texts.contains("AB"))
        #expect(Set(paper.missing) == ["\u{E000}", "\u{10FFFF}"])
    }

    @Test("absurd amounts are printed as they are")
    func amounts() throws {
        var odd = try line("薬")
        (odd.copaymentYen, odd.savingYen) = (-1_234_567, 999_999_999_999)
        let texts = try cells(paper([odd])).map(\.text)
        #expect(texts.contains("-1,234,567") && texts.contains("999,999,999,999"))
    }

    @Test("a thousand medicines keep the rules, with their head on every page")
    func many() throws {
        let lines = try (0..<1000).map { try line("薬\($0)") }
        let paper = try paper(lines)
        try keepsRules(paper)
        let texts = try cells(paper).map(\.text)
        #expect((0..<1000).allSatisfy { texts.contains("薬\($0)") })
        let disk = try PaperOnDisk(paper)
        for page in [2, paper.pageCount - 1] {
            let text = try disk.said(by: [
                "pdftotext", "-f", "\(page)", "-l", "\(page)", "FILE", "-",
            ])
            #expect(text.text.contains("医薬品名") && text.text.contains("内服"))
        }
    }

    @Test("nobody found, or several: the paper says so")
    func qualifications() throws {
        let (person, day) = try person("several-found")
        let none = Qualification(validity: .valid, entitlements: [])
        for qualification in [none, person.qualification] {
            let paper = try Paper.drugs(
                DrugRecord(publishedTo: nil, period: nil, dispensings: []), of: qualification,
                copy: .institution, madeOn: day, style: style())
            try keepsRules(paper)
        }
    }

    @Test("more than five checkups stand in several tables")
    func sevenCheckups() throws {
        let (person, day) = try person("checkup-seven-years")
        let record = CheckupRecord(checkups: person.checkups)
        let paper = try Paper.checkups(
            record, .specific, of: person.qualification, madeOn: day, style: style())
        try keepsRules(paper)
        let texts = Set(try cells(paper).map(\.text))
        for checkup in person.checkups where checkup.programme != .elderly {
            let date = checkup.date.description.replacing("-", with: "/")
            #expect(texts.contains(date))
        }
    }
}
