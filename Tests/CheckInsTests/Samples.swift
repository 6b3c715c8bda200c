import CheckIns
import Octets
import Records

/// One session for each state (with and without a card), and one event of each kind.
enum Samples {
    static let now = Instant(seconds: 1_795_000_000)
    static let nonce = Nonce(text: "bm9uY2U", until: now.adding(seconds: 300))
    static let card = card(octet: 1)
    static let otherCard = card(octet: 2)

    static func digest(_ octet: UInt8) -> SHA256Digest {
        guard let digest = SHA256Digest([UInt8](repeating: octet, count: 32)) else {
            preconditionFailure("32 octets are a digest")
        }
        return digest
    }

    static func card(octet: UInt8) -> PresentedCard {
        PresentedCard(
            certificate: [0x30, octet], digest: digest(octet),
            notAfter: now.adding(seconds: 86_400 * 365), algorithm: .rsaPKCS1SHA256, triesLeft: 3)
    }

    static let answers = Answers(card: card, way: .pin, consents: [.drugs: true, .checkups: false])
    static let proved = Proved(
        answers: answers, attempt: Attempt(.pin), statement: [1], signature: [2],
        nonceUntil: nonce.until)
    static let asking = Asking(proved: proved, intent: HistoryPlace(origin: "o", index: 7))
    static let grant = Grant(
        id: "g", items: [ConsentedItem(item: .drugs, until: now.adding(seconds: 86_400))],
        until: now.adding(seconds: 86_400))
    static let acceptance = Acceptance(
        patient: "p", statement: digest(4),
        qualification: Qualification(validity: .valid, entitlements: []),
        grant: grant,
        receipt: SignedReceipt(bytes: [3], signature: [4]), answerDigest: digest(3))
    static let accepted = Accepted(
        asking: asking, acceptance: acceptance, place: HistoryPlace(origin: "o", index: 8))
    static let problem = AnsweredProblem(
        type: "urn:x", status: 409, title: BilingualText(english: "a", japanese: "b"),
        nextStep: BilingualText(english: "c", japanese: "d"))
    static let checkIn = CheckIn(
        id: "1", number: 1, openedAt: now, patient: "p", certificate: digest(1),
        statement: digest(2), way: .pin, grant: grant)

    static let printed = PrintedIdentity(
        name: "見本 花子", birthDate: date(1980, 5, 3), sex: .female)
    static let seen = SeenCard(identity: printed, faceTriesLeft: 10)

    static func date(_ year: Int, _ month: Int, _ day: Int) -> LocalDate {
        guard let date = LocalDate(year: year, month: month, day: day) else {
            preconditionFailure("a date of a calendar")
        }
        return date
    }

    static func looking(_ look: CardLook, way: Way? = nil) -> Answers {
        var answers = Answers(card: card, way: way, consents: [.drugs: true])
        answers.look = look
        answers.card.isLookedAt = true
        return answers
    }

    static func facing(_ look: CardLook, hasNonce: Bool, isBusy: Bool) -> Proving {
        var proving = Proving(answers: looking(look, way: .face), way: .face)
        proving.nonce = hasNonce ? nonce : nil
        proving.attempt = isBusy ? Attempt(.face(matcher: "m", scorePerMille: 0)) : nil
        return proving
    }

    static func proving(hasNonce: Bool, isBusy: Bool) -> Proving {
        var proving = Proving(answers: answers, way: .pin)
        proving.nonce = hasNonce ? nonce : nil
        proving.attempt = isBusy ? Attempt(.pin) : nil
        return proving
    }

    /// Staff may confirm the holder.
    static let confirming: Proving = {
        var proving = Proving(answers: Answers(card: card, way: .visualCheck), way: .visualCheck)
        proving.nonce = nonce
        return proving
    }()

