/// A QR code, model 2 (JIS X 0510, ISO/IEC 18004): a square of modules, dark or light.
///
///     let symbol = try QRSymbol(octets, level: .medium)
///     symbol[x, y]    // whether the module is dark
package struct QRSymbol: Hashable, Sendable {
    /// Its size.
    package let version: QRVersion
    /// Its error correction.
    package let level: QRLevel
    /// Its mask pattern, 0 to 7.
    package let mask: Int
    private let rows: [QRRow]

    /// The smallest symbol that holds some octets, of the versions allowed; with the mask that
    /// reads best, unless one is asked for.
    package init(
        _ octets: [UInt8], level: QRLevel = .medium,
        versions: ClosedRange<QRVersion> = .smallest ... .largest, mask: Int? = nil
    ) throws(QRError) {
        try self.init([QRSegment(octets)], level: level, versions: versions, mask: mask)
    }

    /// The smallest symbol that holds some segments.
    package init(
        _ segments: [QRSegment], level: QRLevel = .medium,
        versions: ClosedRange<QRVersion> = .smallest ... .largest, mask: Int? = nil
    ) throws(QRError) {
        precondition(mask.map { (0..<8).contains($0) } ?? true, "there are eight masks")
        let version = try QRCodewords.version(for: segments, level: level, in: versions)
        let data = try QRCodewords.data(segments, version: version, level: level)
        let codewords = QRCodewords.interleaved(data, version: version, level: level)
        let canvas = QRCanvas(codewords, version: version, level: level)
        let best = mask ?? canvas.bestMask
        (self.version, self.level, self.mask) = (version, level, best)
        rows = canvas.rows(mask: best)
    }

    /// Modules a side, without the quiet zone of four modules that must surround it.
    package var size: Int { version.size }

    /// Whether the module in column x and row y is dark; outside the symbol all is light.
    package subscript(x: Int, y: Int) -> Bool {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return false }
        return rows[y][x]
    }
}

/// A symbol before its mask is chosen: by rows and by columns, so that both are judged alike.
struct QRCanvas {
    private let version: QRVersion
    private let level: QRLevel
    private let patterns: QRPatterns
    /// Function patterns and data, unmasked.
    private var plain: [QRRow]

    init(_ codewords: [UInt8], version: QRVersion, level: QRLevel) {
        (self.version, self.level) = (version, level)
        patterns = QRPatterns(version)
        plain = patterns.dark
        place(codewords)
    }

    /// Codewords upwards and downwards in columns two modules wide, from the lower right (7.7.3).
    private mutating func place(_ codewords: [UInt8]) {
        let size = version.size
        let bitCount = codewords.count * 8
        var bit = 0
        var right = size - 1
        var isUpward = true
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !patterns.reserved[y][x] {
                    // What is left over stays light until it is masked: remainder bits.
                    guard bit < bitCount else { continue }
                    if codewords[bit >> 3] >> UInt8(7 - bit & 7) & 1 != 0 { plain[y][x] = true }
                    bit += 1
                }
            }
            isUpward.toggle()
            right -= 2
        }
    }

    /// The finished symbol with a mask.
    func rows(mask: Int) -> [QRRow] {
        var rows = masked(plain, QRMask.rows[mask], patterns.reserved)
        let format = QRPatterns.format(level, mask: mask)
        for (x, y, bit) in QRPatterns.formatPlaces(size: version.size) {
            rows[y][x] = format >> UInt32(bit) & 1 != 0
        }
        return rows
    }

    private func masked(_ lines: [QRRow], _ mask: [QRRow], _ reserved: [QRRow]) -> [QRRow] {
        let inside = QRRow(count: version.size)
        return lines.indices.map { lines[$0] ^ (mask[$0 % 12] & inside & ~reserved[$0]) }
    }

    /// The mask with the smallest penalty; of equals the first.
    var bestMask: Int {
        let turned = transposed(plain)
        let turnedReserved = transposed(patterns.reserved)
        let places = QRPatterns.formatPlaces(size: version.size)
        var best = (mask: 0, penalty: Int.max)
        for mask in 0..<8 {
            let format = QRPatterns.format(level, mask: mask)
            var rows = masked(plain, QRMask.rows[mask], patterns.reserved)
            var columns = masked(turned, QRMask.columns[mask], turnedReserved)
            for (x, y, bit) in places {
                let isDark = format >> UInt32(bit) & 1 != 0
                rows[y][x] = isDark
                columns[x][y] = isDark
            }
            let penalty = QRPenalty.total(rows: rows, columns: columns)
            if penalty < best.penalty { best = (mask, penalty) }
        }
        return best.mask
    }
}

/// Rows as columns.
private func transposed(_ rows: [QRRow]) -> [QRRow] {
    var columns = Array(repeating: QRRow(), count: rows.count)
    for y in rows.indices {
        for x in rows.indices where rows[y][x] { columns[x][y] = true }
    }
    return columns
}
