/// Where text stands within its width.
package enum Alignment: Hashable, Sendable {
    case leading
    case centre
    case trailing
}

/// A part of a paper, in the order read.
package enum Block: Hashable, Sendable {
    /// A heading, from 1 (the title) to 3.
    case heading(level: Int, String)
    case paragraph(Paragraph)
    case table(Table)
    /// Symbols side by side, each under its title.
    case symbols([SymbolFigure])
    /// Room, in points.
    case space(Double)
    case pageBreak
    /// A page begins here, unless so many points of this one are left.
    case room(Double)
}

/// A paragraph; with a mark before it, its lines stand beside the mark.
package struct Paragraph: Hashable, Sendable {
    /// The text; a line feed begins a new line.
    package var text: String
    /// What stands before it: `※`, `・`.
    package var mark: String
    /// The size in points, before the style's scale.
    package var size: Double
    package var alignment: Alignment
    package var isStrong: Bool
    /// Explains something said elsewhere.
    package var isNote: Bool

    /// A paragraph.
    package init(
        _ text: String, mark: String = "", size: Double = 8.5, alignment: Alignment = .leading,
        isStrong: Bool = false, isNote: Bool = false
    ) {
        (self.text, self.mark, self.size) = (text, mark, size)
        (self.alignment, self.isStrong, self.isNote) = (alignment, isStrong, isNote)
    }
}

/// A table. Every row fills all columns, counting cells that span.
package struct Table: Hashable, Sendable {
    /// How wide the columns are, against each other.
    package var columns: [Double]
    /// Rows that are repeated on every page.
    package var head: [TableRow]
    package var rows: [TableRow]
    /// The size in points, before the style's scale.
    package var size: Double

    /// A table.
    package init(
        columns: [Double], head: [TableRow] = [], rows: [TableRow], size: Double = 8.5
    ) {
        (self.columns, self.head, self.rows, self.size) = (columns, head, rows, size)
    }
}

/// A row of a table: the cells that begin in it.
package struct TableRow: Hashable, Sendable {
    package var cells: [TableCell]
    /// Stays on one page with the row after it.
    package var keepsWithNext: Bool

    /// A row.
    package init(_ cells: [TableCell], keepsWithNext: Bool = false) {
        (self.cells, self.keepsWithNext) = (cells, keepsWithNext)
    }
}

/// A cell of a table.
package struct TableCell: Hashable, Sendable {
    /// What a heading cell is the heading of.
    package enum Scope: String, Hashable, Sendable {
        case row = "Row"
        case column = "Column"
    }

    package var text: String
    /// A heading, and of what.
    package var scope: Scope?
    /// How many columns it spans.
    package var columns: Int
    /// How many rows it spans.
    package var rows: Int
    package var alignment: Alignment
    /// Its text stands at the top, else in the middle.
    package var isAtTop: Bool
    package var isStrong: Bool

    /// A cell.
    package init(
        _ text: String, scope: Scope? = nil, columns: Int = 1, rows: Int = 1,
        alignment: Alignment = .leading, isAtTop: Bool = false, isStrong: Bool = false
    ) {
        (self.text, self.scope, self.columns, self.rows) = (text, scope, columns, rows)
        (self.alignment, self.isAtTop, self.isStrong) = (alignment, isAtTop, isStrong)
    }
}

/// A square symbol of dark modules, such as a QR code.
package struct SymbolFigure: Hashable, Sendable {
    /// Dark modules that touch, as one rectangle: modules from the left and from the top.
    package struct Rectangle: Hashable, Sendable {
        package var x: Int
        package var y: Int
        package var width: Int
        package var height: Int

        /// A rectangle of modules.
        package init(x: Int, y: Int, width: Int, height: Int) {
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
        }
    }

    /// What stands above it.
    package var title: String
    /// What it is, for those who do not see it.
    package var alternative: String
    /// How many modules a side has, without the quiet zone.
    package var size: Int
    package var rectangles: [Rectangle]

    /// A symbol.
    package init(title: String, alternative: String, size: Int, rectangles: [Rectangle]) {
        (self.title, self.alternative, self.size) = (title, alternative, size)
        self.rectangles = rectangles
    }
}
