internal import Octets

/// Small pictures in black and white as PNG (ISO/IEC 15948), stored without compression: the
/// digits that a card keeps as printed.
enum SmallPNG {
    /// A digit's cell, in dots.
    private static let cellWidth = 6
    private static let cellHeight = 12

    /// Digits as a picture of 6 by 12 dots each.
    static func digits(_ text: String) -> [UInt8] {
        let cells = text.utf8.map { glyphs[Int($0 &- 0x30) % glyphs.count] }
        var rows: [[Bool]] = []
        for y in 0..<cellHeight {
            rows.append(cells.flatMap { glyph in (0..<cellWidth).map { isDark(glyph, $0, y) } })
        }
        return encode(rows)
    }

    /// A glyph fills the left five dots of its cell, from the third row on.
    private static func isDark(_ glyph: [UInt8], _ x: Int, _ y: Int) -> Bool {
        guard (2..<2 + glyph.count).contains(y), x < 5 else { return false }
        return glyph[y - 2] >> UInt8(4 - x) & 1 == 1
    }

    /// A picture with as many dark lines as fit: stands for a text whose picture nobody drew.
    static func lines(width: Int = 120, height: Int = 16) -> [UInt8] {
        encode((0..<height).map { y in (0..<width).map { _ in y % 4 == 1 } })
    }

    /// Rows of dots (true is dark) as a PNG file of one bit a dot.
    private static func encode(_ rows: [[Bool]]) -> [UInt8] {
        let width = rows.first?.count ?? 0
        var scanlines: [UInt8] = []
        for row in rows {
            scanlines.append(0)
            for start in stride(from: 0, to: width, by: 8) {
                scanlines.append(
                    (0..<8).reduce(UInt8(0)) { octet, bit in
                        let isLight = start + bit >= width || !row[start + bit]
                        return octet << 1 | (isLight ? 1 : 0)
                    })
            }
        }
        var header: [UInt8] = []
        header.append(bigEndian: UInt32(width))
        header.append(bigEndian: UInt32(rows.count))
        header += [1, 0, 0, 0, 0]
        return CardPictures.pngStart + chunk("IHDR", header) + chunk("IDAT", stored(scanlines))
            + chunk("IEND", [])
    }

    /// A zlib stream of one stored block (RFC 1950, RFC 1951 §3.2.4).
    private static func stored(_ octets: [UInt8]) -> [UInt8] {
        precondition(octets.count <= 0xFFFF, "one stored block")
        let count = UInt16(octets.count)
        func little(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
        var stream: [UInt8] = [0x78, 0x01, 0x01] + little(count) + little(~count) + octets
        var (low, high): (UInt32, UInt32) = (1, 0)
        for octet in octets {
            low = (low + UInt32(octet)) % 65_521
            high = (high + low) % 65_521
        }
        stream.append(bigEndian: high << 16 | low)
        return stream
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var octets: [UInt8] = []
        octets.append(bigEndian: UInt32(data.count))
        octets += body
        octets.append(bigEndian: crc32(body))
        return octets
    }

    private static func crc32(_ octets: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for octet in octets {
            crc ^= UInt32(octet)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    /// The digits 0 to 9, five dots wide and seven high.
    private static let glyphs: [[UInt8]] = [
        [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E], [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
        [0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F], [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E],
        [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02], [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
        [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E], [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
        [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E], [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C],
    ]
}

extension CardPictures {
    /// Pictures of nobody, for cards whose person has none drawn: lines for the texts, and for the
    /// photo a JPEG 2000 file that holds its signature box alone.
    package static let none = CardPictures(
        photo: jp2Start + [0x87, 0x0A], name: SmallPNG.lines(),
        address: SmallPNG.lines(width: 200))
}
