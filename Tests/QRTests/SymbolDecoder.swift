import QR

/// What went wrong in reading a symbol.
enum DecodingError: Error {
    case format, version, correction(block: Int), mode(Int), end
}

/// Reads a symbol back by the standard's own words, bit by bit, sharing nothing with the encoder:
/// the format in both places, the version, every block's error correction, the segments.
struct SymbolDecoder {
    let symbol: QRSymbol
    let size: Int
    let version: Int
    let levelBits: Int
    let mask: Int

    init(_ symbol: QRSymbol) throws {
        self.symbol = symbol
        size = symbol.size
        version = (size - 17) / 4
        let one = Self.bits(
            [
                (8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8), (5, 8),
                (4, 8),
                (3, 8), (2, 8), (1, 8), (0, 8),
            ], symbol)
        let end = symbol.size - 1
        let other = Self.bits(
            (0..<8).map { (end - $0, 8) } + (0..<7).map { (8, end - 6 + $0) }, symbol)
        guard one == other else { throw DecodingError.format }
        let plain = one ^ 0b101_0100_0001_0010
        guard Self.remainder(plain, 0b101_0011_0111, width: 10) == 0 else {
            throw DecodingError.format
        }
        levelBits = plain >> 13
        mask = plain >> 10 & 7
        guard symbol[8, size - 8] else { throw DecodingError.format }
        if version >= 7 {
            let right = Self.bits((0..<18).map { (size - 11 + $0 % 3, $0 / 3) }, symbol)
            let below = Self.bits((0..<18).map { ($0 / 3, size - 11 + $0 % 3) }, symbol)
            guard right == below, right >> 12 == version,
                Self.remainder(right, 0b1_1111_0010_0101, width: 12) == 0
            else { throw DecodingError.version }
        }
    }

    private static func bits(_ places: [(Int, Int)], _ symbol: QRSymbol) -> Int {
        var value = 0
        for (index, place) in places.enumerated() where symbol[place.0, place.1] {
            value |= 1 << index
        }
        return value
    }

    static func remainder(_ value: Int, _ divisor: Int, width: Int) -> Int {
        var rest = value
        while rest >> width != 0 {
            let top = Int.bitWidth - 1 - rest.leadingZeroBitCount
            rest ^= divisor << (top - width)
        }
        return rest
    }

    /// Whether a module belongs to a pattern, by where it lies.
    private func isPattern(_ x: Int, _ y: Int, _ centres: [Int]) -> Bool {
        if x == 6 || y == 6 { return true }
        if x < 9 && y < 9 || x >= size - 8 && y < 9 || x < 9 && y >= size - 8 { return true }
        if version >= 7 {
            if y < 6 && x >= size - 11 || x < 6 && y >= size - 11 { return true }
        }
        guard let last = centres.last else { return false }
        guard let column = centres.first(where: { abs(x - $0) <= 2 }),
            let row = centres.first(where: { abs(y - $0) <= 2 })
        else { return false }
        return ![[6, 6], [6, last], [last, 6]].contains([column, row])
    }

    /// Table E.1, as printed.
    static let centres: [Int: [Int]] = [
        14: [6, 26, 46, 66], 15: [6, 26, 48, 70], 22: [6, 26, 50, 74, 98],
        32: [6, 34, 60, 86, 112, 138], 40: [6, 30, 58, 86, 114, 142, 170],
    ]

    /// Even steps from the far end, the first step the odd one out (annex E).
    private var centres: [Int] {
        if let printed = Self.centres[version] { return printed }
        guard version > 1 else { return [] }
        let count = version / 7 + 2
        guard count > 2 else { return [6, size - 7] }
        let span = size - 13
        var step = (span + count - 2) / (count - 1)
        if step % 2 == 1 { step += 1 }
        return [6] + (1..<count).map { size - 7 - step * (count - 1 - $0) }
    }

