/// What is wrong with a font.
package enum FontError: Error, Hashable, Sendable {
    /// There is none at all.
    case none
    /// It is no TrueType font with outlines of its own (`glyf`).
    case notTrueType
    /// A table is missing, short or points outside itself.
    case malformed(table: String)
    /// Its licence forbids to put it into documents (OS/2 `fsType`).
    case embeddingForbidden
}

/// A TrueType font as far as papers need it: which glyph a character has, how wide it is and its
/// outline. Every place is checked before it is read; a font may be hostile.
package struct TrueTypeFont: Sendable {
    /// The largest font file that is read, in octets.
    package static let maximumOctets = 64 << 20

    /// The name for programs (PostScript).
    package let name: String
    let unitsPerEm: Int
    let ascent: Int
    let descent: Int
    let capitalHeight: Int
    let box: [Int]
    let glyphCount: Int
    let octets: FontOctets
    private let tables: [String: Range<Int>]
    private let hasLongPlaces: Bool
    private let metricCount: Int
    private let characters: CharacterMap

    /// Reads a font file.
    package init(_ file: [UInt8]) throws(FontError) {
        guard file.count <= Self.maximumOctets else { throw .malformed(table: "file") }
        octets = FontOctets(file)
        tables = try Self.directory(octets)
        let head = try octets.table("head", in: tables, atLeast: 54)
        let hhea = try octets.table("hhea", in: tables, atLeast: 36)
        let maxp = try octets.table("maxp", in: tables, atLeast: 6)
        unitsPerEm = octets.u16(head + 18)
        box = (0..<4).map { [octets] in octets.i16(head + 36 + 2 * $0) }
        hasLongPlaces = octets.u16(head + 50) == 1
        ascent = octets.i16(hhea + 4)
        descent = octets.i16(hhea + 6)
        metricCount = octets.u16(hhea + 34)
        glyphCount = octets.u16(maxp + 4)
        guard (16...16_384).contains(unitsPerEm) else { throw .malformed(table: "head") }
        _ = try octets.table("hmtx", in: tables, atLeast: max(4, 4 * metricCount))
        guard metricCount > 0 else { throw .malformed(table: "hhea") }
        _ = try octets.table(
            "loca", in: tables, atLeast: (glyphCount + 1) * (hasLongPlaces ? 4 : 2))
        guard glyphCount > 0, tables["glyf"] != nil else { throw .notTrueType }
        characters = try CharacterMap(octets, tables["cmap"])
        let style = tables["OS/2"].flatMap { $0.count >= 90 ? $0.lowerBound : nil }
        if let style, octets.u16(style + 8) & 0x000E == 0x0002 { throw .embeddingForbidden }
        capitalHeight = style.map { [octets] in octets.i16($0 + 88) } ?? unitsPerEm * 7 / 10
        name = Self.name(octets, tables["name"])
    }

    /// The glyph of a character; nothing where the font has none.
    func glyph(of character: UInt32) -> Int? {
        guard let glyph = characters.glyph(of: character, octets), glyph > 0, glyph < glyphCount
        else { return nil }
        return glyph
    }

    /// How wide a glyph is, in the font's units.
    func advance(of glyph: Int) -> Int {
        guard let table = tables["hmtx"] else { return 0 }
        return octets.u16(table.lowerBound + 4 * min(glyph, metricCount - 1))
    }

    /// Where a glyph's outline begins, to the right of its origin.
    func leftBearing(of glyph: Int) -> Int {
        guard let table = tables["hmtx"] else { return 0 }
        let place =
            glyph < metricCount ? 4 * glyph + 2 : 4 * metricCount + 2 * (glyph - metricCount)
        return place + 2 <= table.count ? octets.i16(table.lowerBound + place) : 0
    }

    /// A glyph's outline as it stands in the file; empty for a blank.
    func outline(of glyph: Int) throws(FontError) -> ArraySlice<UInt8> {
        guard let places = tables["loca"]?.lowerBound, let outlines = tables["glyf"],
            (0..<glyphCount).contains(glyph)
        else { throw .malformed(table: "loca") }
        let (first, end) =
            hasLongPlaces
            ? (octets.u32(places + 4 * glyph), octets.u32(places + 4 * glyph + 4))
            : (2 * octets.u16(places + 2 * glyph), 2 * octets.u16(places + 2 * glyph + 2))
        guard first <= end, end <= outlines.count else { throw .malformed(table: "loca") }
        return octets.octets[(outlines.lowerBound + first)..<(outlines.lowerBound + end)]
    }

    /// A table's octets.
    func table(_ name: String) -> ArraySlice<UInt8>? { tables[name].map { octets.octets[$0] } }

    private static func directory(
        _ octets: FontOctets
    ) throws(FontError) -> [String: Range<Int>] {
        guard octets.count >= 12, [0x0001_0000, 0x7472_7565].contains(octets.u32(0)) else {
            throw .notTrueType
        }
        let count = octets.u16(4)
        guard octets.count >= 12 + 16 * count else { throw .malformed(table: "directory") }
        var tables: [String: Range<Int>] = [:]
        for row in 0..<count {
            let place = 12 + 16 * row
            let name = String(decoding: octets.octets[place..<(place + 4)], as: UTF8.self)
            let (offset, length) = (octets.u32(place + 8), octets.u32(place + 12))
            guard offset + length <= octets.count else { throw .malformed(table: name) }
            tables[name] = offset..<(offset + length)
        }
        return tables
    }

    /// The PostScript name (name id 6), cut down to letters, digits and hyphens.
    private static func name(_ octets: FontOctets, _ table: Range<Int>?) -> String {
        guard let table, table.count >= 6 else { return "Font" }
        let (count, texts) = (octets.u16(table.lowerBound + 2), octets.u16(table.lowerBound + 4))
        for row in 0..<count {
            let place = table.lowerBound + 6 + 12 * row
            guard place + 12 <= table.upperBound else { break }
            let length = octets.u16(place + 8)
            let start = table.lowerBound + texts + octets.u16(place + 10)
            guard octets.u16(place + 6) == 6, length <= 120, start + length <= table.upperBound
            else { continue }
            let plain = octets.octets[start..<(start + length)].filter {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
            if !plain.isEmpty { return String(decoding: plain, as: UTF8.self) }
        }
        return "Font"
    }
}

/// The octets of a font, numbers with the highest octet first. Nothing outside is read: it is 0.
struct FontOctets: Sendable {
    let octets: [UInt8]

    init(_ octets: [UInt8]) { self.octets = octets }

    var count: Int { octets.count }

    func u16(_ place: Int) -> Int {
        guard place >= 0, place + 2 <= octets.count else { return 0 }
        return Int(octets[place]) << 8 | Int(octets[place + 1])
    }

    func i16(_ place: Int) -> Int { Int(Int16(truncatingIfNeeded: u16(place))) }

    func u32(_ place: Int) -> Int { u16(place) << 16 | u16(place + 2) }

    /// Where a table begins that must be there.
    func table(
        _ name: String, in tables: [String: Range<Int>], atLeast count: Int
    ) throws(FontError) -> Int {
        guard let table = tables[name], table.count >= count else {
            throw .malformed(table: name)
        }
        return table.lowerBound
    }
}
