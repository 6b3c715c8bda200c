/// One character as it will be drawn.
struct Glyph: Hashable, Sendable {
    /// The character.
    let character: UInt32
    /// Which font of the set has it.
    let font: UInt8
    /// Its number in the subset of that font.
    let code: UInt16
    /// How wide it is, in thousandths of the size.
    let advance: UInt16
}

/// Fonts in the order in which they are asked for each character.
package struct FontBook: Sendable {
    let fonts: [TrueTypeFont]

    /// Fonts; at least one, at most eight.
    package init(_ fonts: [TrueTypeFont]) throws(FontError) {
        guard !fonts.isEmpty, fonts.count <= 8 else { throw .none }
        self.fonts = fonts
    }
}

/// The characters of a paper as they are met: each gets a font that has it and a number of its own
/// there, so that copying text from the paper gives back the very characters.
struct GlyphSet {
    let fonts: [TrueTypeFont]
    /// For each font the glyphs used and their characters; number 0 is the missing glyph's.
    private(set) var used: [[(glyph: Int, character: UInt32)]]
    /// Characters that no font has, in the order met; 〓 stands in their place.
    private(set) var missing: [UInt32] = []
    private var known: [UInt32: Glyph] = [:]

    /// What stands for a character that no font has: the geta mark of printers, and for fonts
    /// without Japanese a question mark.
    private static let substitutes: [UInt32] = [0x3013, 0x3F]

    init(_ book: FontBook) {
        fonts = book.fonts
        used = book.fonts.map { _ in [(0, 0)] }
    }

    /// A text's glyphs; line feeds stay, marks that nobody sees are left out.
    mutating func glyphs(of text: String) -> [Glyph] {
        var glyphs: [Glyph] = []
        for scalar in text.unicodeScalars where !isInvisible(scalar.value) {
            if let glyph = glyph(of: scalar.value) { glyphs.append(glyph) }
        }
        return glyphs
    }

    private mutating func glyph(of character: UInt32) -> Glyph? {
        if let glyph = known[character] { return glyph }
        let glyph: Glyph?
        if character == lineFeed {
            glyph = Glyph(character: character, font: 0, code: 0, advance: 0)
        } else if let own = entered(character) {
            glyph = own
        } else {
            missing.append(character)
            glyph = substitute()
        }
        known[character] = glyph
        return glyph
    }

    private mutating func substitute() -> Glyph? {
        for character in Self.substitutes {
            if let glyph = known[character] { return glyph }
            if let glyph = entered(character) {
                known[character] = glyph
                return glyph
            }
        }
        return nil
    }

    private mutating func entered(_ character: UInt32) -> Glyph? {
        for (index, font) in fonts.enumerated() {
            guard let number = font.glyph(of: character), used[index].count < 65_000 else {
                continue
            }
            let advance = (font.advance(of: number) * 1000 + font.unitsPerEm / 2) / font.unitsPerEm
            used[index].append((number, character))
            return Glyph(
                character: character, font: UInt8(index), code: UInt16(used[index].count - 1),
                advance: UInt16(clamping: advance))
        }
        return nil
    }
}

let lineFeed: UInt32 = 0x0A

/// Controls, joiners, marks of direction and variation selectors: nothing to draw.
private func isInvisible(_ character: UInt32) -> Bool {
    switch character {
    case lineFeed: false
    case 0x00..<0x20, 0x7F..<0xA0, 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F,
        0xFE00...0xFE0F, 0xFEFF, 0xFFF0...0xFFFB, 0xFFFE, 0xFFFF, 0xE0000...0xE0FFF:
        true
    default: false
    }
}
