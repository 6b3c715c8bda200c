/// A font of a file as its dictionaries and its program tell it.
struct PaperFont {
    let entries: [String: PaperValue]
    let descendant: [String: PaperValue]
    let descriptor: [String: PaperValue]
    let program: [UInt8]
    /// Codes to UTF-16.
    let unicode: [Int: [UInt8]]

    init(_ value: PaperValue, in file: PaperFile) {
        entries = file.dictionary(value)
        descendant = file.dictionary(entries["DescendantFonts"]?.array?.first)
        descriptor = file.dictionary(descendant["FontDescriptor"])
        program = descriptor["FontFile2"]?.reference.flatMap { file.streams[$0] } ?? []
        let map = entries["ToUnicode"]?.reference.flatMap { file.streams[$0] } ?? []
        var codes: [Int: [UInt8]] = [:]
        var inBlock = false
        for line in String(decoding: map, as: UTF8.self).split(separator: "\n") {
            if line.hasSuffix("beginbfchar") {
                inBlock = true
            } else if line == "endbfchar" {
                inBlock = false
            }
            guard inBlock, line.hasPrefix("<") else { continue }
            var reader = PaperReader(Array(line.utf8))
            guard let code = try? reader.value().string, let text = try? reader.value().string
            else { continue }
            codes[code.reduce(0) { $0 << 8 | Int($1) }] = text
        }
        unicode = codes
    }

    func u16(_ place: Int) -> Int {
        place + 2 <= program.count ? Int(program[place]) << 8 | Int(program[place + 1]) : 0
    }

    func u32(_ place: Int) -> Int { u16(place) << 16 | u16(place + 2) }

    /// Where a table lies.
    func table(_ name: String) -> Range<Int>? {
        for row in 0..<u16(4) where program.dropFirst(12 + 16 * row).starts(with: name.utf8) {
            let start = u32(12 + 16 * row + 8)
            return start..<(start + u32(12 + 16 * row + 12))
        }
        return nil
    }

    var glyphCount: Int { table("maxp").map { u16($0.lowerBound + 4) } ?? 0 }

    /// A glyph's width in thousandths, by the program.
    func advance(_ glyph: Int) -> Double {
        guard let metrics = table("hmtx"), let head = table("head") else { return -1 }
        return Double(u16(metrics.lowerBound + 4 * glyph)) * 1000
            / Double(u16(head.lowerBound + 18))
    }

    /// Widths by the dictionary.
    var widths: [Int] {
        descendant["W"]?.array?.last?.array?.compactMap(\.integer) ?? []
    }
}

extension PaperFile {
    var fonts: [String: PaperFont] {
        let resources = dictionary(dictionary(.reference(pages.first ?? 0))["Resources"])
        return dictionary(resources["Font"]).mapValues { PaperFont($0, in: self) }
    }

    /// For each font the codes that are shown anywhere.
    func shownCodes() throws -> [String: Set<Int>] {
        var codes: [String: Set<Int>] = [:]
        for content in try contents() {
            for text in content.drawn where text.operation == "Tj" {
                let octets = text.operands.first?.string ?? []
                for place in stride(from: 0, to: octets.count - 1, by: 2) {
                    codes[text.font, default: []].insert(
                        Int(octets[place]) << 8 | Int(octets[place + 1]))
                }
            }
        }
        return codes
    }
}

let fontRules: [PaperRule] = [
    PaperRule("A 6.2.11.4 every font is embedded, as a subset with its tag") { file in
        let complaints = file.fonts.values.flatMap { font -> [String] in
            let name = font.descriptor["FontName"]?.name ?? ""
            let tag = name.split(separator: "+").first ?? ""
            let isTag = tag.count == 6 && tag.allSatisfy(\.isUppercase)
            let names = [font.entries["BaseFont"], font.descendant["BaseFont"]]
            return unless(font.program.count > 100, "no program") + unless(isTag, name)
                + unless(names.allSatisfy { $0?.name == name }, "BaseFont")
        }
        return unless(!file.fonts.isEmpty, "no font") + complaints
    },
    PaperRule("A 6.2.11.2–3 composite fonts, Identity in both ways, only predefined CMaps") {
        file in
        file.fonts.values.flatMap { font -> [String] in
            let kinds = [font.entries["Subtype"]?.name, font.descendant["Subtype"]?.name]
            let maps = [font.entries["Encoding"]?.name, font.descendant["CIDToGIDMap"]?.name]
            return unless(kinds == ["Type0", "CIDFontType2"], "\(kinds)")
                + unless(maps == ["Identity-H", "Identity"], "\(maps)")
                + unless(font.descriptor["CIDSet"] == nil, "CIDSet")
                + unless(font.descriptor["Flags"]?.integer == 4, "Flags")
        }
    },
    PaperRule("A 6.2.11.5 widths are those of the font program") { file in
        file.fonts.values.flatMap { font -> [String] in
            let widths = font.widths
            let wrong = widths.indices.filter { abs(Double(widths[$0]) - font.advance($0)) > 1 }
            return unless(widths.count == font.glyphCount, "\(widths.count) widths")
                + unless(wrong.isEmpty, "widths of \(wrong)")
        }
    },
    PaperRule("A 6.2.11.4 the font program has its tables, and every glyph shown is in it") {
        file in
        let shown = try file.shownCodes()
        let names = ["glyf", "head", "hhea", "hmtx", "loca", "maxp"]
        return file.fonts.flatMap { name, font -> [String] in
            let present = names.filter { table in
                guard let range = font.table(table) else { return false }
                return range.upperBound <= font.program.count
            }
            let isWithin = shown[name, default: []].allSatisfy { $0 < font.glyphCount }
            return unless(present == names, "tables \(present)") + unless(isWithin, "glyph")
        }
    },
    PaperRule("A 6.2.11.7 every character shown has its Unicode, none is U+0000, FEFF or FFFE") {
        file in
        let shown = try file.shownCodes()
        let forbidden: [[UInt8]] = [[0, 0], [0xFE, 0xFF], [0xFF, 0xFE]]
        return file.fonts.flatMap { name, font -> [String] in
            shown[name, default: []].flatMap { code -> [String] in
                guard let text = font.unicode[code], text.count >= 2 else {
                    return ["code \(code)"]
                }
                return unless(!forbidden.contains(text), "code \(code)")
            }
        }
    },
    PaperRule("A 6.2.11.8 the missing glyph is never shown") { file in
        try file.shownCodes().flatMap { name, codes in unless(!codes.contains(0), name) }
    },
]
