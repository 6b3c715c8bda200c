extension Layout {
    /// The side of a module, in points: a 75th of an inch, 0.339 mm, which phones and counters read
    /// (a third of a millimetre at least). At 150 and 300 dpi it is whole dots.
    static let module = 72.0 / 75
    /// Light modules around a symbol (ISO/IEC 18004 §5.3.8).
    static let quietZone = 4

    /// Sets symbols two in a row, each under its title.
    mutating func place(_ figures: [SymbolFigure]) {
        var rest = figures[...]
        while let first = rest.first {
            let half = Self.width / 2 - 8
            let isWide = side(first) > half
            let row = rest.prefix(isWide ? 1 : 2)
            let fitting = row.prefix { side($0) <= (isWide ? Self.width : half) }
            let taken = fitting.isEmpty ? row.prefix(1) : fitting
            rest = rest.dropFirst(taken.count)
            place(row: Array(taken), width: isWide ? Self.width : half)
        }
    }

    /// The next place of the modules' grid.
    private func onGrid(_ place: Double) -> Double {
        (place / Self.module).rounded(.up) * Self.module
    }

    private func side(_ figure: SymbolFigure) -> Double {
        Double(figure.size + 2 * Self.quietZone + 1) * Self.module
    }

    private mutating func place(row: [SymbolFigure], width: Double) {
        let (size, leading) = (9.0 * scale, 9 * scale * 1.4)
        let titles = row.map { lines($0.title, size: size, width: width) }
        let titleHeight = Double(titles.map(\.count).max() ?? 0) * leading
        let height = titleHeight + (row.map(side).max() ?? 0)
        need(height)
        for (index, figure) in row.enumerated() {
            let x = Self.left + Double(index) * (width + 16)
            let title = tree.add(.paragraph)
            let placed = titles[index].enumerated().map { row, line in
                PlacedLine(
                    x: x, y: base(y + Double(row) * leading, size, leading), size: size,
                    isStrong: true, glyphs: line.glyphs)
            }
            draw(.lines(placed), of: title)
            draw(figure, x: x, y: y + titleHeight)
        }
        y += height + 6
    }

    private mutating func draw(_ figure: SymbolFigure, x: Double, y: Double) {
        let size = Double(figure.size) * Self.module
        let margin = Double(Self.quietZone) * Self.module
        // Where a module begins, a dot begins too: no edge is grey.
        let (x, y) = (onGrid(x), onGrid(y))
        let bottom = PageDrawing.height - y - margin - size
        let box = [x + margin, bottom, x + margin + size, bottom + size]
        let element = tree.add(
            .figure,
            attributes: .dictionary(present: [
                ("O", .name("Layout")), ("Placement", .name("Block")),
                ("BBox", .array(box.map(PDFValue.number))),
            ]), alternative: figure.alternative)
        draw(
            .modules(figure.rectangles, x: x + margin, y: y + margin, side: Self.module),
            of: element)
    }
}
