/// What a phase does with an event: the next phase and its effects, or nothing.
typealias Step = (phase: CardSession.Phase, effects: [CardSessionEffect])

extension CardSession.Phase {
    /// One step of the table in design §4; card insertion and removal are handled before it.
    func step(on event: CardSessionEvent, isCardPresent: Bool) -> Step? {
        switch self {
        case .empty: nil
        case .reading(let reading): readingStep(reading, on: event)
        case .choosing(let choosing): choosingStep(choosing, on: event)
        case .proving(let proving): provingStep(proving, on: event)
        case .recordingIntent(let proved): recordingIntentStep(proved, on: event)
        case .asking(let asking): askingStep(asking, on: event)
        case .recordingOutcome(let outcome): recordingOutcomeStep(outcome, on: event)
        case .interrupted(let answers):
            event == .timeOut(.interrupted) ? ending(.cardPulled, answers.card) : nil
        case .accepted, .answered, .refused, .offline, .ended:
            closingStep(on: event, isCardPresent: isCardPresent)
        }
    }

    private func closingStep(on event: CardSessionEvent, isCardPresent: Bool) -> Step? {
        switch event {
        case .messageSeen, .timeOut(.message): (seen, [])
        case .startAnew where isCardPresent: beginReading()
        default: nil
        }
    }

    private var seen: CardSession.Phase {
        switch self {
        case .accepted(let accepted, _): .accepted(accepted, isSeen: true)
        case .answered(let answered, _): .answered(answered, isSeen: true)
        case .refused(let refusal, _): .refused(refusal, isSeen: true)
        case .offline(let trouble, _): .offline(trouble, isSeen: true)
        case .ended(let reason, _): .ended(reason, isSeen: true)
        case .empty, .reading, .choosing, .proving, .recordingIntent, .asking, .recordingOutcome,
            .interrupted:
            self
        }
    }
}

/// Enters `reading`, which ends by itself where neither card nor reader answers.
func beginReading(
    _ reading: Reading = Reading(), after effects: [CardSessionEffect] = []
) -> Step {
    (.reading(reading), effects + [.readCard, .startTimer(.reading)])
}

private func ending(_ reason: EndReason, _ card: PresentedCard?) -> Step {
    (.ended(reason, isSeen: false), [.note(.ended(card, reason)), .startTimer(.message)])
}

private func readingStep(_ reading: Reading, on event: CardSessionEvent) -> Step? {
    switch event {
    case .cardRead(let card):
        var answers = Answers(card: card)
        if let kept = reading.resuming, kept.card.digest == card.digest {
            answers = Answers(
                card: card, way: kept.way, consents: kept.consents, enteredBy: kept.enteredBy)
        }
        return choice(answers, notice: reading.notice, isNew: true)
    case .cardRefused(let refusal): return refused(refusal)
    case .timeOut(.reading): return refused(.mute)
    case .timeOut(.interrupted):
        // The old session may no longer resume; the card that is being read starts clean.
        return reading.resuming == nil ? nil : (.reading(Reading()), [])
    default: return nil
    }
}

private func refused(_ refusal: Refusal) -> Step {
    (.refused(refusal, isSeen: false), [.note(.cardRefused(refusal)), .startTimer(.message)])
}

/// Enters `choosing`; a way that the card cannot offer is not kept. A card that was just read is
/// looked at, where there is a camera.
func choice(_ answers: Answers, notice: ProofFailure?, isNew: Bool = false) -> Step {
    var answers = answers
    if let way = answers.way, !answers.card.offers(way) { answers.way = nil }
    var effects: [CardSessionEffect] = [.startTimer(.choosingWarning), .startTimer(.choosing)]
    if isNew, answers.card.isLookedAt {
        answers.look = .pending
        effects.append(.lookAtCard(answers.card))
    }
    return (.choosing(Choosing(answers: answers, notice: notice)), effects)
}

