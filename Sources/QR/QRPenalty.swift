/// How ill a masked symbol reads (JIS X 0510, 7.8.3). Lines are judged whole, by bits.
enum QRPenalty {
    /// The sum of all four rules for a symbol given by its rows and by its columns.
    static func total(rows: [QRRow], columns: [QRRow]) -> Int {
        let size = rows.count
        let inside = Inside(size: size)
        var total = blocks(rows, inside) + proportion(rows)
        for row in rows { total += runs(row, inside) + finders(row) }
        for column in columns { total += runs(column, inside) + finders(column) }
        return total
    }

    /// Which modules of a line lie within the symbol.
    struct Inside {
        let pairs: QRRow
        init(size: Int) { pairs = QRRow(count: size - 1) }
    }

    /// Rule 1: n ≥ 5 modules of one colour in a line cost n − 2.
    static func runs(_ line: QRRow, _ inside: Inside) -> Int {
        let same = ~(line ^ (line >> 1)) & inside.pairs
        let two = same & (same >> 1)
        let five = two & (two >> 2)
        // A run of n modules holds n − 4 windows of five, one beside the other.
        return five.count + 2 * (five & ~(five << 1)).count
    }

    /// Rule 2: each square of 2 × 2 modules of one colour costs 3.
    static func blocks(_ rows: [QRRow], _ inside: Inside) -> Int {
        var count = 0
        for y in 1..<rows.count {
            let sameAbove = ~(rows[y] ^ rows[y - 1])
            let same = ~(rows[y] ^ (rows[y] >> 1))
            count += (same & sameAbove & (sameAbove >> 1) & inside.pairs).count
        }
        return 3 * count
    }

    /// Rule 3: 1:1:3:1:1, dark first, with four light modules before or behind, costs 40. The
    /// quiet zone is light.
    static func finders(_ line: QRRow) -> Int {
        // Four light modules are put before the line; behind it all bits are 0 already.
        let line = line << 4
        let light = ~line
        let core =
            line & (light >> 1) & (line >> 2) & (line >> 3) & (line >> 4) & (light >> 5)
            & (line >> 6)
        let two = light & (light >> 1)
        let four = two & (two >> 2)
        return 40 * ((core & (four << 4)).count + (core & (four >> 7)).count)
    }

    /// Rule 4: each full 5 % away from half dark costs 10.
    static func proportion(_ rows: [QRRow]) -> Int {
        let dark = rows.reduce(0) { $0 + $1.count }
        let all = rows.count * rows.count
        return abs(dark * 20 - all * 10) / all * 10
    }
}
