import CheckIns
import Octets
import Records
import Testing

/// Numbers by chance that are the same for the same seed (splitmix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// Patients, staff and a card by chance against the session: what they do, and what the effects
/// that the session asks for come to.
private struct PatientModel {
    var dice: Dice
    var session = CardSession.empty
    /// The card's own counters.
    var triesLeft = 3
    var missesLeft = 10
    /// Whether somebody was proved since the card was last read.
    var isProved = false
    /// What the effects under way will come to.
    var pending: [CardSessionEvent] = []
    var wrongs: [String] = []
    var reached: Set<String> = []
    var lastTriesSpent = 0

    mutating func step() {
        let event =
            pending.isEmpty || Int.random(in: 0..<4, using: &dice) == 0
            ? act() : pending.removeFirst()
        guard let (next, effects) = session.transition(on: event) else { return }
        if next.phase.name == "accepted", !isProved { wrongs.append("accepted without a proof") }
        if next.phase.name == "reading", session.phase.name != "reading" {
            (isProved, pending) = (false, [])
        }
        if !next.isCardPresent, next.phase.name == "interrupted" { pending = [] }
        session = next
        reached.insert(next.phase.name)
        for effect in effects { perform(effect) }
    }

    /// What somebody does next, sense or no sense.
    private mutating func act() -> CardSessionEvent {
        let ways = Way.allCases
        switch Int.random(in: 0..<23, using: &dice) {
        case 0: return .cardInserted
        case 1: return Int.random(in: 0..<4, using: &dice) == 0 ? .cardGone : .cardInserted
        case 2...6:
            return .choiceMade(
                ways[Int.random(in: 0..<3, using: &dice)], [.drugs: true],
                by: [nil, .parent, .carer][Int.random(in: 0..<3, using: &dice)])
        case 7...11:
            return .pinEntered(
                spendsLastTry: Int.random(in: 0..<8, using: &dice) == 0, recipient: nil)
        case 12...13: return .faceShown(matcher: "m", recipient: nil)
        case 14: return .staffConfirmed(staff: "s", reason: .pinForgotten)
        case 15: return .backToChoice
        case 16: return .startAnew
        case 17: return .messageSeen
        case 18: return .wayChosen(ways[Int.random(in: 0..<3, using: &dice)])
        case 19: return .choiceConfirmed
        case 20:
            return .timeOut(SessionTimer.allCases[Int.random(in: 0..<7, using: &dice)])
        case 21: return .moreTime
        default:
            // The municipal office.
            if Int.random(in: 0..<10, using: &dice) == 0, session.phase == .empty {
                (triesLeft, missesLeft) = (3, 10)
            }
            return .consentAnswered(.checkups, true)
        }
    }

    private mutating func perform(_ effect: CardSessionEffect) {
        switch effect {
        case .readCard:
            var card = Samples.card
            (card.triesLeft, card.isLookedAt) = (triesLeft, true)
            pending.append(.cardRead(card))
        case .lookAtCard:
            pending.append(
                .cardSeen(SeenCard(identity: Samples.printed, faceTriesLeft: missesLeft)))
        case .fetchNonce: pending.append(.nonceArrived(Samples.nonce))
        case .proveByPIN(let proving, _, let spendsLastTry):
            if proving.answers.card.triesLeft == 0 { wrongs.append("a PIN for a locked card") }
            pending.append(verify(spendsLastTry))
        case .matchFace(let proving):
            if !proving.answers.card.offers(.face) { wrongs.append("a face for a locked way") }
            let isMatch = Int.random(in: 0..<2, using: &dice) == 0
            missesLeft = isMatch ? 10 : missesLeft - 1
            pending.append(
                isMatch
                    ? .faceMatched(scorePerMille: 950)
                    : .proofFailed(.faceMissed(scorePerMille: 1, triesLeft: missesLeft)))
        case .proveByTerminal:
            isProved = true
            pending.append(.proved(statement: [1], signature: [2]))
        case .recordIntent: pending.append(.recorded(HistoryPlace(origin: "o", index: 7)))
        case .ask: pending.append(.asked(.answer(Samples.acceptance)))
        case .recordOutcome: pending.append(.recorded(HistoryPlace(origin: "o", index: 8)))
        case .openCheckIn:
            if !isProved { wrongs.append("a check-in without a proof") }
        case .discardPIN, .returnGrant, .note, .startTimer: break
        }
    }

    /// What the card port does with a PIN: the last try wants its token.
    private mutating func verify(_ spendsLastTry: Bool) -> CardSessionEvent {
        if triesLeft == 1, !spendsLastTry { return .proofFailed(.lastTry) }
        if triesLeft == 1 { lastTriesSpent += 1 }
        guard Int.random(in: 0..<3, using: &dice) == 0 else {
            triesLeft -= 1
            return .proofFailed(.wrongPIN(triesLeft: triesLeft))
        }
        triesLeft = 3
        isProved = true
        return .proved(statement: [1], signature: [2])
    }
}

@Suite("Patients by chance")
struct PatientModelTests {
    @Test(
        "no sequence of events uses a locked way, or is accepted without a proof",
        arguments: [UInt64(1), 2, 3, 4])
    func sequences(seed: UInt64) {
        var model = PatientModel(dice: Dice(state: seed))
        for _ in 0..<50_000 { model.step() }
        #expect(model.wrongs.isEmpty, "\(model.wrongs.prefix(3))")
        #expect(model.triesLeft >= 0 && model.missesLeft >= 0)
        // The walk went everywhere it could, and the last try was spent when it was agreed to.
        for name in ["choosing", "proving", "asking", "accepted", "interrupted", "ended"] {
            #expect(model.reached.contains(name), "\(name)")
        }
        #expect(model.lastTriesSpent > 0)
    }
}
