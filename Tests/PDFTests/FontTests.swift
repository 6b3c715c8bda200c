import Foundation
import Testing

@testable import PDF

@Suite("Fonts")
struct FontTests {
    static let paths = [
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
        "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
    ]

    func octets(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    @Test("both fonts are read; a subset keeps widths and outlines without hints", arguments: paths)
    func subset(path: String) throws {
        let font = try TrueTypeFont(try octets(path))
        let characters = "薬剤情報Aa1あア髙ｱ%é".unicodeScalars.map(\.value)
        let glyphs = [0] + characters.compactMap { font.glyph(of: $0) }
        #expect(glyphs.count >= characters.count)
        let subset = try FontSubset(font, glyphs: glyphs).octets
        #expect(subset.count < 40_000)
        // All that a font needs to be read here, but names and characters.
        let table = FontOctets(subset)
        #expect(table.u16(4) == 6)
        for (row, name) in ["glyf", "head", "hhea", "hmtx", "loca", "maxp"].enumerated() {
            #expect(subset.dropFirst(12 + 16 * row).starts(with: name.utf8))
        }
        let metrics = table.u32(12 + 16 * 3 + 8)
        for (number, glyph) in glyphs.enumerated() {
            #expect(table.u16(metrics + 4 * number) == font.advance(of: glyph))
        }
    }

    @Test("the first font has no 𠮷, the second has")
    func fallback() throws {
        let fonts = try Self.paths.map { try TrueTypeFont(try octets($0)) }
        var glyphs = GlyphSet(try FontBook(fonts))
        #expect(glyphs.glyphs(of: "吉𠮷").map(\.font) == [0, 1])
        #expect(glyphs.glyphs(of: "吉吉").map(\.code) == [1, 1])
        #expect(glyphs.missing.isEmpty)
    }

    @Test("radicals that share a glyph with an ideograph keep their own character")
    func radicals() throws {
        var glyphs = GlyphSet(try FontBook([try TrueTypeFont(try octets(Self.paths[0]))]))
        let both = glyphs.glyphs(of: "一\u{2F00}")
        #expect(both.map(\.character) == [0x4E00, 0x2F00])
        #expect(both[0].code != both[1].code)
    }

    @Test("what is no font is refused by name")
    func refused() throws {
        #expect(throws: FontError.none) { try FontBook([]) }
        #expect(throws: FontError.notTrueType) { try TrueTypeFont([]) }
        #expect(throws: FontError.notTrueType) { try TrueTypeFont(Array("OTTO and more".utf8)) }
        #expect(throws: FontError.self) { try TrueTypeFont([0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0]) }
    }

    /// Chance that repeats.
    struct Steps: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test("a font cut short or with wrong octets is refused or read, never a crash")
    func hostile() throws {
        let whole = try octets(Self.paths[1])
        var generator = Steps(state: 2021)
        for round in 0..<60 {
            var changed =
                round % 2 == 0
                ? whole : Array(whole.prefix(.random(in: 0..<whole.count, using: &generator)))
            for _ in 0..<20 where !changed.isEmpty {
                let place = Int.random(in: 0..<min(changed.count, 3000), using: &generator)
                changed[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let font = try? TrueTypeFont(changed) else { continue }
            let glyphs = [0] + "薬A𠮷".unicodeScalars.compactMap { font.glyph(of: $0.value) }
            _ = try? FontSubset(font, glyphs: glyphs)
        }
    }
}
