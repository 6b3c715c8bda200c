internal import Octets

/// What the virtual reader (vpcd) says to its card: a length of two octets, then a control octet
/// or a command (vsmartcard, `vpcd.h`).
package enum VPCDMessage: Hashable, Sendable {
    case powerOff
    case powerOn
    case reset
    case getATR
    case command([UInt8])
    /// Neither: nothing is answered to it.
    case unknown([UInt8])

    /// A message from the octets of one frame.
    package init(_ octets: [UInt8]) {
        switch octets {
        case [0x00]: self = .powerOff
        case [0x01]: self = .powerOn
        case [0x02]: self = .reset
        case [0x04]: self = .getATR
        default: self = octets.count >= 2 ? .command(octets) : .unknown(octets)
        }
    }
}

/// Cuts a stream of octets from vpcd into frames.
package struct VPCDFrameReader: Sendable {
    private var octets: [UInt8] = []

    /// A reader at the start of a connection.
    package init() {}

    /// Takes octets as they arrive.
    package mutating func append(_ more: some Collection<UInt8>) { octets += more }

    /// The next whole message, if it has arrived.
    package mutating func next() -> VPCDMessage? {
        guard octets.count >= 2 else { return nil }
        let count = Int(octets[0]) << 8 | Int(octets[1])
        guard octets.count >= 2 + count else { return nil }
        let frame = [UInt8](octets[2..<2 + count])
        octets.removeFirst(2 + count)
        return VPCDMessage(frame)
    }
}

/// One frame: length and octets in one piece, since two writes would cost a delayed
/// acknowledgement each. Octets beyond the longest frame are cut off.
package func vpcdFrame(_ octets: [UInt8]) -> [UInt8] {
    let payload = octets.prefix(0xFFFF)
    var frame: [UInt8] = []
    frame.append(bigEndian: UInt16(payload.count))
    return frame + payload
}
