/// A cell whose frame is not closed yet: it may go on over several rows and pages.
private struct OpenCell {
    let place: GridCell
    /// The element of its content.
    let element: Int
    /// Where it begins on this page.
    var y: Double
    /// The first line not drawn yet.
    var next = 0
}

/// What the rows of one table share.
private struct TableMeasures {
    /// The left edge of each column, and the right edge of the last.
    let edges: [Double]
    let size: Double
    var leading: Double { size * 1.3 }
}

extension Layout {
    /// Sets a table: its head is repeated on every page, rows break where a page ends, and a cell
    /// that goes on shows its text again.
    mutating func place(_ table: Table) {
        let total = max(table.columns.reduce(0, +), 0.01)
        var edges = [Self.left]
        for column in table.columns {
            edges.append((edges.last ?? 0) + column / total * Self.width)
        }
        let measures = TableMeasures(edges: edges, size: table.size * scale)
        let head = grid(table.head, measures)
        let body = grid(table.rows, measures)
        let headHeight = head.heights.reduce(0, +)
        need(headHeight + min(body.heights.first ?? 0, 120))
        let element = tree.add(.table)
        if !table.head.isEmpty {
            let part = tree.add(.tableHead, to: element)
            drawHead(head, measures, part: part)
        }
        let part = tree.add(.tableBody, to: element)
        // A head that leaves no room is not repeated.
        let repeated = headHeight < (Self.bottom - Self.top) / 2 ? head : nil
        drawBody(body, table.rows, measures, part: part, head: repeated)
        y += 4 * scale
    }

    private mutating func grid(_ rows: [TableRow], _ measures: TableMeasures) -> TableGrid {
        let edges = measures.edges
        return TableGrid(rows, columns: edges.count - 1, leading: measures.leading) { cell, span in
            let width = edges[span.upperBound] - edges[span.lowerBound] - 2 * TableGrid.padding
            return lines(cell.text, size: measures.size, width: width)
        }
    }

    /// Draws a head; without a part of the structure as an artifact.
    private mutating func drawHead(_ grid: TableGrid, _ measures: TableMeasures, part: Int?) {
        var open: [OpenCell] = []
        for (index, row) in grid.rows.enumerated() {
            let element = part.map { tree.add(.row, to: $0) }
            for place in row {
                let cell = element.map { add(place, to: $0) } ?? -1
                open.append(OpenCell(place: place, element: cell, y: y))
            }
            y += grid.heights[index]
            close(&open, before: index + 1, measures)
        }
    }

    private mutating func drawBody(
        _ grid: TableGrid, _ rows: [TableRow], _ measures: TableMeasures, part: Int,
        head: TableGrid?
    ) {
        let fresh = Self.top + (head?.heights.reduce(0, +) ?? 0)
        let smallest = measures.leading + 2 * TableGrid.padding
        var open: [OpenCell] = []
        for (index, row) in grid.rows.enumerated() {
            var rest = grid.heights[index]
            // With all rows that it stays with, and the first that may stand alone.
            var (wanted, last) = (rest, index)
            while rows[last].keepsWithNext, last + 1 < rows.count {
                last += 1
                wanted += grid.heights[last]
            }
            let fitsOnFresh = wanted <= Self.bottom - fresh
            if y + wanted > Self.bottom + 0.01, y > fresh + 0.01,
                fitsOnFresh || y + 2 * smallest > Self.bottom
            {
                turnPage(&open, measures, head)
            }
            let element = tree.add(.row, to: part)
            for place in row {
                open.append(OpenCell(place: place, element: add(place, to: element), y: y))
            }
            while y + rest > Self.bottom + 0.01, y < Self.bottom - smallest || y > fresh + 0.01 {
                let room = Self.bottom - y
                let lines = max(
                    0, ((room - 2 * TableGrid.padding) / measures.leading).rounded(.down))
                turnPage(&open, measures, head)
                rest = max(rest - lines * measures.leading, smallest)
            }
            y += rest
            close(&open, before: index + 1, measures)
        }
    }

    /// Ends the page below all open cells and goes on with them under the head of the next.
    private mutating func turnPage(
        _ open: inout [OpenCell], _ measures: TableMeasures, _ head: TableGrid?
    ) {
        for index in open.indices {
            draw(&open[index], to: min(y, Self.bottom), isLast: false, measures)
        }
        newPage()
        if let head { drawHead(head, measures, part: nil) }
        for index in open.indices { open[index].y = y }
    }

    /// Draws and forgets the cells that end before a row.
    private mutating func close(
        _ open: inout [OpenCell], before row: Int, _ measures: TableMeasures
    ) {
        for index in open.indices where open[index].place.row + open[index].place.rows <= row {
            draw(&open[index], to: y, isLast: true, measures)
        }
        open.removeAll { $0.place.row + $0.place.rows <= row }
    }

    private mutating func add(_ place: GridCell, to row: Int) -> Int {
        let attributes: [(String, PDFValue?)] = [
            ("Scope", place.cell.scope.map { .name($0.rawValue) }),
            ("ColSpan", place.columns > 1 ? .integer(place.columns) : nil),
            ("RowSpan", place.rows > 1 ? .integer(place.rows) : nil),
        ]
        let isPlain = attributes.allSatisfy { $0.1 == nil }
        return tree.add(
            place.cell.scope == nil ? .cell : .header, to: row,
            attributes: isPlain
                ? nil : .dictionary(present: [("O", .name("Table"))] + attributes))
    }

    /// Draws a cell down to `end`: its frame and the lines that fit, or all that are left.
    private mutating func draw(
        _ open: inout OpenCell, to end: Double, isLast: Bool, _ measures: TableMeasures
    ) {
        let (place, page) = (open.place, pages.count - 1)
        guard end > open.y + 0.01 else { return }
        let x = measures.edges[place.column]
        let width = measures.edges[place.column + place.columns] - x
        let box = Box(x: x, y: open.y, width: width, height: end - open.y)
        if place.cell.scope != nil { pages[page].shades.append(box) }
        pages[page].frames.append(box)
        let room = Int((box.height - 2 * TableGrid.padding + 0.01) / measures.leading)
        let count = place.lines.count
        let isRepeat = open.next >= count && count <= room
        let first = isRepeat ? 0 : open.next
        let taken = place.lines[first..<(isLast ? count : min(count, first + max(0, room)))]
        guard taken.contains(where: { !$0.glyphs.isEmpty }) else { return }
        let isWhole = taken.count == count && !place.cell.isAtTop
        let height = Double(taken.count) * measures.leading
        let start = isWhole ? max(TableGrid.padding, (box.height - height) / 2) : TableGrid.padding
        let placed = taken.enumerated().map { row, line in
            let top = box.y + start + Double(row) * measures.leading
            let move = shift(
                line, measures.size, place.cell.alignment, width - 2 * TableGrid.padding)
            return PlacedLine(
                x: x + TableGrid.padding + move, y: base(top, measures.size, measures.leading),
                size: measures.size, isStrong: place.cell.isStrong, glyphs: line.glyphs)
        }
        let isReal = open.element >= 0 && !isRepeat
        draw(.lines(placed), of: isReal ? open.element : nil)
        open.next = max(open.next, first + taken.count)
    }
}
