/// One block of a deflate stream: stored, with the fixed codes or with codes of its own, whichever
/// is shortest (RFC 1951 §3.2.3).
struct DeflateBlock {
    let tokens: [Token]
    let source: ArraySlice<UInt8>
    let isLast: Bool

    func write(to writer: inout BitWriter) {
        var literals = [Int](repeating: 0, count: 286)
        var distances = [Int](repeating: 0, count: 30)
        var extra = 0
        literals[256] = 1
        for token in tokens {
            if token.isCopy {
                let (length, distance) = (Bucket.length(token), Bucket.distance(token))
                literals[257 + length] += 1
                distances[distance] += 1
                extra += Bucket.lengths[length].bits + Bucket.distances[distance].bits
            } else {
                literals[token.literal] += 1
            }
        }
        let own = CodePair(literals, distances)
        let fixed = CodePair.fixed
        let ownBits = own.headBits + own.cost(literals, distances) + extra
        let fixedBits = fixed.cost(literals, distances) + extra
        if source.count * 8 + 48 < min(ownBits, fixedBits) {
            store(to: &writer)
        } else {
            writer.add(isLast ? 1 : 0, width: 1)
            writer.add(ownBits < fixedBits ? 2 : 1, width: 2)
            if ownBits < fixedBits { own.writeHead(to: &writer) }
            write(ownBits < fixedBits ? own : fixed, to: &writer)
        }
    }

    private func write(_ codes: CodePair, to writer: inout BitWriter) {
        for token in tokens {
            guard token.isCopy else {
                codes.literals.write(token.literal, to: &writer)
                continue
            }
            let (length, distance) = (Bucket.length(token), Bucket.distance(token))
            codes.literals.write(257 + length, to: &writer)
            let (from, far) = (Bucket.lengths[length], Bucket.distances[distance])
            writer.add(token.length - from.first, width: from.bits)
            codes.distances.write(distance, to: &writer)
            writer.add(token.distance - far.first, width: far.bits)
        }
        codes.literals.write(256, to: &writer)
    }

    /// Octets as they are, at most 65,535 in one block.
    private func store(to writer: inout BitWriter) {
        var rest = source
        repeat {
            let piece = rest.prefix(65_535)
            rest = rest.dropFirst(piece.count)
            writer.add(isLast && rest.isEmpty ? 1 : 0, width: 3)
            writer.alignToOctet()
            writer.add(piece.count, width: 16)
            writer.add(piece.count ^ 0xFFFF, width: 16)
            writer.add(piece)
        } while !rest.isEmpty
    }
}

/// A range of lengths or distances that share a symbol and differ in extra bits (§3.2.5).
struct Bucket {
    let first: Int
    let bits: Int

    static let lengths: [Bucket] =
        (0..<28).map { index in
            let bits = max(0, index / 4 - 1)
            return Bucket(first: 3 + (index < 8 ? index : (4 + index % 4) << bits), bits: bits)
        } + [Bucket(first: 258, bits: 0)]
    static let distances: [Bucket] = (0..<30).map { index in
        let bits = max(0, index / 2 - 1)
        return Bucket(first: 1 + (index < 4 ? index : (2 + index % 2) << bits), bits: bits)
    }

    private static let symbolsByLength: [UInt8] = (0...258).map { length in
        UInt8(lengths.lastIndex { $0.first <= length } ?? 0)
    }

    static func length(_ token: Token) -> Int { Int(symbolsByLength[token.length]) }

    static func distance(_ token: Token) -> Int {
        let offset = token.distance - 1
        guard offset >= 4 else { return offset }
        let top = Int.bitWidth - 1 - offset.leadingZeroBitCount
        return 2 * top + (offset >> (top - 1) & 1)
    }
}
