import Foundation
import Testing

@testable import PDF

@Suite("Rows that stay with the next")
struct KeptRowTests {
    /// The pages on which a character is drawn.
    private func pages(with character: Character, in layout: Layout) -> [Int] {
        let wanted = character.unicodeScalars.map(\.value)
        return layout.pages.indices.filter { page in
            layout.pages[page].pieces.contains { piece in
                guard case .lines(let lines) = piece.content else { return false }
                return lines.contains { $0.glyphs.contains { wanted.contains($0.character) } }
            }
        }
    }

    @Test("a heading of a heading stands on the page of the first row below both")
    func chains() throws {
        let octets = [UInt8](try Data(contentsOf: URL(filePath: FontTests.paths[0])))
        let fonts = try FontBook([try TrueTypeFont(octets)])
        var turns = 0
        for count in 36..<50 {
            var layout = Layout(fonts, scale: 1)
            let rows =
                Array(repeating: TableRow([TableCell("a")]), count: count)
                + [
                    TableRow([TableCell("M")], keepsWithNext: true),
                    TableRow([TableCell("D")], keepsWithNext: true), TableRow([TableCell("X")]),
                ]
            layout.place(.table(Table(columns: [1], rows: rows)))
            let found = ["M", "D", "X"].map { pages(with: $0, in: layout) }
            #expect(Set(found).count == 1 && found[0].count == 1, "\(count): \(found)")
            turns += found[0] == [1] ? 1 : 0
        }
        #expect((1..<14).contains(turns))
    }

    @Test("a page begins where too little of it is left, and not where it is new")
    func room() throws {
        let octets = [UInt8](try Data(contentsOf: URL(filePath: FontTests.paths[0])))
        let fonts = try FontBook([try TrueTypeFont(octets)])
        var layout = Layout(fonts, scale: 1)
        layout.place(.room(.infinity))
        #expect(layout.pages.count == 1)
        layout.place(.paragraph(Paragraph("a")))
        layout.place(.room(100))
        #expect(layout.pages.count == 1)
        layout.place(.room(1000))
        #expect(layout.pages.count == 2)
    }
}
