extension CardSession {
    /// The next session and what must be done, or nothing where the event has no meaning in this
    /// state (an answer from an older step, a second tap).
    package func transition(
        on event: CardSessionEvent
    ) -> (next: CardSession, effects: [CardSessionEffect])? {
        switch event {
        case .cardInserted: inserted()
        case .cardGone: gone()
        default:
            phase.step(on: event, isCardPresent: isCardPresent).map { phase, effects in
                settled(phase, effects)
            }
        }
    }

    /// A card appeared. Only a free reader begins with it; a session that needs no card goes on.
    private func inserted() -> (next: CardSession, effects: [CardSessionEffect])? {
        switch phase {
        case .empty, .accepted, .answered, .refused, .offline, .ended:
            begin()
        case .interrupted(let answers): begin(Reading(resuming: answers))
        case .reading, .choosing, .proving, .recordingIntent, .asking, .recordingOutcome:
            isCardPresent
                ? nil : (CardSession(phase: phase, isCardPresent: true, isNextCard: true), [])
        }
    }

    private func begin(
        _ reading: Reading = Reading()
    ) -> (next: CardSession, effects: [CardSessionEffect]) {
        let (phase, effects) = beginReading(reading)
        return (CardSession(phase: phase, isCardPresent: true), effects)
    }

    /// The card is gone: before the intent this interrupts, after it the session ends by itself.
    private func gone() -> (next: CardSession, effects: [CardSessionEffect])? {
        guard isCardPresent else { return nil }
        func without(_ phase: Phase) -> CardSession {
            CardSession(phase: phase, isCardPresent: false)
        }
        switch phase {
        case .empty: return (.empty, [])
        case .reading(let reading):
            guard let answers = reading.resuming else { return (.empty, []) }
            // The time to come back runs on from when the card first left.
            return (without(.interrupted(answers)), [])
        case .choosing(let choosing):
            return (without(.interrupted(choosing.answers)), [.startTimer(.interrupted)])
        case .proving(let proving):
            return (
                without(.interrupted(proving.answers)), [.discardPIN, .startTimer(.interrupted)]
            )
        case .interrupted, .recordingIntent, .asking, .recordingOutcome:
            return (without(phase), [])
        case .accepted(_, isSeen: true), .answered(_, isSeen: true), .refused(_, isSeen: true),
            .offline(_, isSeen: true), .ended(_, isSeen: true):
            return (.empty, [])
        case .accepted, .answered, .refused, .offline, .ended:
            return (without(phase), [])
        }
    }

    /// A closing state whose message was seen leaves as soon as its card is no longer there: to
    /// the next card where one came meanwhile.
    private func settled(
        _ next: Phase, _ effects: [CardSessionEffect]
    ) -> (next: CardSession, effects: [CardSessionEffect]) {
        if next.isSeen && !isCardPresent { return (.empty, effects) }
        if next.isSeen && isNextCard {
            let (next, begun) = begin()
            return (next, effects + begun)
        }
        let isNextCard = isNextCard && next.name != "reading"
        return (
            CardSession(phase: next, isCardPresent: isCardPresent, isNextCard: isNextCard), effects
        )
    }
}

extension CardSession.Phase {
    /// Whether this is a closing state, whose message waits to be seen.
    package var isClosing: Bool {
        switch self {
        case .accepted, .answered, .refused, .offline, .ended: true
        case .empty, .reading, .choosing, .proving, .recordingIntent, .asking, .recordingOutcome,
            .interrupted:
            false
        }
    }

    fileprivate var isSeen: Bool {
        switch self {
        case .accepted(_, let seen), .answered(_, let seen), .refused(_, let seen),
            .offline(_, let seen), .ended(_, let seen):
            seen
        case .empty, .reading, .choosing, .proving, .recordingIntent, .asking, .recordingOutcome,
            .interrupted:
            false
        }
    }
}
