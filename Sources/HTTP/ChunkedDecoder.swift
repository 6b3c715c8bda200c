/// Decodes the chunked coding (RFC 9112 §7.1) as octets arrive. Extensions and trailers are
/// refused: nobody here needs them, and both have been ways to smuggle requests.
package struct ChunkedDecoder: Hashable, Sendable {
    private enum State: Hashable {
        case size, sizeLineFeed, data(left: Int), dataCarriageReturn, dataLineFeed
        case endCarriageReturn, endLineFeed, done
    }

    private var state = State.size
    private var size = 0
    private var digits = 0
    private let limit: Int
    /// What was decoded so far.
    package private(set) var body: [UInt8] = []

    /// A decoder for at most so many octets of body.
    package init(limit: Int) { self.limit = limit }

    /// Whether the last chunk has come.
    package var isDone: Bool { state == .done }

    /// Takes octets; returns how many it used (all of them, until the body is done).
    package mutating func feed(_ octets: ArraySlice<UInt8>) throws(HTTPFault) -> Int {
        var used = 0
        for octet in octets {
            if state == .done { break }
            try take(octet)
            used += 1
        }
        return used
    }

    private mutating func take(_ octet: UInt8) throws(HTTPFault) {
        switch state {
        case .size: try takeSize(octet)
        case .sizeLineFeed:
            try expect(octet, 0x0A)
            (digits, state) = (0, size == 0 ? .endCarriageReturn : .data(left: size))
        case .data(let left):
            body.append(octet)
            state = left == 1 ? .dataCarriageReturn : .data(left: left - 1)
        case .dataCarriageReturn:
            try expect(octet, 0x0D)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(octet, 0x0A)
            (size, state) = (0, .size)
        case .endCarriageReturn:
            guard octet == 0x0D else { throw .malformed("trailer fields are not taken") }
            state = .endLineFeed
        case .endLineFeed:
            try expect(octet, 0x0A)
            state = .done
        case .done: break
        }
    }

    private mutating func takeSize(_ octet: UInt8) throws(HTTPFault) {
        if octet == 0x0D {
            guard digits > 0 else { throw .malformed("a chunk without a size") }
            guard body.count + size <= limit else { throw .bodyTooLarge }
            state = .sizeLineFeed
            return
        }
        guard octet < 0x80, let value = Character(Unicode.Scalar(octet)).hexDigitValue else {
            throw .malformed("a chunk's size")
        }
        digits += 1
        guard digits <= 8 else { throw .bodyTooLarge }
        size = size << 4 | value
    }

    private func expect(_ octet: UInt8, _ expected: UInt8) throws(HTTPFault) {
        guard octet == expected else { throw .malformed("a chunk's end") }
    }
}
