/// A row of up to 192 modules, one bit each, module 0 the lowest bit: so that a whole row is
/// masked and judged with a few operations.
struct QRRow: Hashable, Sendable {
    private var low: UInt64 = 0
    private var middle: UInt64 = 0
    private var high: UInt64 = 0

    init() {}

    /// The first `count` modules dark.
    init(count: Int) {
        low = Self.ones(count)
        middle = Self.ones(count - 64)
        high = Self.ones(count - 128)
    }

    private init(_ low: UInt64, _ middle: UInt64, _ high: UInt64) {
        (self.low, self.middle, self.high) = (low, middle, high)
    }

    private static func ones(_ count: Int) -> UInt64 {
        count <= 0 ? 0 : count >= 64 ? .max : 1 << UInt64(count) - 1
    }

    subscript(_ index: Int) -> Bool {
        get {
            let word = index < 64 ? low : index < 128 ? middle : high
            return word >> UInt64(index & 63) & 1 != 0
        }
        set {
            let bit: UInt64 = 1 << UInt64(index & 63)
            switch (index >> 6, newValue) {
            case (0, true): low |= bit
            case (0, false): low &= ~bit
            case (1, true): middle |= bit
            case (1, false): middle &= ~bit
            case (_, true): high |= bit
            case (_, false): high &= ~bit
            }
        }
    }

    var count: Int { low.nonzeroBitCount + middle.nonzeroBitCount + high.nonzeroBitCount }

    static func & (a: Self, b: Self) -> Self {
        Self(a.low & b.low, a.middle & b.middle, a.high & b.high)
    }
    static func | (a: Self, b: Self) -> Self {
        Self(a.low | b.low, a.middle | b.middle, a.high | b.high)
    }
    static func ^ (a: Self, b: Self) -> Self {
        Self(a.low ^ b.low, a.middle ^ b.middle, a.high ^ b.high)
    }
    static prefix func ~ (a: Self) -> Self { Self(~a.low, ~a.middle, ~a.high) }

    /// Every module moved towards 0, by 1 to 63.
    static func >> (a: Self, count: UInt64) -> Self {
        let rest = 64 &- count
        return Self(
            a.low &>> count | a.middle &<< rest, a.middle &>> count | a.high &<< rest,
            a.high &>> count)
    }

    /// Every module moved away from 0, by 1 to 63.
    static func << (a: Self, count: UInt64) -> Self {
        let rest = 64 &- count
        return Self(
            a.low &<< count, a.middle &<< count | a.low &>> rest,
            a.high &<< count | a.middle &>> rest)
    }
}
