/// One data object of ISO/IEC 7816-4 §5.2.2 (BER-TLV): tag, value, and where the value begins.
package struct TLV: Hashable, Sendable {
    /// The tag's octets read as one number: `0x30`, `0x7F21`, `0xDF22`.
    package var tag: UInt32
    /// The value's octets.
    package var value: [UInt8]

    /// A data object.
    package init(tag: UInt32, value: [UInt8]) {
        self.tag = tag
        self.value = value
    }

    /// The object as DER writes it: shortest length form.
    package var encoded: [UInt8] {
        var octets: [UInt8] = []
        for shift in stride(from: 24, through: 0, by: -8) where tag >> shift != 0 {
            octets.append(UInt8(truncatingIfNeeded: tag >> shift))
        }
        switch value.count {
        case 0..<0x80: octets.append(UInt8(value.count))
        case 0x80...0xFF: octets += [0x81, UInt8(value.count)]
        case 0x100...0xFFFF:
            octets.append(0x82)
            octets.append(bigEndian: UInt16(value.count))
        default:
            octets.append(0x84)
            octets.append(bigEndian: UInt32(truncatingIfNeeded: value.count))
        }
        return octets + value
    }
}

/// The head of a data object: its tag, how long the head is, how long the value claims to be.
package struct TLVHead: Hashable, Sendable {
    /// The tag's octets read as one number.
    package var tag: UInt32
    /// Octets of tag and length.
    package var headCount: Int
    /// Octets of the value, as claimed.
    package var valueCount: Int
    /// Octets of the whole object.
    package var totalCount: Int { headCount + valueCount }
}

extension OctetReader {
    /// The longest tag taken, in octets.
    package static let longestTagCount = 3
    /// The longest value taken, in octets (a card's file is at most 32,767).
    package static let longestValueCount = 0xFF_FFFF

    /// Reads tag and length of the next data object; definite lengths only.
    package mutating func tlvHead() throws(OctetError) -> TLVHead {
        let start = offset
        var tag = UInt32(try octet())
        if tag & 0x1F == 0x1F {
            var next: UInt8
            repeat {
                next = try octet()
                tag = tag << 8 | UInt32(next)
                guard offset - start <= Self.longestTagCount else {
                    throw .malformed(offset: start)
                }
            } while next & 0x80 != 0
        }
        let first = try octet()
        var count = Int(first)
        if first >= 0x80 {
            let octets = Int(first & 0x7F)
            guard (1...4).contains(octets) else { throw .malformed(offset: offset - 1) }
            count = try take(octets).reduce(0) { $0 << 8 | Int($1) }
        }
        guard count <= Self.longestValueCount else { throw .malformed(offset: start) }
        return TLVHead(tag: tag, headCount: offset - start, valueCount: count)
    }

    /// Reads the next whole data object.
    package mutating func tlv() throws(OctetError) -> TLV {
        let head = try tlvHead()
        return TLV(tag: head.tag, value: try take(head.valueCount))
    }
}
