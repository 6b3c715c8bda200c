/// A run of data in one mode (JIS X 0510, 7.4). No character set is announced (ECI): readers of
/// the medicine notebook expect plain octets.
package enum QRSegment: Hashable, Sendable {
    /// Digits, as ASCII: ten bits for three of them.
    case numeric([UInt8])
    /// Any octets.
    case bytes([UInt8])

    /// The shorter of both modes for a text: numeric if it is digits alone.
    package init(_ octets: [UInt8]) {
        self = !octets.isEmpty && octets.allSatisfy(isDigit) ? .numeric(octets) : .bytes(octets)
    }

    var modeBits: UInt32 {
        switch self {
        case .numeric: 1
        case .bytes: 4
        }
    }

    /// Characters in the segment.
    var count: Int {
        switch self {
        case .numeric(let digits): digits.count
        case .bytes(let octets): octets.count
        }
    }

    /// The width of the character count, by version (table 3).
    func countBits(_ version: QRVersion) -> Int {
        switch self {
        case .numeric: version.number < 10 ? 10 : version.number < 27 ? 12 : 14
        case .bytes: version.number < 10 ? 8 : 16
        }
    }

    /// Bits of the whole segment in a symbol of a version; nothing if its count does not fit.
    func bitCount(_ version: QRVersion) -> Int? {
        guard count < 1 << countBits(version) else { return nil }
        return 4 + countBits(version) + dataBitCount
    }

    private var dataBitCount: Int {
        switch self {
        case .numeric(let digits): digits.count / 3 * 10 + [0, 4, 7][digits.count % 3]
        case .bytes(let octets): octets.count * 8
        }
    }

    func write(to stream: inout BitStream, _ version: QRVersion) throws(QRError) {
        stream.append(modeBits, count: 4)
        stream.append(UInt32(count), count: countBits(version))
        switch self {
        case .bytes(let octets):
            for octet in octets { stream.append(UInt32(octet), count: 8) }
        case .numeric(let digits):
            guard digits.allSatisfy(isDigit) else { throw .notDigits }
            for start in stride(from: 0, to: digits.count, by: 3) {
                let group = digits[start..<min(start + 3, digits.count)]
                let value = group.reduce(0 as UInt32) { $0 * 10 + UInt32($1 - 0x30) }
                stream.append(value, count: 1 + 3 * group.count)
            }
        }
    }
}

private func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

/// Bits in the order in which they are read, first the highest of each octet.
struct BitStream {
    private(set) var octets: [UInt8] = []
    private(set) var bitCount = 0

    mutating func append(_ value: UInt32, count: Int) {
        var left = count
        while left > 0 {
            let used = bitCount % 8
            if used == 0 { octets.append(0) }
            let take = min(8 - used, left)
            let piece = value >> UInt32(left - take) & (1 << UInt32(take) - 1)
            octets[octets.count - 1] |= UInt8(truncatingIfNeeded: piece << UInt32(8 - used - take))
            bitCount += take
            left -= take
        }
    }
}