private func choosingStep(_ choosing: Choosing, on event: CardSessionEvent) -> Step? {
    var next = choosing
    switch event {
    case .cardSeen, .cardUnseen:
        guard let answers = choosing.answers.looked(at: event) else { return nil }
        next.answers = answers
        return (.choosing(next), event.notes(of: answers.card))
    case .wayChosen(let way):
        guard choosing.answers.card.offers(way) else { return nil }
        next.answers.way = way
        return (.choosing(next), [])
    case .consentAnswered(let item, let answer):
        guard choosing.answers.card.life.letsRecordsBeShared else { return nil }
        next.answers.consents[item] = answer
        return (.choosing(next), [])
    case .choiceMade(let way, let consents, let proxy):
        guard choosing.answers.card.offers(way) else { return nil }
        (next.answers.way, next.answers.enteredBy) = (way, proxy)
        next.answers.consents = choosing.answers.card.life.letsRecordsBeShared ? consents : [:]
        return proof(next.answers, way)
    case .choiceConfirmed:
        guard let way = choosing.answers.way else { return nil }
        return proof(choosing.answers, way)
    case .moreTime:
        guard let answers = choosing.answers.extended() else { return nil }
        (next.answers, next.isWarned) = (answers, false)
        return (.choosing(next), [.startTimer(.choosingWarning), .startTimer(.choosing)])
    case .timeOut(.choosingWarning):
        next.isWarned = true
        return (.choosing(next), [])
    case .timeOut(.choosing):
        guard let way = choosing.answers.way else {
            return ending(.choiceTimedOut, choosing.answers.card)
        }
        // Silence is not consent: the qualification alone is asked for.
        next.answers.consents = [:]
        return proof(next.answers, way)
    case .startAnew: return beginReading()
    default: return nil
    }
}

/// Enters `proving`: without a nonce no PIN is asked.
private func proof(_ answers: Answers, _ way: Way) -> Step {
    (.proving(Proving(answers: answers, way: way)), [.fetchNonce, .startTimer(.proving)])
}

private func provingStep(_ proving: Proving, on event: CardSessionEvent) -> Step? {
    var next = proving
    switch event {
    case .nonceArrived(let nonce):
        guard proving.nonce == nil else { return nil }
        next.nonce = nonce
        return (.proving(next), [.startTimer(.nonce)])
    case .nonceFailed(let trouble):
        guard proving.nonce == nil else { return nil }
        return (.offline(trouble, isSeen: false), [.discardPIN, .startTimer(.message)])
    case .pinEntered(let spendsLastTry, let recipient):
        guard let nonce = proving.nonce, proving.way == .pin, proving.isReady else {
            return (.proving(proving), proving.isBusy ? [] : [.discardPIN])
        }
        next.attempt = Attempt(.pin, recipient: recipient)
        return (
            .proving(next), [.proveByPIN(next, nonce: nonce, spendsLastTry: spendsLastTry)]
        )
    case .staffConfirmed(let staff, let reason):
        guard let nonce = proving.nonce, proving.way == .visualCheck, proving.isReady else {
            return nil
        }
        let attempt = Attempt(
            .visualCheck(staff: staff), reason: reason, recipient: staff)
        next.attempt = attempt
        return (.proving(next), [.proveByTerminal(next, attempt, nonce: nonce)])
    case .cardSeen, .cardUnseen: return lookedStep(proving, on: event)
    case .faceShown, .faceMatched: return faceStep(proving, on: event)
    case .proved(let statement, let signature, let terminalKey):
        guard let attempt = proving.attempt, let nonce = proving.nonce else { return nil }
        let proved = Proved(
            answers: proving.answers, attempt: attempt, statement: statement,
            signature: signature, terminalKey: terminalKey, nonceUntil: nonce.until)
        return (.recordingIntent(proved), [.recordIntent(proved)])
    case .proofFailed(let failure):
        guard let attempt = proving.attempt else { return nil }
        return failedProof(proving, attempt, failure)
    case .backToChoice:
        guard !proving.isBusy else { return nil }
        return choice(proving.answers, notice: nil)
    case .startAnew:
        guard !proving.isBusy else { return nil }
        return beginReading(after: [.discardPIN])
    case .moreTime:
        guard !proving.isBusy, let answers = proving.answers.extended() else { return nil }
        next.answers = answers
        return (.proving(next), [.startTimer(.proving)])
    case .timeOut(.nonce):
        guard proving.nonce != nil else { return nil }
        guard !proving.isBusy else {
            next.isNonceOver = true
            return (.proving(next), [])
        }
        next.nonce = nil
        return (.proving(next), [.fetchNonce])
    case .timeOut(.proving):
        // A card at work is not interrupted; its answer decides.
        guard !proving.isBusy else { return (.proving(proving), [.startTimer(.proving)]) }
        let (phase, effects) = ending(.proofTimedOut, proving.answers.card)
        return (phase, [.discardPIN] + effects)
    default: return nil
    }
}

