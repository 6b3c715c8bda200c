internal import Octets

/// A command to a card (ISO/IEC 7816-4 §5.2): header, data, and how much answer is expected.
package struct CommandAPDU: Hashable, Sendable {
    /// The longest data of an extended command, in octets.
    package static let longestData = 65_535
    /// The longest answer that an extended command may expect, in octets.
    package static let longestExpected = 65_536
    /// The longest command as it travels: header, extended lengths and data.
    package static let longestCommand = 4 + 3 + longestData + 2

    /// Class octet.
    package var cla: UInt8
    /// Instruction octet.
    package var ins: UInt8
    /// First parameter.
    package var p1: UInt8
    /// Second parameter.
    package var p2: UInt8
    /// The data field; empty for none.
    package var data: [UInt8]
    /// The longest answer expected (Ne); nothing when no length field is sent.
    package var expected: Int?

    /// A command; `expected` 256 is written as Le `00`, 65,536 as `0000`.
    package init(
        _ cla: UInt8, _ ins: UInt8, _ p1: UInt8, _ p2: UInt8, data: [UInt8] = [],
        expected: Int? = nil
    ) {
        precondition(data.count <= Self.longestData, "a command's data has at most 65,535 octets")
        precondition(
            expected.map { (1...Self.longestExpected).contains($0) } ?? true,
            "an expected length is 1 to 65,536")
        (self.cla, self.ins, self.p1, self.p2) = (cla, ins, p1, p2)
        (self.data, self.expected) = (data, expected)
    }

    /// The command as it travels: short lengths where they suffice, else extended ones
    /// (§5.2, table 2).
    package var octets: [UInt8] {
        let header = [cla, ins, p1, p2]
        if data.count <= 255, expected ?? 0 <= 256 {
            return header + (data.isEmpty ? [] : [UInt8(data.count)] + data)
                + (expected.map { [UInt8(truncatingIfNeeded: $0)] } ?? [])
        }
        var octets = header + [0]
        if !data.isEmpty {
            octets.append(bigEndian: UInt16(data.count))
            octets += data
        }
        if let expected { octets.append(bigEndian: UInt16(truncatingIfNeeded: expected)) }
        return octets
    }
}

extension CommandAPDU {
    /// Reads a command in any of the seven forms of §5.2, table 2; anything else is nothing.
    package init?(_ octets: [UInt8]) {
        guard octets.count >= 4, octets.count <= Self.longestCommand,
            let (data, expected) = lengths(octets.dropFirst(4))
        else { return nil }
        self.init(
            octets[0], octets[1], octets[2], octets[3], data: [UInt8](data), expected: expected)
    }
}

/// The data and expected length in what follows a header.
private func lengths(_ body: ArraySlice<UInt8>) -> (data: ArraySlice<UInt8>, expected: Int?)? {
    guard let first = body.first else { return ([], nil) }
    if body.count == 1 { return ([], first == 0 ? 256 : Int(first)) }
    if first != 0 { return shortData(body.dropFirst(), count: Int(first)) }
    guard body.count >= 3 else { return nil }
    let count = Int(body[body.startIndex + 1]) << 8 | Int(body[body.startIndex + 2])
    let rest = body.dropFirst(3)
    if rest.isEmpty { return ([], count == 0 ? CommandAPDU.longestExpected : count) }
    guard count > 0 else { return nil }
    if rest.count == count { return (rest, nil) }
    guard rest.count == count + 2 else { return nil }
    let tail = rest.suffix(2)
    let expected = Int(tail[tail.startIndex]) << 8 | Int(tail[tail.startIndex + 1])
    return (rest.prefix(count), expected == 0 ? CommandAPDU.longestExpected : expected)
}

private func shortData(
    _ rest: ArraySlice<UInt8>, count: Int
) -> (data: ArraySlice<UInt8>, expected: Int?)? {
    if rest.count == count { return (rest, nil) }
    guard rest.count == count + 1, let last = rest.last else { return nil }
    return (rest.prefix(count), last == 0 ? 256 : Int(last))
}
