/// Chance that comes out the same each time: a stream of numbers for one thing of one person
/// (SplitMix64 over seed, number and what it is for). No two streams depend on each other, so
/// that what is asked first changes nothing.
struct Dice: Sendable {
    private var state: UInt64

    /// The stream of a purpose.
    init(seed: UInt64, number: Int, purpose: String, turn: Int = 0) {
        state = seed
        mix(UInt64(bitPattern: Int64(number)))
        // FNV-1a over the purpose's octets.
        mix(purpose.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        mix(UInt64(bitPattern: Int64(turn)))
    }

    private mutating func mix(_ value: UInt64) { state = next() ^ value }

    /// The next number.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of a range that is small beside 2^64.
    mutating func pick(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// One of some.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[pick(0...elements.count - 1)]
    }

    /// True so many times in a hundred.
    mutating func chance(_ percent: Int) -> Bool { pick(0...99) < percent }
}
