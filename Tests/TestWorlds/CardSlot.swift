package import APDU
internal import Authority
internal import Cryptography
package import MyNumberCard
package import PCSC
internal import Synchronization
package import Terminal
package import VirtualCard

/// A reader in process, behind the same door as one of PC/SC. Its card may fail as planned, and may
/// be swapped or taken away.
package final class CardSlot: CardReader {
    private struct State {
        var card: FaultyCard?
        var isIn = true
        var isHeld = false
        var log = CommandLog()
        var keys: ReaderKeys?
        var orders: [PadOrder] = []
    }
    private let state: Mutex<State>
    private let leave = Mutex<@Sendable () -> Void>({})
    private let wait = Mutex<@Sendable (Double) -> Void>({ _ in })

    /// A reader with a card in it, or without.
    package init(_ card: VirtualCard?) {
        state = Mutex(State(card: card.map { FaultyCard($0) }))
    }

    /// The card port of the product over this reader: it trusts the tests' authority.
    package var port: ReaderCardPort {
        let authority = (try? Cards.authority.get()).map { [$0.certificate] } ?? []
        return ReaderCardPort(
            reader: self, anchors: TrustAnchors(authority), clock: PatientClock())
    }

    /// Puts a card in, in place of the one there.
    package func put(_ next: VirtualCard?) { put(next.map { FaultyCard($0) }) }

    /// Puts in a card that fails as planned: powered anew, commands counted from now.
    package func put(_ next: FaultyCard?) {
        state.withLock { state in
            (state.card, state.isIn) = (next, true)
            state.card?.insert()
        }
    }

    /// Puts the card that was there in again.
    package func putBack() { put(card) }

    /// Another program takes the card for itself, or lets it go.
    package func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    /// Takes the card out; it lies beside the reader.
    package func pull() { state.withLock { $0.isIn = false } }

    /// Gives the reader keys of its own on which somebody types, or takes them away.
    package func type(_ keys: ReaderKeys?) { state.withLock { $0.keys = keys } }
    /// What the reader's keys were told to take.
    package var orders: [PadOrder] { state.withLock(\.orders) }

    /// The card that is in it, pulled or not, as it is now.
    package var card: FaultyCard? { state.withLock(\.card) }
    /// Whether a card is in the reader.
    package var hasCard: Bool { state.withLock { $0.isIn && $0.card?.isOut == false } }
    /// What was said to cards in this reader.
    package var log: CommandLog { state.withLock(\.log) }
    /// Forgets what was said.
    package func clearLog() { state.withLock { $0.log = CommandLog() } }
    /// The tries left on the card's PIN.
    package var triesLeft: Int? { card?.card.pinTriesLeft }
    /// Called when a card leaves in the middle of a visit.
    package func onLeaving(_ body: @escaping @Sendable () -> Void) { leave.withLock { $0 = body } }

    /// Called with the seconds that a visit took, where the card was slow.
    package func onWaiting(_ body: @escaping @Sendable (Double) -> Void) {
        wait.withLock { $0 = body }
    }

    package func perform<Visit: CardVisit>(
        _ visit: Visit, ending: CardEnding
    ) async throws(CardError) -> Visit.Answer {
        let (result, hasLeft, waited) = state.withLock {
            state -> (Result<Visit.Answer, CardError>, Bool, Int) in
            guard let card = state.card, state.isIn, !card.isOut else {
                return (.failure(.channel(.removed)), false, 0)
            }
            guard !state.isHeld else { return (.failure(.channel(.busy)), false, 0) }
            var channel = SlotChannel(card, state.log, state.keys)
            let result = Result { () throws(CardError) in try visit.speak(on: &channel) }
            if ending == .reset { channel.card.reset() }
            state.orders += channel.orders.map { PadOrder(order: $0, visitLimit: visit.limit) }
            (state.card, state.log) = (channel.card, channel.log)
            return (result, channel.card.isOut, channel.waitedMilliseconds)
        }
        if waited > 0 { wait.withLock { $0 }(Double(waited) / 1000) }
        if hasLeft { leave.withLock { $0 }() }
        return try result.get()
    }
}

