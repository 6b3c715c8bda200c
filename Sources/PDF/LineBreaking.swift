/// A line of text: its glyphs and how wide they are, in thousandths of the size.
struct TextLine: Sendable {
    let glyphs: ArraySlice<Glyph>
    let width: Int
}

/// A text broken into lines no wider than `width` thousandths of its size, by the rules of Japanese
/// setting (JIS X 4051, 禁則): what may not begin a line stays with what it follows, what may not
/// end one goes along; numbers keep their units, words and figures stay whole unless longer than a
/// line.
func lines(of glyphs: [Glyph], width: Int) -> [TextLine] {
    var lines: [TextLine] = []
    var (start, total) = (0, 0)
    /// Where the line could end, and how wide it is up to there.
    var chance: (end: Int, width: Int)?
    func finish(at end: Int, _ width: Int) {
        lines.append(TextLine(glyphs: glyphs[start..<end], width: width))
    }
    for (index, glyph) in glyphs.enumerated() {
        if glyph.character == lineFeed {
            finish(at: index, total)
            (start, total, chance) = (index + 1, 0, nil)
            continue
        }
        if index > start, canBreak(glyphs[index - 1].character, glyph.character) {
            chance = (index, total)
        }
        // A blank may hang over the edge.
        if total + Int(glyph.advance) > width, index > start, !isBlank(glyph.character) {
            let (end, used) = chance ?? (index, total)
            finish(at: end, used)
            (start, total, chance) = (end, total - used, nil)
        }
        total += Int(glyph.advance)
    }
    if start < glyphs.count || lines.isEmpty { finish(at: glyphs.count, total) }
    return lines
}

/// Whether a line may end between two characters.
func canBreak(_ left: UInt32, _ right: UInt32) -> Bool {
    if isBlank(right) { return false }
    if notAtStart.contains(right) || notAtEnd.contains(left) { return false }
    if isBlank(left) { return true }
    if isWord(left), isWord(right) { return false }
    if isDigit(left), units.contains(right) { return false }
    return !(left == right && inseparable.contains(left))
}

private func isBlank(_ character: UInt32) -> Bool { character == 0x20 || character == 0x3000 }

private func isDigit(_ character: UInt32) -> Bool {
    (0x30...0x39).contains(character) || (0xFF10...0xFF19).contains(character)
}

/// Letters and figures, half and full width.
private func isWord(_ character: UInt32) -> Bool {
    (0x21...0x7E).contains(character) || (0xA1...0x24F).contains(character)
        || (0x370...0x4FF).contains(character) || (0xFF10...0xFF19).contains(character)
        || (0xFF21...0xFF3A).contains(character) || (0xFF41...0xFF5A).contains(character)
}

private func set(_ text: String) -> Set<UInt32> { Set(text.unicodeScalars.map(\.value)) }

private let notAtStart = set(
    "」』）】〉》〕｝］”’)]}｣»‐〜～–？！?!‼⁇⁈⁉・：；:;･。．｡.、，､,ヽヾゝゞ々〻ー-ｰ"
        + "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
        + "ｧｨｩｪｫｬｭｮｯﾞﾟ\u{3099}\u{309A}%％‰℃°※¹²³")
private let notAtEnd = set("「『（【〈《〔｛［“‘([{｢«▲▽¥￥$＄#＃№")
private let units = set("円年月日歳錠枚包回個本点割割％時分秒週品号項頁ページ処第度名人件剤㎎㎏㎝㎜㎡")
private let inseparable = set("…‥―—─")
