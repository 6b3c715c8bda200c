import Documents
import Foundation
import Testing

@Suite("What other readers say of our papers")
struct ReaderTests {
    @Test("qpdf finds nothing wrong", arguments: Sample.allCases)
    func qpdf(sample: Sample) throws {
        let said = try PaperOnDisk(sample.paper).said(by: ["qpdf", "--check", "FILE"])
        #expect(said.status == 0)
        #expect(!said.text.contains("WARNING") && said.text.contains("No syntax or stream"))
    }

    @Test("poppler sees only embedded subsets with Unicode", arguments: Sample.allCases)
    func fonts(sample: Sample) throws {
        let said = try PaperOnDisk(sample.paper).said(by: ["pdffonts", "FILE"])
        let rows = said.text.split(separator: "\n").dropFirst(2)
        #expect(!rows.isEmpty)
        for row in rows { #expect(row.contains("Identity-H       yes yes yes"), "\(row)") }
    }

    @Test("poppler sees the title, the tags and the tables", arguments: Sample.allCases)
    func structure(sample: Sample) throws {
        let said = try PaperOnDisk(sample.paper).said(by: ["pdfinfo", "-struct", "FILE"]).text
        for word in ["H1", "Table", "TR", "TH", "TD", "/Scope"] {
            #expect(said.contains(word), "\(word)")
        }
        #expect(!said.contains("Error"))
        let about = try PaperOnDisk(sample.paper).said(by: ["pdfinfo", "FILE"]).text
        #expect(about.contains("Tagged:          yes") && about.contains("(A4)"))
    }

    @Test("poppler copies the text that the samples have")
    func text() throws {
        let drugs = try PaperOnDisk(Sample.drugs.paper).said(by: ["pdftotext", "-raw", "FILE", "-"])
        for row in try golden("yakushi") {
            for value in [row[4], "【\(row[5])】", row[6]] {
                #expect(joined(drugs.text).contains(joined(value)))
            }
        }
        #expect(!drugs.text.contains("Error"))
    }

    @Test(
        "poppler copies each row of the other samples as one line, its values in their order",
        arguments: [
            ("sankino-taro", Sample.checkups), ("sankino-hanako", .elderlyCheckups),
            ("iryohi", .expenses), ("iryohi-totals", .expenses),
        ])
    func lines(name: String, sample: Sample) throws {
        let text = try PaperOnDisk(sample.paper).said(
            by: ["pdftotext", "-layout", "FILE", "-"]
        ).text
        let lines = text.split(separator: "\n").map { joined(String($0)) }
        let ofNewest = ["既往歴(", "自覚症状(", "他覚症状(", "医師の判断"]
        for row in try golden(name) {
            let isShort = ofNewest.contains(where: row[0].hasPrefix)
            // What is too wide for its column goes on in the next line.
            let values = row.dropFirst(2).prefix(isShort ? 1 : 9).map(joined)
                .filter { (1..<8).contains($0.count) }
            #expect(
                lines.contains { line in
                    var rest = line[...]
                    return values.allSatisfy { value in
                        guard let place = rest.range(of: value) else { return false }
                        rest = rest[place.upperBound...]
                        return true
                    }
                }, "\(row)")
        }
        #expect(!text.contains("Error"))
    }

    /// Without blanks and ends of lines, where a cell may have gone on.
    func joined(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    @Test("a page of symbols is drawn without complaint")
    func drawn() throws {
        let said = try PaperOnDisk(Sample.drugs.paper).said(
            by: ["sh", "-c", "pdftoppm -r 50 -png \"$0\" | wc -c", "FILE"])
        #expect(Int(said.text.split(separator: "\n").last?.filter(\.isNumber) ?? "") ?? 0 > 5000)
        #expect(!said.text.contains("Error"))
    }
}