/// What happens at the keys of a reader.
package enum ReaderKeys: Hashable, Sendable {
    /// Somebody types this and confirms it.
    case digits(String)
    /// The reader says this of itself.
    case word(PINPadWord)
}

/// What a reader's keys were told to take, and how long the visit might last.
package struct PadOrder: Hashable, Sendable {
    /// The order.
    package var order: PINPadOrder
    /// The visit's own limit, where it has one.
    package var visitLimit: Duration?
}

extension VirtualCard {
    /// The tries left on the PIN of user authentication.
    package var pinTriesLeft: Int { counters.triesLeft[CardImage.pinName] ?? CardImage.pinLimit }
}

/// What was said to cards: how often a PIN, and what must never be.
package struct CommandLog: Hashable, Sendable {
    /// How often a VERIFY with a PIN in it was sent.
    package private(set) var pinCount = 0
    /// How many of them could have locked the card.
    package private(set) var lastTryCount = 0
    /// What should not have happened.
    package private(set) var wrongs: [String] = []

    fileprivate mutating func saw(
        _ command: [UInt8], before: [CardMemory], after: [CardMemory], tries: Int
    ) {
        let hasData = command.count > 5
        let isVerify = hasData && command[1] == 0x20
        if isVerify {
            pinCount += 1
            if tries == 1 { lastTryCount += 1 }
            if tries == 0 { wrongs.append("a PIN was sent to a locked card") }
        }
        guard Set(before) != Set(after) else { return }
        if !isVerify { wrongs.append("command \(command[1]) changed what a card remembers") }
    }
}

/// What a reader's driver makes of a card that may fail.
private struct SlotChannel: CardChannel {
    var card: FaultyCard
    var log: CommandLog
    /// How long the card's answers have taken.
    private(set) var waitedMilliseconds = 0
    /// How long a visit may take before its caller is let go, as in PC/SC.
    private static let longestVisitMilliseconds = 10_000

    /// What happens at the reader's keys, where it has any; what they were told to take.
    private let keys: ReaderKeys?
    private(set) var orders: [PINPadOrder] = []

    init(_ card: FaultyCard, _ log: CommandLog, _ keys: ReaderKeys?) {
        (self.card, self.log, self.keys) = (card, log, keys)
    }

    mutating func hasPINPad() -> Bool { keys != nil }

    mutating func verify(onPad order: PINPadOrder) throws(CardChannelError) -> ResponseAPDU {
        switch keys {
        case nil: throw .noPINPad
        case .word(let word):
            orders.append(order)
            return try said(word)
        case .digits(let digits):
            orders.append(order)
            guard digits.utf8.count == order.digitCount else { return try said(.wrongLength) }
            let command = order.template.prefix(5) + Array(digits.utf8)
            return try transmit([UInt8](command).span)
        }
    }

    private func said(_ word: PINPadWord) throws(CardChannelError) -> ResponseAPDU {
        try ResponseAPDU([UInt8(word.rawValue >> 8), UInt8(word.rawValue & 0xFF)][...])
    }

    private var memories: [CardMemory] { [card.card, card.spare].compactMap { $0?.memory } }

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        let octets = command.withUnsafeBufferPointer { [UInt8]($0) }
        let (before, tries) = (memories, card.card.pinTriesLeft)
        let outcome = card.exchange(octets)
        log.saw(octets, before: before, after: memories, tries: tries)
        waitedMilliseconds += card.delayMilliseconds
        guard waitedMilliseconds < Self.longestVisitMilliseconds else { throw .mute }
        switch outcome {
        // PC/SC tells success with nothing in it; the card is still there.
        case .answer([]): throw .broken
        case .answer(let answer): return try ResponseAPDU(answer)
        case .gone: throw .removed
        case .silent: throw .mute
        }
    }
}
