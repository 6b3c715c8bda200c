/// A literal octet, or a copy of what came before, in 32 bits.
struct Token {
    private let bits: UInt32

    init(literal: UInt8) { bits = UInt32(literal) }

    init(length: Int, distance: Int) {
        bits = 1 << 31 | UInt32(length) << 16 | UInt32(distance - 1)
    }

    var isCopy: Bool { bits >> 31 == 1 }
    /// The octet, where it is no copy.
    var literal: Int { Int(bits & 0xFF) }
    /// How many octets are copied: 3 to 258.
    var length: Int { Int(bits >> 16 & 0x7FFF) }
    /// From how far back: 1 to 32,768.
    var distance: Int { Int(bits & 0xFFFF) + 1 }
}

/// Finds what occurred before within 32 KiB, by chains of places that share a hash of three octets.
struct MatchFinder {
    /// How many octets are told already.
    private(set) var position = 0
    private let octets: [UInt8]
    private var newest = [Int32](repeating: -1, count: 1 << 15)
    private var older: [Int32]
    private var hashed = 0

    /// Places looked at for one match: the more, the smaller and slower.
    private static let chain = 48
    /// A match this long is good enough.
    private static let enough = 96
    /// Behind a match this long a longer one is looked for in fewer places, or not at all.
    private static let good = 8
    private static let long = 32
    private static let window = 32_768
    private static let shortest = 3
    private static let longest = 258

    init(_ octets: [UInt8]) {
        self.octets = octets
        older = [Int32](repeating: -1, count: octets.count)
    }

    /// The next tokens, at most so many.
    mutating func tokens(maximum: Int) -> [Token] {
        var tokens: [Token] = []
        tokens.reserveCapacity(min(maximum, octets.count - position))
        var known: Match?
        while position < octets.count, tokens.count < maximum {
            guard let match = known ?? match(at: position) else {
                take(literal: &tokens)
                continue
            }
            known = nil
            // Lazy: a longer match one octet later is worth a literal.
            if match.length < Self.long,
                let later = self.match(
                    at: position + 1, longerThan: match.length,
                    chain: match.length < Self.good ? Self.chain : Self.chain / 4)
            {
                take(literal: &tokens)
                known = later
                continue
            }
            tokens.append(Token(length: match.length, distance: match.distance))
            position += match.length
        }
        return tokens
    }

    private typealias Match = (length: Int, distance: Int)

    private mutating func take(literal tokens: inout [Token]) {
        tokens.append(Token(literal: octets[position]))
        position += 1
    }

    private func hash(at place: Int) -> Int {
        let three =
            UInt32(octets[place]) << 16 | UInt32(octets[place + 1]) << 8
            | UInt32(octets[place + 2])
        return Int((three &* 0x9E37_79B1) >> 17)
    }

    /// Enters every place before `end`.
    private mutating func enter(before end: Int) {
        let last = min(end, octets.count - Self.shortest + 1)
        while hashed < last {
            let slot = hash(at: hashed)
            older[hashed] = newest[slot]
            newest[slot] = Int32(truncatingIfNeeded: hashed)
            hashed += 1
        }
    }

    /// The longest match at a place that is longer than so many octets.
    private mutating func match(
        at place: Int, longerThan least: Int = shortest - 1, chain: Int = chain
    ) -> Match? {
        guard place + Self.shortest <= octets.count else { return nil }
        enter(before: place)
        let longest = min(Self.longest, octets.count - place)
        var (length, distance) = (least, 0)
        var candidate = Int(newest[hash(at: place)])
        var left = chain
        while candidate >= 0, place - candidate <= Self.window, left > 0 {
            if length < longest, octets[candidate + length] == octets[place + length] {
                var same = 0
                while same < longest, octets[candidate + same] == octets[place + same] {
                    same += 1
                }
                if same > length {
                    (length, distance) = (same, place - candidate)
                    if same >= min(longest, Self.enough) { break }
                }
            }
            candidate = Int(older[candidate])
            left -= 1
        }
        return distance > 0 ? (length, distance) : nil
    }
}