private func failedProof(
    _ proving: Proving, _ attempt: Attempt, _ failure: ProofFailure
) -> Step {
    var next = proving
    next.attempt = nil
    next.lastFailure = failure
    let way = attempt.way(after: failure)
    let note = CardSessionEffect.note(
        .proofFailed(proving.answers.card, way, failure, by: proving.answers.enteredBy))
    var again = [note]
    if proving.isNonceOver {
        (next.nonce, next.isNonceOver) = (nil, false)
        again.append(.fetchNonce)
    }
    switch failure {
    case .wrongPIN(let triesLeft):
        next.answers.card.triesLeft = triesLeft
        if triesLeft > 0 { return (.proving(next), again) }
    case .pinLocked: next.answers.card.triesLeft = 0
    case .lastTry:
        next.answers.card.triesLeft = 1
        return (.proving(next), again)
    case .pinMalformed, .pad, .paused: return (.proving(next), again)
    case .differentCard:
        // Somebody swapped the card: nothing of the first patient reaches the second.
        return beginReading(Reading(notice: failure), after: [note])
    case .pinUnanswered, .badSignature, .cardFailed, .mute, .inUse, .noSignature, .faceUndecided:
        return (.proving(next), again)
    case .faceMissed, .faceLocked, .photoUnread:
        guard let closure = failure.closure else { return (.proving(next), again) }
        next.answers.card.closedWays[.face] = closure
    case .withoutPINCap:
        for way in [Way.face, .visualCheck] { next.answers.card.closedWays[way] = .withoutPINCap }
    }
    let (phase, effects) = choice(next.answers, notice: failure)
    return (phase, [note] + effects)
}

private func recordingIntentStep(_ proved: Proved, on event: CardSessionEvent) -> Step? {
    switch event {
    case .recorded(let place):
        let asking = Asking(proved: proved, intent: place)
        return (.asking(asking), [.ask(asking, isRepeat: false), .startTimer(.nonce)])
    case .storeClosed: return ending(.storeClosed, proved.answers.card)
    default: return nil
    }
}

private func askingStep(_ asking: Asking, on event: CardSessionEvent) -> Step? {
    func outcome(_ result: AskResult) -> Step {
        let outcome = Outcome(asking: asking, result: result)
        return (.recordingOutcome(outcome), [.recordOutcome(outcome)])
    }
    switch event {
    case .asked(let result):
        return outcome(result.crossChecked(with: asking.proved.answers.look))
    case .lineLost: return (.asking(asking), [.ask(asking, isRepeat: true)])
    case .timeOut(.nonce): return outcome(.unknown)
    default: return nil
    }
}

private func recordingOutcomeStep(_ outcome: Outcome, on event: CardSessionEvent) -> Step? {
    switch event {
    case .recorded(let place):
        switch outcome.result {
        case .answer(let acceptance):
            let accepted = Accepted(
                asking: outcome.asking, acceptance: acceptance, place: place)
            return (
                .accepted(accepted, isSeen: false),
                [.openCheckIn(accepted), .startTimer(.message)]
            )
        case .otherPerson(let acceptance):
            let accepted = Accepted(
                asking: outcome.asking, acceptance: acceptance, place: place)
            let (phase, effects) = answered(.otherPerson)
            return (phase, effects + [.returnGrant(accepted)])
        case .problem(let problem): return answered(.problem(problem))
        case .wrongAnswer(let reason): return answered(.wrongAnswer(reason: reason))
        case .unknown: return answered(.unknown)
        }
    case .storeClosed: return ending(.storeClosed, outcome.asking.proved.answers.card)
    default: return nil
    }
}

private func answered(_ answered: Answered) -> Step {
    (.answered(answered, isSeen: false), [.startTimer(.message)])
}
