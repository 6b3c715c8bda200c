package import CheckIns
package import Records

/// What a screen or a program may know of a card session: no certificate, no nonce, no name.
package struct SessionView: Hashable, Sendable {
    /// The session's id: a new one for each card that is read.
    package var session: String
    /// The state's name, as design §4 has it.
    package var state: String
    /// Whether a card lies on the reader.
    package var isCardPresent: Bool
    /// The PIN's tries left, where a card was read.
    package var triesLeft: Int?
    /// What kind of card it is.
    package var cardKind: CardKind?
    /// The ways that are closed to it, and why; all others are open.
    package var closedWays: [Way: WayClosure]
    /// How far what is printed on it was read: `absent`, `pending`, `seen`, or what went wrong.
    package var look: String?
    /// The way chosen.
    package var way: Way?
    /// Yes or no for each item answered.
    package var consents: [Item: Bool]
    /// Who enters them, where that is not the patient.
    package var enteredBy: Proxy?
    /// Whether a PIN may be entered now.
    package var isReadyForPIN: Bool
    /// Whether the reader takes the PIN on keys of its own: an empty one is sent here.
    package var hasPINPad: Bool
    /// Whether staff may confirm the holder now.
    package var isReadyForStaff: Bool
    /// Whether a face may be matched now.
    package var isReadyForFace: Bool
    /// Whether the card is at work.
    package var isBusy: Bool
    /// Why the last proof failed.
    package var proofFailure: ProofFailure?
    /// The end of the card's certificate, where a card was read.
    package var certificateEnds: Instant?
    /// How far it is in its life.
    package var certificateLife: CertificateLife?
    /// What the session ended with.
    package var closing: Closing?
    /// How the person of the answer stands to the person of the card.
    package var identity: IdentityStanding?
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

    /// Whether the card or the clearinghouse is at work: nothing else may begin on this reader.
    package var isAtWork: Bool {
        isBusy || ["recordingIntent", "asking", "recordingOutcome"].contains(state)
    }

    init(_ session: CardSession, id: String, checkIn: String?) {
        self.session = id
        state = session.phase.name
        isCardPresent = session.isCardPresent
        self.checkIn = checkIn
        let answers = session.phase.answers
        triesLeft = answers?.card.triesLeft
        way = answers?.way
        consents = answers?.consents ?? [:]
        enteredBy = answers?.enteredBy
        certificateEnds = answers?.card.notAfter
        certificateLife = answers?.card.life
        let card = answers?.card
        cardKind = card?.kind
        look = answers?.look.word
        closedWays = [:]
        for way in Way.allCases { closedWays[way] = card?.closure(of: way) }
        (isReadyForPIN, isReadyForStaff, isReadyForFace) = (false, false, false)
        hasPINPad = card?.hasPINPad ?? false
        isBusy = false
        switch session.phase {
        case .reading(let reading): proofFailure = reading.notice
        case .choosing(let choosing): proofFailure = choosing.notice
        case .proving(let proving):
            proofFailure = proving.lastFailure
            isBusy = proving.isBusy
            isReadyForPIN = proving.isReady && proving.way == .pin
            isReadyForStaff = proving.isReady && proving.way == .visualCheck
            isReadyForFace = proving.isReady && proving.way == .face
        case .accepted(let accepted, _):
            closing = .accepted(accepted.acceptance)
            identity = accepted.identity
        case .answered(let answered, _): closing = .answered(answered)
        case .refused(let refusal, _): closing = .refused(refusal)
        case .offline(let trouble, _): closing = .offline(trouble)
        case .ended(let reason, _): closing = .ended(reason)
        case .empty, .recordingIntent, .asking, .recordingOutcome, .interrupted: break
        }
    }
}
