package import APDU

/// What comes of a command to a card that may fail.
package enum CardOutcome: Hashable, Sendable {
    /// The card's answer, whatever its length.
    case answer([UInt8])
    /// The card is gone.
    case gone
    /// The card does not answer.
    case silent
}

/// A virtual card that fails as planned.
package struct FaultyCard: CardChannel, Sendable {
    /// The card that fails.
    package private(set) var card: VirtualCard
    /// When it fails how.
    package var plan: FaultPlan
    /// The card that takes its place when the plan says so; the two change places.
    package private(set) var spare: VirtualCard?
    /// The commands sent since the card was put in, without their data: header octets only, so
    /// that no PIN is kept; the last so many.
    package private(set) var headers: [[UInt8]] = []
    /// How many commands were sent since the card was put in.
    package private(set) var commandCount = 0
    /// Whether the spare is in the card's place.
    package private(set) var isSwapped = false
    /// Whether the card was pulled.
    package private(set) var isOut = false
    /// How long the last answer takes to come, in milliseconds; whoever carries it waits.
    package private(set) var delayMilliseconds = 0
    private var random: SeededNumbers

    /// The most headers kept.
    private static let mostHeaders = 4096

    /// A card and its plan, and the card that it is swapped for where the plan has that.
    package init(_ card: VirtualCard, plan: FaultPlan = FaultPlan(), spare: VirtualCard? = nil) {
        (self.card, self.plan, self.spare) = (card, plan, spare)
        random = SeededNumbers(seed: plan.seed)
    }

    /// Puts the card in again: powered, counted anew.
    package mutating func insert() {
        card.reset()
        (headers, commandCount, isOut) = ([], 0, false)
    }

    /// Resets the card, as the end of a transaction does; faults go on counting.
    package mutating func reset() { card.reset() }

    /// What an office or a vandal does to the card, in or out of the reader.
    package mutating func change<Failure: Error>(
        _ body: (inout VirtualCard) throws(Failure) -> Void
    ) throws(Failure) { try body(&card) }

    /// The same for the spare.
    package mutating func changeSpare<Failure: Error>(
        _ body: (inout VirtualCard) throws(Failure) -> Void
    ) throws(Failure) {
        guard var other = spare else { return }
        try body(&other)
        spare = other
    }

    /// Orders other faults, counted from now.
    package mutating func order(_ plan: FaultPlan) {
        self.plan = plan
        random = SeededNumbers(seed: plan.seed)
        (headers, commandCount) = ([], 0)
    }

    /// Sends one command and says what comes of it.
    package mutating func exchange(_ command: [UInt8]) -> CardOutcome {
        delayMilliseconds = plan.slowness?.nextMilliseconds() ?? 0
        guard !isOut else { return .gone }
        commandCount += 1
        if headers.count < Self.mostHeaders { headers.append([UInt8](command.prefix(4))) }
        switch plan.faults.removeValue(forKey: commandCount) {
        case nil: break
        case .pulledBefore?:
            isOut = true
            return .gone
        case .pulledAfter?:
            _ = card.respond(to: command)
            isOut = true
            return .gone
        case .mute?:
            _ = card.respond(to: command)
            return .silent
        case .resetsItself?: card.reset()
        case .swapped?: swap()
        case .octets(let octets)?: return .answer(octets)
        case .randomStatus?: return .answer(StatusWord(rawValue: nextStatus()).octets)
        case .flipped?:
            var octets = card.respond(to: command).octets
            octets[0] ^= 0xFF
            return .answer(octets)
        }
        guard !card.memory.isDestroyed else { return .silent }
        return .answer(card.respond(to: command).octets)
    }

    /// The spare takes the card's place, unpowered until now: nothing is selected or verified.
    private mutating func swap() {
        guard var next = spare else { return card.reset() }
        next.reset()
        (spare, card) = (card, next)
        isSwapped.toggle()
    }

    /// Any word of the range that cards use (`6xxx`) and a few beyond.
    private mutating func nextStatus() -> UInt16 {
        UInt16.random(in: 0x6000...0x9FFF, using: &random)
    }

    package mutating func transmit(
        _ command: Span<UInt8>
    ) throws(CardChannelError) -> ResponseAPDU {
        switch exchange(command.withUnsafeBufferPointer { [UInt8]($0) }) {
        case .answer(let octets): return try ResponseAPDU(octets)
        case .gone: throw .removed
        case .silent: throw .mute
        }
    }
}
