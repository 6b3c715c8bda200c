package import APDU

/// One way in which a card or its reader fails.
package enum Fault: Hashable, Sendable {
    /// The card is pulled before the command reaches it.
    case pulledBefore
    /// The card is pulled after it did what was asked and before its answer is heard.
    case pulledAfter
    /// The card does what was asked and never answers.
    case mute
    /// The card resets itself before the command: what was verified is forgotten.
    case resetsItself
    /// Another card is in its place from this command on, and nobody noticed the change.
    case swapped
    /// These octets are the answer, whatever was asked; the card does not see the command.
    case octets([UInt8])
    /// A status word drawn by the plan's seed is the answer; the card does not see the command.
    case randomStatus
    /// The right answer with the bits of its first octet turned round.
    case flipped

    /// A status word alone is the answer.
    package static func status(_ word: StatusWord) -> Fault { .octets(word.octets) }
    /// An answer without any octet.
    package static let zeroOctets = Fault.octets([])
    /// An answer of one octet.
    package static let oneOctet = Fault.octets([0x90])
    /// An answer longer than any may be.
    package static let overlong = Fault.octets([UInt8](repeating: 0x90, count: 65_539))
}

/// Faults by the number of the command they strike, counted from 1 since the card was put in.
/// Each strikes once.
package struct FaultPlan: Hashable, Sendable {
    /// The faults.
    package var faults: [Int: Fault]
    /// What random faults are drawn from.
    package var seed: UInt64
    /// How slow the card's answers are, if they are.
    package var slowness: Slowness?

    /// A plan; without faults the card works.
    package init(_ faults: [Int: Fault] = [:], seed: UInt64 = 0, slowness: Slowness? = nil) {
        (self.faults, self.seed, self.slowness) = (faults, seed, slowness)
    }
}

/// Answers that take their time, drawn from a seed: half of them longer than the median, few of
/// them very long (a log-logistic distribution), as with real readers.
package struct Slowness: Hashable, Sendable {
    /// No answer takes longer than so many medians.
    package static let longestInMedians = 50
    /// Half of the answers take longer, in milliseconds.
    package let medianMilliseconds: Int
    private var numbers: SeededNumbers

    /// Delays with a median, always the same ones for a seed.
    package init(medianMilliseconds: Int, seed: UInt64) {
        self.medianMilliseconds = medianMilliseconds
        numbers = SeededNumbers(seed: seed)
    }

    /// The next answer's delay.
    package mutating func nextMilliseconds() -> Int {
        let share = Double(numbers.next() >> 11) / Double(UInt64(1) << 53)
        let delay = Double(medianMilliseconds) * share / (1 - share)
        return Int(min(delay, Double(medianMilliseconds * Self.longestInMedians)))
    }
}

/// Numbers by chance that are the same for the same seed (splitmix64).
package struct SeededNumbers: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    /// Numbers of a seed.
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
