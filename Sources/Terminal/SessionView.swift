package import CheckIns
package import Records

/// What a screen or a program may know of a card session: no certificate, no nonce, no name.
package struct SessionView: Hashable, Sendable {
    /// The state's name, as design §4 has it.
    package var state: String
    /// Whether a card lies on the reader.
    package var isCardPresent: Bool
    /// The PIN's tries left, where a card was read.
    package var triesLeft: Int?
    /// The way chosen.
    package var way: Way?
    /// Yes or no for each item answered.
    package var consents: [Item: Bool]
    /// Whether a PIN may be entered now.
    package var isReadyForPIN: Bool
    /// Whether the card is at work.
    package var isBusy: Bool
    /// Why the last proof failed.
    package var proofFailure: ProofFailure?
    /// The end of the card's certificate, where a card was read.
    package var certificateEnds: Instant?
    /// What the session ended with.
    package var closing: Closing?
    /// The check-in that it opened.
    package var checkIn: String?

    /// The closing states.
    package enum Closing: Hashable, Sendable {
        case accepted(Acceptance)
        case answered(Answered)
        case refused(Refusal)
        case offline(ClearinghouseTrouble)
        case ended(EndReason)
    }

    init(_ session: CardSession, checkIn: String?) {
        state = session.phase.name
        isCardPresent = session.isCardPresent
        self.checkIn = checkIn
        let answers = session.phase.answers
        triesLeft = answers?.card.triesLeft
        way = answers?.way
        consents = answers?.consents ?? [:]
        certificateEnds = answers?.card.notAfter
        isReadyForPIN = false
        isBusy = false
        switch session.phase {
        case .reading(let reading): proofFailure = reading.notice
        case .choosing(let choosing): proofFailure = choosing.notice
        case .proving(let proving):
            proofFailure = proving.lastFailure
            isBusy = proving.isBusy
            isReadyForPIN = proving.nonce != nil && proving.way == .pin && !proving.isBusy
        case .accepted(let accepted, _): closing = .accepted(accepted.acceptance)
        case .answered(let answered, _): closing = .answered(answered)
        case .refused(let refusal, _): closing = .refused(refusal)
        case .offline(let trouble, _): closing = .offline(trouble)
        case .ended(let reason, _): closing = .ended(reason)
        case .empty, .recordingIntent, .asking, .recordingOutcome, .interrupted: break
        }
    }
}
