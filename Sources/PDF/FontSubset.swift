/// A font file of the glyphs that a paper shows: numbered densely, without hints, with the six
/// tables that an embedded font needs (ISO 32000-1 §9.9).
struct FontSubset {
    let octets: [UInt8]

    /// A subset of a font; glyph `n` of the new file is `glyphs[n]` of the old. The first is the
    /// font's glyph for what is missing. Parts of composed glyphs are added at the end.
    init(_ font: TrueTypeFont, glyphs: [Int]) throws(FontError) {
        var all = glyphs
        var numbers = Dictionary(
            glyphs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var (outlines, places): ([UInt8], [Int]) = ([], [0])
        var next = 0
        while next < all.count {
            let plain = try Outline(font.outline(of: all[next])).withoutHints { part in
                if let known = numbers[part] { return known }
                numbers[part] = all.count
                all.append(part)
                return all.count - 1
            }
            outlines += plain
            while outlines.count % 4 > 0 { outlines.append(0) }
            places.append(outlines.count)
            next += 1
            guard all.count < 65_535 else { throw .malformed(table: "glyf") }
        }
        let hasLongPlaces = outlines.count > 2 * 0xFFFF
        octets = try Self.file([
            ("glyf", outlines), ("head", Self.head(font, hasLongPlaces)),
            ("hhea", Self.patched(font, "hhea", [(34, all.count)])),
            (
                "hmtx",
                all.flatMap {
                    bigEndian(font.advance(of: $0), 2) + bigEndian(font.leftBearing(of: $0), 2)
                }
            ),
            ("loca", places.flatMap { hasLongPlaces ? bigEndian($0, 4) : bigEndian($0 / 2, 2) }),
            // No zones, stack, functions or storage of instructions.
            (
                "maxp",
                Self.patched(
                    font, "maxp",
                    [(4, all.count), (14, 1)] + stride(from: 16, to: 28, by: 2).map { ($0, 0) })
            ),
        ])
    }

    private static func patched(
        _ font: TrueTypeFont, _ name: String, _ changes: [(place: Int, value: Int)]
    ) throws(FontError) -> [UInt8] {
        guard var table = font.table(name).map(Array.init) else { throw .malformed(table: name) }
        for change in changes where change.place + 2 <= table.count {
            table.replaceSubrange(
                change.place..<(change.place + 2), with: bigEndian(change.value, 2))
        }
        return table
    }

    private static func head(
        _ font: TrueTypeFont, _ hasLongPlaces: Bool
    ) throws(FontError) -> [UInt8] {
        // The check sum at 8 is set when the file is whole.
        try patched(font, "head", [(8, 0), (10, 0), (50, hasLongPlaces ? 1 : 0)])
    }

    private static func file(_ tables: [(name: String, octets: [UInt8])]) -> [UInt8] {
        let power = (0..<16).last { 1 << $0 <= tables.count } ?? 0
        var directory: [UInt8] =
            [0, 1, 0, 0] + bigEndian(tables.count, 2) + bigEndian(16 << power, 2)
            + bigEndian(power, 2) + bigEndian(16 * (tables.count - 1 << power), 2)
        var (body, headPlace): ([UInt8], Int) = ([], 0)
        let start = 12 + 16 * tables.count
        for table in tables {
            if table.name == "head" { headPlace = start + body.count }
            directory += Array(table.name.utf8) + bigEndian(checkSum(table.octets), 4)
            directory += bigEndian(start + body.count, 4) + bigEndian(table.octets.count, 4)
            body += table.octets
            while body.count % 4 > 0 { body.append(0) }
        }
        var file = directory + body
        file.replaceSubrange(
            (headPlace + 8)..<(headPlace + 12), with: bigEndian(0xB1B0_AFBA - checkSum(file), 4))
        return file
    }

    private static func checkSum(_ octets: [UInt8]) -> Int {
        var sum: UInt32 = 0
        for (place, octet) in octets.enumerated() {
            sum &+= UInt32(octet) << UInt32(24 - 8 * (place % 4))
        }
        return Int(sum)
    }
}

/// A glyph's outline, drawn or composed of other glyphs.
private struct Outline {
    let octets: FontOctets

    init(_ octets: ArraySlice<UInt8>) { self.octets = FontOctets(Array(octets)) }

    /// The same outline without instructions, its parts renumbered.
    func withoutHints(_ renumbered: (Int) -> Int) throws(FontError) -> [UInt8] {
        guard octets.count > 0 else { return [] }
        guard octets.count >= 10 else { throw .malformed(table: "glyf") }
        return try octets.i16(0) < 0 ? composed(renumbered) : drawn()
    }

    private func drawn() throws(FontError) -> [UInt8] {
        let end = 10 + 2 * octets.i16(0)
        let rest = end + 2 + octets.u16(end)
        guard rest <= octets.count else { throw .malformed(table: "glyf") }
        return Array(octets.octets[..<end]) + [0, 0] + octets.octets[rest...]
    }

    private func composed(_ renumbered: (Int) -> Int) throws(FontError) -> [UInt8] {
        var (copy, place) = (octets.octets, 10)
        while true {
            guard place + 4 <= copy.count else { throw .malformed(table: "glyf") }
            let flags = octets.u16(place)
            let number = renumbered(octets.u16(place + 2))
            // No instructions (0x0100).
            copy.replaceSubrange(
                place..<(place + 4), with: bigEndian(flags & ~0x0100, 2) + bigEndian(number, 2))
            place += 4 + (flags & 0x0001 != 0 ? 4 : 2)
            if flags & 0x0008 != 0 { place += 2 }
            if flags & 0x0040 != 0 { place += 4 }
            if flags & 0x0080 != 0 { place += 8 }
            guard place <= copy.count else { throw .malformed(table: "glyf") }
            if flags & 0x0020 == 0 { return Array(copy[..<place]) }
        }
    }
}
