/// A cell at its place in a table, its text broken into lines.
struct GridCell {
    let cell: TableCell
    /// Its first row and column.
    let row: Int
    let column: Int
    /// How many rows and columns it spans within the table.
    let rows: Int
    let columns: Int
    let lines: [TextLine]
}

/// Rows of cells at their places: spans cut to the table, missing cells filled in, so that every
/// row counts the same columns.
struct TableGrid {
    /// For each row the cells that begin in it.
    private(set) var rows: [[GridCell]] = []
    /// How high each row is, in points.
    private(set) var heights: [Double] = []

    static let padding = 2.5

    init(
        _ rows: [TableRow], columns: Int, leading: Double,
        lines: (TableCell, Range<Int>) -> [TextLine]
    ) {
        /// For each column how many rows are still covered from above.
        var covered = [Int](repeating: 0, count: columns)
        for (index, row) in rows.enumerated() {
            var (cells, placed, column) = (row.cells[...], [GridCell](), 0)
            while column < columns {
                if covered[column] > 0 {
                    column += 1
                    continue
                }
                let cell = cells.popFirst() ?? TableCell("")
                let free = covered[column...].prefix { $0 == 0 }.count
                let width = min(max(1, cell.columns), free)
                let height = min(max(1, cell.rows), rows.count - index)
                let span = column..<(column + width)
                placed.append(
                    GridCell(
                        cell: cell, row: index, column: column, rows: height, columns: width,
                        lines: lines(cell, span)))
                for place in span { covered[place] = height }
                column += width
            }
            covered = covered.map { max(0, $0 - 1) }
            self.rows.append(placed)
        }
        heights = rows.map { _ in leading + 2 * Self.padding }
        grow(leading)
    }

    /// Makes rows as high as their text; a cell over several rows adds to its last one.
    private mutating func grow(_ leading: Double) {
        for cell in rows.joined().sorted(by: { $0.rows < $1.rows }) {
            let needed = Double(max(1, cell.lines.count)) * leading + 2 * Self.padding
            let span = cell.row..<(cell.row + cell.rows)
            let missing = needed - heights[span].reduce(0, +)
            if missing > 0 { heights[span.upperBound - 1] += missing }
        }
    }
}
