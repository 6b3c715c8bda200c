import QR
import Testing

@Suite("QR: drawings")
struct DrawingTests {
    @Test("rectangles cover each dark module once and no light one", arguments: [0, 13, 150, 800])
    func rectangles(count: Int) throws {
        let symbol = try QRSymbol((0..<count).map { UInt8($0 % 251) })
        var covered = Set<[Int]>()
        var area = 0
        for part in symbol.rectangles {
            area += part.width * part.height
            for y in part.y..<part.y + part.height {
                for x in part.x..<part.x + part.width {
                    #expect(symbol[x, y])
                    covered.insert([x, y])
                }
            }
        }
        let dark = (0..<symbol.size).reduce(0) { sum, y in
            sum + (0..<symbol.size).filter { symbol[$0, y] }.count
        }
        #expect(covered.count == dark)
        #expect(area == dark)
        #expect(!symbol[-1, 0] && !symbol[0, symbol.size])
    }

    @Test("a picture is sized in millimetres and its title cannot break it")
    func svg() throws {
        let symbol = try QRSymbol(Array("JAHISTC08,1".utf8))
        let text = symbol.svg(title: "薬局<Ａ> & 医院\u{0}")
        #expect(text.contains("width=\"9.570mm\""))
        #expect(text.contains("viewBox=\"0 0 29 29\""))
        #expect(text.contains("<title>薬局&lt;Ａ&gt; &amp; 医院\u{FFFD}</title>"))
        #expect(text == symbol.svg(title: "薬局<Ａ> & 医院\u{0}"))
    }
}
