/// Which glyph a character has: the `cmap` table, formats 12 and 4 of Unicode.
struct CharacterMap: Sendable {
    /// Where the subtable lies in the file.
    private let place: Range<Int>
    private let isFull: Bool

    init(_ octets: FontOctets, _ table: Range<Int>?) throws(FontError) {
        guard let table, table.count >= 4 else { throw .malformed(table: "cmap") }
        var found: [(rank: Int, place: Range<Int>)] = []
        for row in 0..<octets.u16(table.lowerBound + 2) {
            let entry = table.lowerBound + 4 + 8 * row
            guard entry + 8 <= table.upperBound else { break }
            let isUnicode = octets.u16(entry) == 0 || octets.u16(entry) == 3
            let start = table.lowerBound + octets.u32(entry + 4)
            guard isUnicode, start + 16 <= table.upperBound else { continue }
            switch octets.u16(start) {
            case 12: found.append((1, start..<table.upperBound))
            case 4: found.append((0, start..<table.upperBound))
            default: continue
            }
        }
        guard let best = found.max(by: { $0.rank < $1.rank }) else {
            throw .malformed(table: "cmap")
        }
        (isFull, place) = (best.rank == 1, best.place)
    }

    func glyph(of character: UInt32, _ octets: FontOctets) -> Int? {
        isFull ? grouped(Int(character), octets) : segmented(Int(character), octets)
    }

    /// Format 12: groups of characters whose glyphs follow each other.
    private func grouped(_ character: Int, _ octets: FontOctets) -> Int? {
        let start = place.lowerBound + 16
        let count = min(octets.u32(place.lowerBound + 12), (place.upperBound - start) / 12)
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if octets.u32(start + 12 * middle + 4) < character {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < count else { return nil }
        let group = start + 12 * low
        let first = octets.u32(group)
        return first <= character ? octets.u32(group + 8) + character - first : nil
    }

    /// Format 4: segments of the basic plane.
    private func segmented(_ character: Int, _ octets: FontOctets) -> Int? {
        guard character <= 0xFFFF else { return nil }
        let doubled = octets.u16(place.lowerBound + 6)
        let ends = place.lowerBound + 14
        guard ends + 4 * doubled <= place.upperBound else { return nil }
        for segment in stride(from: 0, to: doubled, by: 2)
        where octets.u16(ends + segment) >= character {
            let first = octets.u16(ends + doubled + 2 + segment)
            guard first <= character else { return nil }
            let delta = octets.u16(ends + 2 * doubled + 2 + segment)
            let slot = ends + 3 * doubled + 2 + segment
            let offset = octets.u16(slot)
            guard offset > 0 else { return (character + delta) & 0xFFFF }
            let glyph = octets.u16(slot + offset + 2 * (character - first))
            return glyph == 0 ? nil : (glyph + delta) & 0xFFFF
        }
        return nil
    }
}
