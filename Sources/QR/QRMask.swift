/// The eight mask patterns (JIS X 0510, table 10), as rows.
enum QRMask {
    /// Whether the module in column x and row y is turned over.
    static func isDark(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// The rows of a mask from y = 0, which come back every twelve.
    static let rows: [[QRRow]] = (0..<8).map { mask in
        (0..<12).map { y in row { isDark(mask, $0, y) } }
    }

    /// The columns of a mask from x = 0, which come back every twelve.
    static let columns: [[QRRow]] = (0..<8).map { mask in
        (0..<12).map { x in row { isDark(mask, x, $0) } }
    }

    private static func row(_ isDark: (Int) -> Bool) -> QRRow {
        var row = QRRow()
        for index in 0..<192 where isDark(index) { row[index] = true }
        return row
    }
}
