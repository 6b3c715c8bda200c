import Documents
import PaperJudge
import Testing

@Suite("The rules of PDF/A-2u and PDF/UA-1")
struct RuleTests {
    @Test("every paper keeps every rule", arguments: Sample.allCases, PaperRule.all)
    func kept(sample: Sample, rule: PaperRule) throws {
        let file = try sample.file
        let complaints = try rule.complaints(file)
        #expect(complaints.isEmpty, "\(complaints.prefix(5))")
    }

    @Test("the judge sees what is missing in a table")
    func broken() throws {
        var file = try Sample.expenses.file
        for (number, value) in file.objects {
            guard var entries = value.dictionary, entries["S"]?.name == "TH" else { continue }
            entries["A"] = nil
            file.objects[number] = .dictionary(entries)
        }
        let failing = try PaperRule.all.filter { try !$0.complaints(file).isEmpty }.map(\.name)
        #expect(failing.contains("UA 7.5 every heading cell has its scope"))
        #expect(failing.contains { $0.contains("count the same columns") })
    }

    @Test("the judge sees marks without an element, and fonts without Unicode")
    func brokenMarks() throws {
        var file = try Sample.slip.file
        for (number, value) in file.objects {
            guard var entries = value.dictionary else { continue }
            if entries["Type"]?.name == "StructTreeRoot" { entries["ParentTree"] = nil }
            if entries["Subtype"]?.name == "Type0" { entries["ToUnicode"] = nil }
            file.objects[number] = .dictionary(entries)
        }
        let failing = try PaperRule.all.filter { try !$0.complaints(file).isEmpty }.map(\.name)
        #expect(failing.count == 2, "\(failing)")
    }

    @Test("the same records make the same octets", arguments: [Sample.drugs, .checkups, .slip])
    func deterministic(sample: Sample) throws {
        #expect(try sample.drawn == sample.paper)
    }
}
