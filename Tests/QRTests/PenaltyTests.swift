import Testing

@testable import QR

/// The judging by bits against the rules counted module by module.
@Suite("QR: penalties")
struct PenaltyTests {
    @Test("all four rules count as the standard words them", arguments: [21, 25, 61, 64, 81, 177])
    func rules(size: Int) {
        let fields: [[[Bool]]] = [
            field(size) { _, _ in Bool.random() }, field(size) { _, _ in false },
            field(size) { _, _ in true }, field(size) { x, y in x / 7 % 2 == y / 5 % 2 },
            field(size) { x, y in [true, false, true, true, true, false, true][(x + y) % 11 % 7] },
            field(size) { x, _ in [0, 2, 3, 4, 6].contains(x % 11) },
        ]
        for field in fields {
            let rows = field.map(row)
            let columns = (0..<size).map { x in row(field.map { $0[x] }) }
            #expect(QRPenalty.total(rows: rows, columns: columns) == slowPenalty(field))
        }
    }

    @Test("the mask with the smallest penalty is taken")
    func best() throws {
        let octets = Array("受付".utf8) + Array(0...99)
        let data = try QRCodewords.data(
            [.bytes(octets)], version: #require(QRVersion(6)), level: .medium)
        let version = try #require(QRVersion(6))
        let canvas = QRCanvas(
            QRCodewords.interleaved(data, version: version, level: .medium), version: version,
            level: .medium)
        let penalties = (0..<8).map { mask in
            let rows = canvas.rows(mask: mask)
            return slowPenalty(rows.map { row in (0..<version.size).map { row[$0] } })
        }
        #expect(canvas.bestMask == penalties.firstIndex(of: try #require(penalties.min())))
    }

    private func field(_ size: Int, _ isDark: (Int, Int) -> Bool) -> [[Bool]] {
        (0..<size).map { y in (0..<size).map { isDark($0, y) } }
    }

    private func row(_ modules: [Bool]) -> QRRow {
        var row = QRRow()
        for (index, isDark) in modules.enumerated() { row[index] = isDark }
        return row
    }

    private func slowPenalty(_ field: [[Bool]]) -> Int {
        let size = field.count
        var total = 0
        let columns = (0..<size).map { x in field.map { $0[x] } }
        for line in field + columns {
            var run = 0
            for index in 0..<size {
                run = index > 0 && line[index] == line[index - 1] ? run + 1 : 1
                if run == 5 { total += 3 } else if run > 5 { total += 1 }
            }
            let wide = [false, false, false, false] + line + [false, false, false, false]
            for start in 4..<max(5, wide.count - 10) {
                let finder = [true, false, true, true, true, false, true]
                guard Array(wide[start..<start + 7]) == finder else { continue }
                if !wide[start - 4..<start].contains(true) { total += 40 }
                if !wide[start + 7..<start + 11].contains(true) { total += 40 }
            }
        }
        for y in 1..<size {
            for x in 1..<size {
                let four = [field[y][x], field[y - 1][x], field[y][x - 1], field[y - 1][x - 1]]
                if Set(four).count == 1 { total += 3 }
            }
        }
        let dark = field.joined().filter { $0 }.count
        let percent = Double(dark) * 100 / Double(size * size)
        return total + Int(abs(percent - 50) / 5) * 10
    }
}
