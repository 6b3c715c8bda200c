/// Why octets could not be read: they ended early, or a value was outside its bounds.
package enum OctetError: Error, Hashable, Sendable {
    /// More octets were needed at this offset than are there.
    case endedEarly(offset: Int)
    /// A length or value at this offset is not allowed.
    case malformed(offset: Int)
}

/// A cursor over octets that never reads past their end.
package struct OctetReader: Sendable {
    private let octets: [UInt8]
    /// Where the next octet is read.
    package private(set) var offset = 0

    /// A reader that stands before the first octet.
    package init(_ octets: [UInt8]) { self.octets = octets }

    /// How many octets are left.
    package var remaining: Int { octets.count - offset }

    /// The next `count` octets.
    package mutating func take(_ count: Int) throws(OctetError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .endedEarly(offset: offset) }
        defer { offset += count }
        return [UInt8](octets[offset..<offset + count])
    }

    /// The next octet.
    package mutating func octet() throws(OctetError) -> UInt8 {
        guard remaining >= 1 else { throw .endedEarly(offset: offset) }
        defer { offset += 1 }
        return octets[offset]
    }

    /// The next big-endian integer.
    package mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(OctetError) -> Value {
        var value: Value = 0
        for octet in try take(Value.bitWidth / 8) { value = value << 8 | Value(octet) }
        return value
    }
}

extension [UInt8] {
    /// Appends an integer, most significant octet first.
    @inlinable
    package mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
