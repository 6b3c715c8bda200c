internal import PDF

/// A font of unknown origin: a paper is drawn with it, or it is refused.
func readFont(_ input: [UInt8]) {
    guard let font = try? TrueTypeFont(input), let book = try? FontBook([font]) else { return }
    let blocks: [Block] = [.heading(level: 1, "A薬"), .paragraph(Paragraph("A 〓 薬 𠮷 AAAA"))]
    guard let first = try? rendered(blocks, book) else { return }
    demand((try? rendered(blocks, book)) == first, "the same font makes the same octets")
    demand(first.starts(with: Array("%PDF-".utf8)), "a paper is a PDF file")
}

/// Text of unknown origin on a paper, in every place that takes text: each octet chooses the next
/// block, the rest is what stands in it.
func drawPaper(_ input: [UInt8]) {
    guard input.count <= 4096, let font = try? TrueTypeFont(FuzzedFont.octets),
        let book = try? FontBook([font])
    else { return }
    var rest = input[...]
    var blocks: [Block] = []
    while let kind = rest.popFirst(), blocks.count < 40 {
        let count = Int(rest.popFirst() ?? 0)
        let text = String(decoding: rest.prefix(count), as: UTF8.self)
        rest = rest.dropFirst(count)
        switch kind % 5 {
        case 0: blocks.append(.heading(level: 1 + Int(kind / 5) % 3, text))
        case 1: blocks.append(.paragraph(Paragraph(text, mark: String(text.prefix(2)))))
        case 2: blocks.append(.table(table(text, Int(kind / 5) % 8)))
        case 3: blocks.append(.pageBreak)
        default: blocks.append(.symbols([symbol(text, Int(kind))]))
        }
    }
    guard let octets = try? rendered(blocks, book) else { return }
    demand(octets.suffix(6) == Array("%%EOF\n".utf8), "a paper is whole")
}

private func rendered(_ blocks: [Block], _ fonts: FontBook) throws(FontError) -> [UInt8] {
    try PaperDocument(
        title: "見本", banner: "シミュレーション", aside: "-", day: "2026-01-01", blocks: blocks, scale: 1
    ).rendered(with: fonts).octets
}

private func table(_ text: String, _ rows: Int) -> Table {
    Table(
        columns: [30, 70], head: [TableRow([TableCell(text, scope: .column, columns: 2)])],
        rows: (0..<rows).map { _ in
            TableRow([TableCell(text, scope: .row), TableCell(String(text.reversed()))])
        })
}

private func symbol(_ text: String, _ size: Int) -> SymbolFigure {
    SymbolFigure(
        title: text, alternative: text, size: 21 + size % 80,
        rectangles: [.init(x: 0, y: 0, width: 7, height: 7)])
}
