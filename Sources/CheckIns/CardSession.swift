package import Octets
package import Records

/// One card on one reader, from insertion to the moment the reader is free again.
///
/// ```
/// empty → reading → choosing ⇄ proving → recordingIntent → asking → recordingOutcome → accepted
///            │          │         │ │            │                        │          └ answered
///            refused    ended     │ offline      ended(storeClosed)       ended(storeClosed)
///                       interrupted (card pulled before the intent) → reading | ended
/// ```
///
/// A value: `transition(on:)` gives the next session and the effects that `Terminal` performs.
/// It knows no clock, no reader and no network.
package struct CardSession: Hashable, Sendable {
    /// Where the session stands.
    package var phase: Phase
    /// Whether a card lies on the reader right now.
    package var isCardPresent: Bool
    /// Whether that card came after this session's own had left: it waits for its turn.
    package var isNextCard: Bool

    /// A reader without a card.
    package static let empty = CardSession(phase: .empty, isCardPresent: false)

    /// A session in a given phase.
    package init(phase: Phase, isCardPresent: Bool, isNextCard: Bool = false) {
        (self.phase, self.isCardPresent) = (phase, isCardPresent)
        self.isNextCard = isNextCard
    }

    /// The states of design §4.
    package enum Phase: Hashable, Sendable {
        case empty
        /// The certificate and the tries left are being read.
        case reading(Reading)
        case choosing(Choosing)
        case proving(Proving)
        case recordingIntent(Proved)
        case asking(Asking)
        case recordingOutcome(Outcome)
        case interrupted(Answers)
        case accepted(Accepted, isSeen: Bool)
        case answered(Answered, isSeen: Bool)
        case refused(Refusal, isSeen: Bool)
        case offline(ClearinghouseTrouble, isSeen: Bool)
        case ended(EndReason, isSeen: Bool)
    }
}

/// The card as it was read: what the session must know of it.
package struct PresentedCard: Hashable, Sendable {
    /// The user-authentication certificate, DER.
    package var certificate: [UInt8]
    /// SHA-256 of the certificate.
    package var digest: SHA256Digest
    /// The end of the certificate.
    package var notAfter: Instant
    /// How far it is in its life.
    package var life: CertificateLife
    /// The algorithm its key signs with.
    package var algorithm: StatementAlgorithm
    /// The PIN's tries left; zero means locked.
    package var triesLeft: Int
    /// What kind of card it is.
    package var kind = CardKind.plastic
    /// The ways that are not open to this card here and now, and why.
    package var closedWays: [Way: WayClosure] = [:]
    /// Whether the reader takes the PIN on keys of its own.
    package var hasPINPad = false
    /// Whether a camera looks at what is printed on it.
    package var isLookedAt = false

    /// A card that was read.
    package init(
        certificate: [UInt8], digest: SHA256Digest, notAfter: Instant,
        life: CertificateLife = .good, algorithm: StatementAlgorithm, triesLeft: Int
    ) {
        self.certificate = certificate
        self.digest = digest
        self.notAfter = notAfter
        self.life = life
        self.algorithm = algorithm
        self.triesLeft = triesLeft
    }

    /// Whether the PIN is locked; only the municipal office unlocks it.
    package var isPINLocked: Bool { triesLeft == 0 }
}

/// What the patient has answered so far about one card.
package struct Answers: Hashable, Sendable {
    /// The card.
    package var card: PresentedCard
    /// The way chosen, if one was.
    package var way: Way?
    /// Yes or no for each item answered.
    package var consents: [Item: Bool]
    /// Who enters them, where that is not the patient.
    package var enteredBy: Proxy?
    /// What was read of the card with the number that stands on its face.
    package var look = CardLook.absent
    /// How often the patient asked for more time.
    package private(set) var extensions = 0
    /// So often they get it: nobody who has left keeps others waiting for ever.
    package static let mostExtensions = 3

    /// The answers of somebody who gets more time; nothing where they got enough.
    func extended() -> Answers? {
        guard extensions < Self.mostExtensions else { return nil }
        var next = self
        next.extensions += 1
        return next
    }

    /// Answers to start with.
    package init(
        card: PresentedCard, way: Way? = nil, consents: [Item: Bool] = [:], enteredBy: Proxy? = nil
    ) {
        (self.card, self.way, self.consents) = (card, way, consents)
        self.enteredBy = enteredBy
    }

    /// The items the patient said yes to; what was not answered counts as no, and an expired
    /// certificate shares nothing.
    package var consented: Set<Item> {
        card.life.letsRecordsBeShared ? Set(consents.filter(\.value).keys) : []
    }
}

/// The card is being read.
package struct Reading: Hashable, Sendable {
    /// What was answered before an interruption: taken up again if the card is the same.
    package var resuming: Answers?
    /// Why the last proof failed, where that was found to be about another card than this one.
    package var notice: ProofFailure?

    /// A reading; without anything to resume it starts clean.
    package init(resuming: Answers? = nil, notice: ProofFailure? = nil) {
        (self.resuming, self.notice) = (resuming, notice)
    }
}