    static let phases: [CardSession.Phase] =
        [
            .empty, .reading(Reading()), .reading(Reading(resuming: answers)),
            .choosing(Choosing(answers: Answers(card: card))),
            .choosing(Choosing(answers: answers, notice: .pinLocked)),
            .proving(proving(hasNonce: false, isBusy: false)),
            .proving(proving(hasNonce: true, isBusy: false)),
            .proving(proving(hasNonce: true, isBusy: true)),
            .proving(confirming),
            .recordingIntent(proved), .asking(asking),
            .interrupted(answers),
            .choosing(Choosing(answers: looking(.pending))),
            .choosing(Choosing(answers: looking(.seen(seen), way: .face))),
            .proving(facing(.pending, hasNonce: true, isBusy: false)),
            .proving(facing(.seen(seen), hasNonce: true, isBusy: false)),
            .proving(facing(.seen(seen), hasNonce: true, isBusy: true)),
            .interrupted(looking(.pending, way: .face)),
        ]
        + results.map { .recordingOutcome(Outcome(asking: asking, result: $0)) }
        + closing(isSeen: false) + closing(isSeen: true)

    private static func closing(isSeen seen: Bool) -> [CardSession.Phase] {
        [
            .accepted(accepted, isSeen: seen), .answered(.problem(problem), isSeen: seen),
            .answered(.unknown, isSeen: seen), .refused(.mute, isSeen: seen),
            .offline(.unreachable, isSeen: seen), .ended(.storeClosed, isSeen: seen),
        ]
    }

    static let results: [AskResult] = [
        .answer(acceptance), .otherPerson(acceptance), .problem(problem), .wrongAnswer(reason: "r"),
        .unknown,
    ]

    static let sessions = phases.flatMap { phase in
        [true, false].map { CardSession(phase: phase, isCardPresent: $0) }
            + [CardSession(phase: phase, isCardPresent: true, isNextCard: true)]
    }

    static let failures: [ProofFailure] = [
        .wrongPIN(triesLeft: 2), .wrongPIN(triesLeft: 0), .pinLocked, .lastTry, .pinUnanswered,
        .pinMalformed, .pad(.cancelled), .pad(.timedOut), .pad(.wanted),
        .paused(until: now), .differentCard, .badSignature, .cardFailed, .mute, .inUse,
        .noSignature,
        .faceMissed(scorePerMille: 1, triesLeft: 9), .faceMissed(scorePerMille: 1, triesLeft: 0),
        .faceMissed(scorePerMille: 1, triesLeft: nil), .faceLocked, .faceUndecided(.blurred),
        .photoUnread(.nothingSeen), .photoUnread(.wrongNumber), .withoutPINCap,
    ]

    static let events: [CardSessionEvent] = plainEvents + askedEvents + timerEvents

    private static let plainEvents: [CardSessionEvent] = [
        .cardInserted, .cardGone, .cardRead(card), .cardRead(otherCard), .wayChosen(.pin),
        .wayChosen(.face), .wayChosen(.visualCheck),
        .staffConfirmed(staff: "s", reason: .pinForgotten), .consentAnswered(.drugs, true),
        .choiceConfirmed,
        .choiceMade(.pin, [.drugs: true]), .choiceMade(.visualCheck, [:]),
        .nonceArrived(nonce), .pinEntered(spendsLastTry: false, recipient: nil),
        .pinEntered(spendsLastTry: true, recipient: "s"), .proved(statement: [1], signature: [2]),
        .backToChoice, .recorded(HistoryPlace(origin: "o", index: 7)), .storeClosed,
        .lineLost, .messageSeen, .startAnew, .moreTime,
        .cardSeen(seen), .cardSeen(SeenCard(identity: printed, faceTriesLeft: 0)),
        .choiceMade(.face, [:]), .faceShown(matcher: "m", recipient: "s"),
        .faceMatched(scorePerMille: 900),
    ]

    private static let askedEvents: [CardSessionEvent] = {
        var events: [CardSessionEvent] = Refusal.allCases.map { .cardRefused($0) }
        events += ClearinghouseTrouble.allCases.map { .nonceFailed($0) }
        events += LookTrouble.allCases.map { .cardUnseen($0) }
        events += failures.map { .proofFailed($0) }
        events += results.map { .asked($0) }
        return events
    }()

    private static let timerEvents: [CardSessionEvent] = SessionTimer.allCases.map { .timeOut($0) }
}

extension CardSessionEvent {
    /// The event's kind, for messages of tests.
    var name: String { String(describing: self).split(separator: "(")[0].description }
}
