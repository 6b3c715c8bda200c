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
    /// These octets are the answer, whatever was asked; the card does not see the command.
    case octets([UInt8])
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

    /// A plan; without faults the card works.
    package init(_ faults: [Int: Fault] = [:]) { self.faults = faults }
}

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
    /// The commands sent since the card was put in, without their data: header octets only, so
    /// that no PIN is kept.
    package private(set) var headers: [[UInt8]] = []
    /// Whether the card was pulled.
    package private(set) var isOut = false

    /// A card and its plan.
    package init(_ card: VirtualCard, plan: FaultPlan = FaultPlan()) {
        (self.card, self.plan) = (card, plan)
    }

    /// Puts the card in again: powered, counted anew.
    package mutating func insert() {
        card.reset()
        (headers, isOut) = ([], false)
    }

    /// Resets the card, as the end of a transaction does; faults go on counting.
    package mutating func reset() { card.reset() }

    /// Sends one command and says what comes of it.
    package mutating func exchange(_ command: [UInt8]) -> CardOutcome {
        guard !isOut else { return .gone }
        headers.append([UInt8](command.prefix(4)))
        switch plan.faults.removeValue(forKey: headers.count) {
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
        case .octets(let octets)?: return .answer(octets)
        case .flipped?:
            var octets = card.respond(to: command).octets
            octets[0] ^= 0xFF
            return .answer(octets)
        }
        return .answer(card.respond(to: command).octets)
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
