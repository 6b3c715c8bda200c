/// A reader of deflate streams, plain and slow: the judge of what is written (RFC 1951).
package struct Inflate {
    /// What is wrong with a stream.
    package enum Fault: Error { case head, truncated, block, code, distance, check }

    private let octets: [UInt8]
    private var bit = 0
    private var output: [UInt8] = []

    /// Reads a whole zlib stream and its check value.
    package static func zlib(_ octets: [UInt8]) throws -> [UInt8] {
        guard octets.count >= 6, octets[0] & 15 == 8,
            (Int(octets[0]) << 8 | Int(octets[1])) % 31 == 0, octets[1] & 32 == 0
        else { throw Fault.head }
        var reader = Inflate(octets: Array(octets[2...]))
        try reader.blocks()
        let end = (reader.bit + 7) / 8
        guard reader.octets.count == end + 4 else { throw Fault.truncated }
        let stated = reader.octets[end...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var (low, high): (UInt32, UInt32) = (1, 0)
        for octet in reader.output {
            low = (low + UInt32(octet)) % 65521
            high = (high + low) % 65521
        }
        guard stated == high << 16 | low else { throw Fault.check }
        return reader.output
    }

    private init(octets: [UInt8]) { self.octets = octets }

    private mutating func take(_ width: Int) throws -> Int {
        var value = 0
        for place in 0..<width {
            guard bit / 8 < octets.count else { throw Fault.truncated }
            value |= Int(octets[bit / 8] >> (bit % 8) & 1) << place
            bit += 1
        }
        return value
    }

    private mutating func blocks() throws {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored()
            case 1:
                let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                try coded(Code(lengths), Code(Array(repeating: 5, count: 30)))
            case 2:
                let (literals, distances) = try codes()
                try coded(literals, distances)
            default: throw Fault.block
            }
        }
    }

    private mutating func stored() throws {
        bit = (bit + 7) / 8 * 8
        let (count, inverse) = (try take(16), try take(16))
        guard count ^ inverse == 0xFFFF else { throw Fault.block }
        for _ in 0..<count { output.append(UInt8(try take(8))) }
    }

    private mutating func codes() throws -> (Code, Code) {
        let (literals, distances) = (try take(5) + 257, try take(5) + 1)
        var lengths = [Int](repeating: 0, count: 19)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        for symbol in order.prefix(try take(4) + 4) { lengths[symbol] = try take(3) }
        let code = Code(lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            switch try symbol(code) {
            case 16:
                guard let last = all.last else { throw Fault.code }
                all += Array(repeating: last, count: try take(2) + 3)
            case 17: all += Array(repeating: 0, count: try take(3) + 3)
            case 18: all += Array(repeating: 0, count: try take(7) + 11)
            case let length: all.append(length)
            }
        }
        guard all.count == literals + distances else { throw Fault.code }
        return (Code(Array(all[..<literals])), Code(Array(all[literals...])))
    }

    private mutating func coded(_ literals: Code, _ distances: Code) throws {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            let lengths = [
                3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99,
                115, 131, 163, 195, 227, 258,
            ]
            let bits = symbol == 285 ? 0 : max(0, (symbol - 261) / 4)
            let length = lengths[symbol - 257] + (try take(bits))
            let far = try self.symbol(distances)
            let extra = max(0, far / 2 - 1)
            let first = far < 4 ? far + 1 : (2 + far % 2) << extra + 1
            let distance = first + (try take(extra))
            guard distance <= output.count else { throw Fault.distance }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func symbol(_ code: Code) throws -> Int {
        var key = 1
        for _ in 0..<15 {
            key = key << 1 | (try take(1))
            if let symbol = code.symbols[key] { return symbol }
        }
        throw Fault.code
    }

    /// Codes by their bits behind a leading 1.
    private struct Code {
        var symbols: [Int: Int] = [:]

        init(_ lengths: [Int]) {
            var code = 0
            for length in 1...15 {
                code <<= 1
                for symbol in lengths.indices where lengths[symbol] == length {
                    symbols[1 << length | code] = symbol
                    code += 1
                }
            }
        }
    }
}
