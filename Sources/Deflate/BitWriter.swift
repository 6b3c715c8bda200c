/// Octets filled bit by bit, the lowest bit first (RFC 1951 §3.1.1).
struct BitWriter {
    private(set) var octets: [UInt8]
    private var pending: UInt64 = 0
    private var count = 0

    init(octets: [UInt8] = []) { self.octets = octets }

    /// Adds the lowest `width` bits of a value; at most 32.
    mutating func add(_ value: Int, width: Int) {
        pending |= UInt64(truncatingIfNeeded: value) << UInt64(count)
        count += width
        while count >= 8 {
            octets.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// Fills the octet begun with zeros.
    mutating func alignToOctet() {
        guard count > 0 else { return }
        add(0, width: 8 - count)
    }

    /// Adds whole octets; the writer stands at the start of one.
    mutating func add(_ more: ArraySlice<UInt8>) { octets += more }
}