/// The patient chooses the way and what to share.
package struct Choosing: Hashable, Sendable {
    /// What was answered so far.
    package var answers: Answers
    /// Whether the warning before the time-out stands on the screen.
    package var isWarned = false
    /// Why the session came back from its proof, if it did.
    package var notice: ProofFailure?

    /// The state on entering.
    package init(answers: Answers, notice: ProofFailure? = nil) {
        (self.answers, self.notice) = (answers, notice)
    }
}

/// The holder proves who they are.
package struct Proving: Hashable, Sendable {
    /// What the patient chose; the way is always set.
    package var answers: Answers
    /// The way in use.
    package var way: Way
    /// The clearinghouse's nonce, once it has come. No PIN is asked without one.
    package var nonce: Nonce?
    /// Whether the nonce ended while the card was at work: the next proof needs a fresh one.
    package var isNonceOver = false
    /// The proof that the card, the matcher or the terminal is making right now.
    package var attempt: Attempt?
    /// Whether one is being made.
    package var isBusy: Bool { attempt != nil }
    /// Whether one may begin.
    package var isReady: Bool { nonce != nil && !isBusy && answers.look != .pending }
    /// Why the last attempt failed.
    package var lastFailure: ProofFailure?

    /// The state on entering.
    package init(answers: Answers, way: Way) { (self.answers, self.way) = (answers, way) }
}

/// One proof: how, for a visual check why, and who is told the answer to it.
package struct Attempt: Hashable, Sendable {
    /// How the holder is proved.
    package var way: ProvedWay
    /// Why staff looked, where they did.
    package var reason: VisualCheckReason?
    /// Who of the staff is told the answer at once; nobody where the patient alone is at it.
    package var recipient: String?

    /// A proof.
    package init(
        _ way: ProvedWay, reason: VisualCheckReason? = nil, recipient: String? = nil
    ) {
        (self.way, self.reason, self.recipient) = (way, reason, recipient)
    }
}

/// A nonce of the clearinghouse.
package struct Nonce: Hashable, Sendable {
    /// Base64url of its octets.
    package var text: String
    /// When it ends.
    package var until: Instant

    /// A nonce.
    package init(text: String, until: Instant) { (self.text, self.until) = (text, until) }
}

/// The proof is made: what will be recorded and asked.
package struct Proved: Hashable, Sendable {
    /// What the patient chose.
    package var answers: Answers
    /// How the holder was proved.
    package var attempt: Attempt
    /// The statement's bytes.
    package var statement: [UInt8]
    /// The signature over them.
    package var signature: [UInt8]
    /// The terminal's key (SubjectPublicKeyInfo) where that signed, not the card.
    package var terminalKey: [UInt8]?
    /// When the nonce in the statement ends: until then the same bytes may be sent again.
    package var nonceUntil: Instant

    /// A proof.
    package init(
        answers: Answers, attempt: Attempt, statement: [UInt8], signature: [UInt8],
        terminalKey: [UInt8]? = nil, nonceUntil: Instant
    ) {
        self.answers = answers
        self.attempt = attempt
        self.statement = statement
        self.signature = signature
        self.terminalKey = terminalKey
        self.nonceUntil = nonceUntil
    }
}

/// Where an entry stands in the access history.
package struct HistoryPlace: Hashable, Sendable {
    /// The log's origin.
    package var origin: String
    /// The entry's index.
    package var index: UInt64

    /// A place.
    package init(origin: String, index: UInt64) { (self.origin, self.index) = (origin, index) }
}

/// The clearinghouse is being asked; the intent is durable.
package struct Asking: Hashable, Sendable {
    /// What is asked.
    package var proved: Proved
    /// Where the intent stands.
    package var intent: HistoryPlace

    /// A question under way.
    package init(proved: Proved, intent: HistoryPlace) {
        (self.proved, self.intent) = (proved, intent)
    }
}

/// What came of the question, before it is durable.
package struct Outcome: Hashable, Sendable {
    /// The question.
    package var asking: Asking
    /// What came back.
    package var result: AskResult

    /// An outcome.
    package init(asking: Asking, result: AskResult) {
        (self.asking, self.result) = (asking, result)
    }
}

extension CardSession.Phase {
    /// The state's name in the words of design §4: for screens, programs and tests.
    package var name: String {
        switch self {
        case .empty: "empty"
        case .reading: "reading"
        case .choosing: "choosing"
        case .proving: "proving"
        case .recordingIntent: "recordingIntent"
        case .asking: "asking"
        case .recordingOutcome: "recordingOutcome"
        case .interrupted: "interrupted"
        case .accepted: "accepted"
        case .answered: "answered"
        case .refused: "refused"
        case .offline: "offline"
        case .ended: "ended"
        }
    }

    /// What the patient has answered so far, where a card is being served.
    package var answers: Answers? {
        switch self {
        case .choosing(let choosing): choosing.answers
        case .proving(let proving): proving.answers
        case .recordingIntent(let proved): proved.answers
        case .asking(let asking): asking.proved.answers
        case .recordingOutcome(let outcome): outcome.asking.proved.answers
        case .interrupted(let answers): answers
        case .accepted(let accepted, _): accepted.asking.proved.answers
        case .empty, .reading, .answered, .refused, .offline, .ended: nil
        }
    }
}
