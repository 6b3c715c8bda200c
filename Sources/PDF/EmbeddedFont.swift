/// A font in a file: a subset whose glyph numbers are its codes, with widths and a table back to
/// Unicode (ISO 32000-1 §9.7, §9.10).
struct EmbeddedFont {
    private let font: TrueTypeFont
    private let used: [(glyph: Int, character: UInt32)]

    init(_ font: TrueTypeFont, used: [(glyph: Int, character: UInt32)]) {
        (self.font, self.used) = (font, used)
    }

    /// Adds all that a font needs, and names it.
    func add(to file: inout PDFFile) throws(FontError) -> PDFReference {
        let subset = try FontSubset(font, glyphs: used.map(\.glyph)).octets
        let name = PDFValue.name(tag(of: subset) + "+" + font.name)
        let program = file.addStream([("Length1", .integer(subset.count))], subset)
        let descriptor = file.add(
            .dictionary(present: [
                ("Type", .name("FontDescriptor")), ("FontName", name), ("Flags", .integer(4)),
                ("FontBBox", .integers(font.box.map(scaled))), ("ItalicAngle", .integer(0)),
                ("Ascent", .integer(scaled(font.ascent))),
                ("Descent", .integer(scaled(font.descent))),
                ("CapHeight", .integer(scaled(font.capitalHeight))), ("StemV", .integer(80)),
                ("FontFile2", .reference(program)),
            ]))
        let widths = used.map { scaled(font.advance(of: $0.glyph)) }
        let descendant = file.add(
            .dictionary(present: [
                ("Type", .name("Font")), ("Subtype", .name("CIDFontType2")), ("BaseFont", name),
                (
                    "CIDSystemInfo",
                    .dictionary(present: [
                        ("Registry", .octets(Array("Adobe".utf8))),
                        ("Ordering", .octets(Array("Identity".utf8))),
                        ("Supplement", .integer(0)),
                    ])
                ), ("FontDescriptor", .reference(descriptor)), ("DW", .integer(1000)),
                ("W", .array([.integer(0), .integers(widths)])),
                ("CIDToGIDMap", .name("Identity")),
            ]))
        let unicode = file.addStream([], toUnicode)
        return file.add(
            .dictionary(present: [
                ("Type", .name("Font")), ("Subtype", .name("Type0")), ("BaseFont", name),
                ("Encoding", .name("Identity-H")),
                ("DescendantFonts", .array([.reference(descendant)])),
                ("ToUnicode", .reference(unicode)),
            ]))
    }

    private func scaled(_ units: Int) -> Int {
        (units * 2000 + (units < 0 ? -font.unitsPerEm : font.unitsPerEm)) / (2 * font.unitsPerEm)
    }

    /// Six letters that tell this subset from others of the font.
    private func tag(of subset: [UInt8]) -> String {
        String(
            decoding: fingerprint(subset).prefix(6).map { UInt8(ascii: "A") + $0 % 26 },
            as: UTF8.self)
    }

    /// Codes to characters, at most a hundred in a block (§9.10.3).
    private var toUnicode: [UInt8] {
        var octets = Array(
            """
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000><FFFF>
            endcodespacerange

            """.utf8)
        var codes = used.indices.dropFirst()
        while !codes.isEmpty {
            let block = codes.prefix(100)
            codes = codes.dropFirst(block.count)
            octets += "\(block.count) beginbfchar\n".utf8
            for code in block {
                octets.append(hex: bigEndian(code, 2))
                let text = Unicode.Scalar(used[code].character).map { String($0).utf16 }
                octets.append(hex: (text.map(Array.init) ?? []).flatMap { bigEndian(Int($0), 2) })
                octets.append(0x0A)
            }
            octets += "endbfchar\n".utf8
        }
        octets += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n".utf8
        return octets
    }
}
