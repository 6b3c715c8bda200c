/// One of the 40 sizes of a symbol (型番; JIS X 0510, table 1): 21 to 177 modules a side.
package struct QRVersion: Hashable, Comparable, Sendable {
    /// The number, 1 to 40.
    package let number: Int

    /// The smallest.
    package static let smallest = QRVersion(unchecked: 1)
    /// The largest.
    package static let largest = QRVersion(unchecked: 40)
    /// All, smallest first.
    package static let all = (1...40).map(QRVersion.init(unchecked:))

    /// A version, if there is one of this number.
    package init?(_ number: Int) {
        guard (1...40).contains(number) else { return nil }
        self.number = number
    }

    private init(unchecked number: Int) { self.number = number }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }

    /// Modules a side, without the quiet zone.
    package var size: Int { 17 + 4 * number }

    /// Rows and columns on which alignment patterns are centred (table E.1).
    var alignmentCentres: [Int] {
        guard number >= 2 else { return [] }
        let count = number / 7 + 2
        let step = number == 32 ? 26 : (8 * number + 3 * count + 5) / (4 * count - 4) * 2
        return [6] + (0..<count - 1).map { size - 7 - $0 * step }.reversed()
    }

    /// Modules that carry codewords and remainder bits.
    var dataModuleCount: Int {
        var count = (16 * number + 128) * number + 64
        if number >= 2 {
            let alignments = number / 7 + 2
            count -= (25 * alignments - 10) * alignments - 55
        }
        if number >= 7 { count -= 36 }
        return count
    }

    /// All codewords: data and error correction.
    var codewordCount: Int { dataModuleCount / 8 }

    /// Error-correction codewords of each block (table 9).
    func correctionCount(_ level: QRLevel) -> Int {
        correctionCounts[level.rawValue][number - 1]
    }

    /// Blocks into which the codewords are divided (table 9).
    func blockCount(_ level: QRLevel) -> Int { blockCounts[level.rawValue][number - 1] }

    /// Codewords left for data.
    package func dataCodewordCount(_ level: QRLevel) -> Int {
        codewordCount - correctionCount(level) * blockCount(level)
    }

    /// The octets that one byte segment may have.
    package func byteCapacity(_ level: QRLevel) -> Int {
        (dataCodewordCount(level) * 8 - 4 - QRSegment.bytes([]).countBits(self)) / 8
    }
}

private let correctionCounts: [[Int]] = [
    [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28]
        + [28, 28, 30, 30, 26, 28] + Array(repeating: 30, count: 14),
    [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26]
        + Array(repeating: 28, count: 19),
    [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30]
        + [28, 30, 30, 30, 30, 28] + Array(repeating: 30, count: 14),
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24]
        + Array(repeating: 30, count: 18),
]

private let blockCounts: [[Int]] = [
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8]
        + [8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
    [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]
        + [17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
    [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20]
        + [23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25]
        + [25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
]
