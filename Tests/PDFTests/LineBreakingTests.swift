import Testing

@testable import PDF

@Suite("Lines of Japanese")
struct LineBreakingTests {
    /// Glyphs a full width each, half for ASCII.
    func glyphs(_ text: String) -> [Glyph] {
        text.unicodeScalars.map {
            Glyph(
                character: $0.value, font: 0, code: 1,
                advance: $0.value == lineFeed ? 0 : $0.value < 0x80 ? 500 : 1000)
        }
    }

    func broken(_ text: String, _ width: Int) -> [String] {
        lines(of: glyphs(text), width: width * 1000).map { line in
            String(
                String.UnicodeScalarView(line.glyphs.compactMap { Unicode.Scalar($0.character) }))
        }
    }

    @Test(
        "what may not begin or end a line stays where it belongs",
        arguments: [
            ("あいうえお。", 5, ["あいうえ", "お。"]), ("あいうえ「お」", 5, ["あいうえ", "「お」"]),
            ("あいうえおっと", 5, ["あいうえ", "おっと"]), ("あいうデータ", 5, ["あいうデー", "タ"]),
            ("あいう1234円", 4, ["あいう", "1234円"]), ("あいうえlong", 5, ["あいうえ", "long"]),
            ("あい うえ お", 4, ["あい う", "え お"]), ("あいうえ お", 4, ["あいうえ ", "お"]),
            ("あいうダッシュ", 5, ["あいうダッ", "シュ"]), ("あ\nい", 5, ["あ", "い"]),
            ("ああ……", 3, ["ああ", "……"]), ("verylongword", 2, ["very", "long", "word"]),
            ("", 5, [""]),
        ])
    func rules(text: String, width: Int, expected: [String]) {
        #expect(broken(text, width) == expected)
    }

    @Test("nothing is lost, and no line is wider than it may be but for what may hang")
    func whole() {
        let text = "この薬剤情報一覧は、2021年9月までに調剤された「医薬品」情報(10cm×14cm)を表示しています……。ー々ゝ)"
        for width in 1...60 {
            let lines = broken(text, width)
            #expect(lines.joined() == text)
            for line in lines where line.unicodeScalars.count > 1 {
                let used = glyphs(line).reduce(0) { $0 + Int($1.advance) }
                #expect(used <= width * 1000, "\(line)")
            }
        }
    }
}
