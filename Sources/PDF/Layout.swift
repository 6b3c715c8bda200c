/// Sets blocks on pages: keeps the place reached, the pages drawn and the structure so far.
struct Layout {
    static let left = 40.0
    static let right = PageDrawing.width - 40
    static let top = 48.0
    static let bottom = PageDrawing.height - 40
    static let width = right - left
    /// From the top of a line's box to its base line, as a part of the size.
    static let rise = 0.88

    var glyphs: GlyphSet
    var tree = StructureTree()
    var pages = [PageDrawing()]
    /// How far down the page is filled.
    var y = Layout.top
    let scale: Double

    init(_ fonts: FontBook, scale: Double) {
        glyphs = GlyphSet(fonts)
        self.scale = scale
    }

    /// Sets a block after what is there.
    mutating func place(_ block: Block) {
        switch block {
        case .heading(let level, let text): place(heading: text, level: level)
        case .paragraph(let paragraph): place(paragraph)
        case .table(let table): place(table)
        case .symbols(let figures): place(figures)
        case .space(let points): y += points * scale
        case .pageBreak: newPage()
        case .room(let points): need(points * scale)
        }
    }

    /// Begins a page; an empty one is used instead.
    mutating func newPage() {
        guard y > Self.top || !pages[pages.count - 1].pieces.isEmpty else { return }
        pages.append(PageDrawing())
        y = Self.top
    }

    /// Begins a page unless so many points are left.
    mutating func need(_ points: Double) {
        if y + points > Self.bottom { newPage() }
    }

    /// Draws content of an element, or an artifact.
    mutating func draw(_ content: PageDrawing.Content, of element: Int?) {
        let page = pages.count - 1
        var mark: Int?
        if let element {
            mark = pages[page].owners.count
            pages[page].owners.append(element)
            tree.attach(element, page: page, mark: pages[page].owners.count - 1)
        }
        let role = element.map { tree.elements[$0].role } ?? .document
        pages[page].pieces.append((mark, role, content))
    }

    /// A text broken into lines of so many points.
    mutating func lines(_ text: String, size: Double, width: Double) -> [TextLine] {
        broken(glyphs.glyphs(of: text), size: size, width: width)
    }

    private mutating func place(heading text: String, level: Int) {
        let size = [1: 15.0, 2: 10.5][level, default: 9] * scale
        let role: StructureRole = level == 1 ? .heading1 : level == 2 ? .heading2 : .heading3
        if y > Self.top { y += size * 0.5 }
        let lines = lines(text, size: size, width: Self.width)
        // Never alone at the foot of a page.
        need(Double(lines.count) * size * 1.4 + 60 * scale)
        let element = tree.add(role)
        flow(
            lines, of: element, at: Self.left, size: size, leading: size * 1.4, isStrong: true,
            alignment: .leading, width: Self.width)
        y += size * 0.25
    }

    private mutating func place(_ paragraph: Paragraph) {
        let size = paragraph.size * scale
        let mark = glyphs.glyphs(of: paragraph.mark)
        let hang = Double(mark.reduce(0) { $0 + Int($1.advance) }) / 1000 * size
        let width = Self.width - hang
        let lines = lines(paragraph.text, size: size, width: width)
        let leading = size * 1.5
        need(min(2, Double(lines.count)) * leading)
        let element = tree.add(paragraph.isNote ? .note : .paragraph)
        if !mark.isEmpty {
            let line = PlacedLine(
                x: Self.left, y: base(y, size, leading), size: size,
                isStrong: paragraph.isStrong, glyphs: mark[...])
            draw(.lines([line]), of: element)
        }
        flow(
            lines, of: element, at: Self.left + hang, size: size, leading: leading,
            isStrong: paragraph.isStrong, alignment: paragraph.alignment, width: width)
        y += size * 0.3
    }

    /// Sets lines below each other, over as many pages as they need.
    private mutating func flow(
        _ lines: [TextLine], of element: Int, at x: Double, size: Double, leading: Double,
        isStrong: Bool, alignment: Alignment, width: Double
    ) {
        var rest = lines[...]
        while !rest.isEmpty {
            let room = max(1, Int((Self.bottom - y + 0.01) / leading))
            let taken = rest.prefix(room)
            rest = rest.dropFirst(taken.count)
            var placed: [PlacedLine] = []
            for line in taken {
                placed.append(
                    PlacedLine(
                        x: x + shift(line, size, alignment, width), y: base(y, size, leading),
                        size: size, isStrong: isStrong, glyphs: line.glyphs))
                y += leading
            }
            draw(.lines(placed), of: element)
            if !rest.isEmpty { newPage() }
        }
    }

    /// The base line of text in a line box that begins at `y`.
    func base(_ y: Double, _ size: Double, _ leading: Double) -> Double {
        y + (leading - size) / 2 + size * Self.rise
    }

    /// How far a line is moved to the right.
    func shift(
        _ line: TextLine, _ size: Double, _ alignment: Alignment, _ width: Double
    ) -> Double {
        let spare = max(0, width - Double(line.width) / 1000 * size)
        return switch alignment {
        case .leading: 0
        case .centre: spare / 2
        case .trailing: spare
        }
    }
}

/// Lines of so many points at a size.
private func broken(_ glyphs: [Glyph], size: Double, width: Double) -> [TextLine] {
    lines(of: glyphs, width: max(1, Int(width / size * 1000)))
}
