/// The modules of a version that carry no data (機能パターン): finders, timing, alignment, version,
/// and room for the format (JIS X 0510, 6.3, 7.9 and 7.10).
struct QRPatterns: Sendable {
    /// The dark ones, by rows.
    private(set) var dark: [QRRow]
    /// All of them, by rows.
    private(set) var reserved: [QRRow]
    private let size: Int

    init(_ version: QRVersion) {
        size = version.size
        dark = Array(repeating: QRRow(), count: size)
        reserved = dark
        drawTiming()
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        drawAlignments(version.alignmentCentres)
        reserveFormat()
        drawVersion(version)
    }

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        dark[y][x] = isDark
        reserved[y][x] = true
    }

    private mutating func drawTiming() {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
    }

    /// A finder with its light border.
    private mutating func drawFinder(_ centreX: Int, _ centreY: Int) {
        for dy in -4...4 {
            for dx in -4...4 {
                let (x, y) = (centreX + dx, centreY + dy)
                guard (0..<size).contains(x), (0..<size).contains(y) else { continue }
                let ring = max(abs(dx), abs(dy))
                set(x, y, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignments(_ centres: [Int]) {
        guard let last = centres.last else { return }
        for centreY in centres {
            for centreX in centres {
                // The three that would lie on finders are left out.
                let corner = [(6, 6), (6, last), (last, 6)].contains { $0 == (centreX, centreY) }
                guard !corner else { continue }
                for dy in -2...2 {
                    for dx in -2...2 {
                        set(centreX + dx, centreY + dy, max(abs(dx), abs(dy)) != 1)
                    }
                }
            }
        }
    }

    private mutating func reserveFormat() {
        for (x, y, _) in Self.formatPlaces(size: size) { set(x, y, false) }
        set(8, size - 8, true)
    }

    private mutating func drawVersion(_ version: QRVersion) {
        guard version.number >= 7 else { return }
        var remainder = UInt32(version.number)
        for _ in 0..<12 { remainder = remainder << 1 ^ (remainder >> 11) * 0x1F25 }
        let bits = UInt32(version.number) << 12 | remainder
        for index in 0..<18 {
            let isDark = bits >> UInt32(index) & 1 != 0
            set(size - 11 + index % 3, index / 3, isDark)
            set(index / 3, size - 11 + index % 3, isDark)
        }
    }

    /// Where the bits of the format stand, twice each: x, y, bit.
    static func formatPlaces(size: Int) -> [(x: Int, y: Int, bit: Int)] {
        (0..<15).flatMap { bit in
            let first =
                switch bit {
                case 0...5: (8, bit)
                case 6: (8, 7)
                case 7: (8, 8)
                case 8: (7, 8)
                default: (14 - bit, 8)
                }
            let second = bit < 8 ? (size - 1 - bit, 8) : (8, size - 15 + bit)
            return [(first.0, first.1, bit), (second.0, second.1, bit)]
        }
    }

    /// The fifteen bits that say level and mask (7.9.1).
    static func format(_ level: QRLevel, mask: Int) -> UInt32 {
        let data = level.formatBits << 3 | UInt32(mask)
        var remainder = data
        for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
        return (data << 10 | remainder) ^ 0x5412
    }
}