    /// All codewords as they were placed.
    func codewords() -> [UInt8] {
        var result: [UInt8] = []
        var octet = 0
        var count = 0
        let centres = centres
        var x = size - 1
        var isUpward = true
        while x > 0 {
            if x == 6 { x -= 1 }
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for column in [x, x - 1] where !isPattern(column, y, centres) {
                    let bit = symbol[column, y] != isMasked(column, y)
                    octet = octet << 1 | (bit ? 1 : 0)
                    count += 1
                    if count % 8 == 0 {
                        result.append(UInt8(octet))
                        octet = 0
                    }
                }
            }
            isUpward.toggle()
            x -= 2
        }
        return result
    }

    private func isMasked(_ j: Int, _ i: Int) -> Bool {
        switch mask {
        case 0: (i + j) % 2 == 0
        case 1: i % 2 == 0
        case 2: j % 3 == 0
        case 3: (i + j) % 3 == 0
        case 4: (i / 2 + j / 3) % 2 == 0
        case 5: (i * j) % 2 + (i * j) % 3 == 0
        case 6: ((i * j) % 2 + (i * j) % 3) % 2 == 0
        default: ((i * j) % 3 + (i + j) % 2) % 2 == 0
        }
    }

    /// Data codewords of interleaved blocks, after each block's syndromes were seen to be zero.
    static func data(
        _ codewords: [UInt8], blocks: Int, corrections: Int
    ) throws -> [UInt8] {
        let dataCount = codewords.count - blocks * corrections
        let short = dataCount / blocks
        let longBlocks = dataCount % blocks
        var data: [[UInt8]] = Array(repeating: [], count: blocks)
        var place = 0
        for row in 0...short {
            for block in 0..<blocks where row < short || block >= blocks - longBlocks {
                data[block].append(codewords[place])
                place += 1
            }
        }
        var whole = data
        for _ in 0..<corrections {
            for block in 0..<blocks {
                whole[block].append(codewords[place])
                place += 1
            }
        }
        for (index, block) in whole.enumerated() {
            var root: UInt8 = 1
            for _ in 0..<corrections {
                var sum: UInt8 = 0
                for octet in block { sum = Galois.times(sum, root) ^ octet }
                guard sum == 0 else { throw DecodingError.correction(block: index) }
                root = Galois.times(root, 2)
            }
        }
        return data.flatMap { $0 }
    }

    /// The text of the segments.
    static func text(_ data: [UInt8], version: Int) throws -> [UInt8] {
        var place = 0
        func take(_ count: Int) throws -> Int {
            guard place + count <= data.count * 8 else { throw DecodingError.end }
            var value = 0
            for bit in place..<place + count {
                value = value << 1 | Int(data[bit / 8] >> UInt8(7 - bit % 8) & 1)
            }
            place += count
            return value
        }
        var result: [UInt8] = []
        while data.count * 8 - place >= 4 {
            switch try take(4) {
            case 0: return result
            case 1:
                var left = try take(version < 10 ? 10 : version < 27 ? 12 : 14)
                while left > 0 {
                    let width = min(left, 3)
                    let digits = String(try take([0, 4, 7, 10][width]))
                    result += Array(repeating: 0x30, count: width - digits.utf8.count) + digits.utf8
                    left -= width
                }
            case 4:
                let count = try take(version < 10 ? 8 : 16)
                for _ in 0..<count { result.append(UInt8(try take(8))) }
            case let mode: throw DecodingError.mode(mode)
            }
        }
        return result
    }
}

/// GF(256) by a table of products that is built by shifting.
enum Galois {
    private static let products: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 65536)
        for a in 0..<256 {
            for b in 0..<256 {
                var (product, left, right) = (0, a, b)
                while right > 0 {
                    if right & 1 == 1 { product ^= left }
                    left <<= 1
                    if left > 255 { left ^= 0x11D }
                    right >>= 1
                }
                table[a << 8 | b] = UInt8(product)
            }
        }
        return table
    }()

    static func times(_ a: UInt8, _ b: UInt8) -> UInt8 { products[Int(a) << 8 | Int(b)] }
}
