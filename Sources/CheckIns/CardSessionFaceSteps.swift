/// What is printed on the card was read, or not, while its holder is about to be proved.
func lookedStep(_ proving: Proving, on event: CardSessionEvent) -> Step? {
    guard let answers = proving.answers.looked(at: event) else { return nil }
    var next = proving
    next.answers = answers
    guard answers.card.offers(proving.way) else {
        let (phase, effects) = choice(answers, notice: answers.look.notice)
        return (phase, event.notes(of: answers.card) + effects)
    }
    return (.proving(next), event.notes(of: answers.card))
}

/// The way of faces: the attempt begins without a score, and gets it from the matcher.
func faceStep(_ proving: Proving, on event: CardSessionEvent) -> Step? {
    var next = proving
    switch event {
    case .faceShown(let matcher, let recipient):
        guard proving.way == .face, proving.isReady else { return nil }
        next.attempt = Attempt(
            .face(matcher: matcher, scorePerMille: 0), recipient: recipient)
        return (.proving(next), [.matchFace(next)])
    case .faceMatched(let score):
        guard let nonce = proving.nonce, let attempt = proving.attempt,
            case .face(let matcher, _) = attempt.way
        else { return nil }
        let proved = Attempt(
            .face(matcher: matcher, scorePerMille: score), recipient: attempt.recipient)
        next.attempt = proved
        return (.proving(next), [.proveByTerminal(next, proved, nonce: nonce)])
    default: return nil
    }
}

extension Attempt {
    /// The way with the score that a miss had.
    package func way(after failure: ProofFailure) -> ProvedWay {
        guard case .face(let matcher, _) = way, case .faceMissed(let score, _) = failure else {
            return way
        }
        return .face(matcher: matcher, scorePerMille: score)
    }
}

extension ProofFailure {
    /// Why the face way is closed after this; nothing where it stays open.
    var closure: WayClosure? {
        switch self {
        case .faceMissed(_, triesLeft: 0), .faceLocked: .faceLocked
        case .photoUnread(let trouble): trouble.isFinal ? .photoUnreadable : nil
        default: nil
        }
    }
}

extension CardLook {
    /// Why the face way is closed after a look, in the words of a failed proof.
    fileprivate var notice: ProofFailure? {
        switch self {
        case .seen: .faceLocked
        case .unseen(let trouble): .photoUnread(trouble)
        case .absent, .pending: nil
        }
    }
}
