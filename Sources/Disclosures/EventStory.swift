package import Octets
package import Records

/// What the events of one card session or check-in have in common: a place to make them from, so
/// that each names the same terminal, session and patient.
package struct EventScene: Hashable, Sendable {
    /// The terminal.
    package var place: TerminalPlace
    /// How far its clock is to be trusted.
    package var timeQuality: TimeQuality
    /// Who acts.
    package var actor: EventActor
    /// The patient, as far as known.
    package var patient: PatientReference?
    /// The card session.
    package var cardSession: String?
    /// The check-in.
    package var checkIn: String?

    /// A scene.
    package init(
        place: TerminalPlace, timeQuality: TimeQuality, actor: EventActor,
        patient: PatientReference? = nil, cardSession: String? = nil, checkIn: String? = nil
    ) {
        (self.place, self.timeQuality, self.actor) = (place, timeQuality, actor)
        (self.patient, self.cardSession, self.checkIn) = (patient, cardSession, checkIn)
    }

    /// An event of this scene with nothing more in it.
    package func event(_ kind: EventKind, at time: Instant) -> HistoryEvent {
        var event = HistoryEvent(
            kind, at: time, timeQuality: timeQuality, place: place, actor: actor)
        (event.patient, event.cardSession, event.checkIn) = (patient, cardSession, checkIn)
        return event
    }

    /// A card that was not served.
    package func cardRefused(reason: String, at time: Instant) -> HistoryEvent {
        var event = event(.cardRefused, at: time)
        event.reason = reason
        return event
    }

    /// A session that ended before the clearinghouse was asked.
    package func sessionEnded(reason: String, at time: Instant) -> HistoryEvent {
        var event = event(.sessionEnded, at: time)
        event.reason = reason
        return event
    }

    /// A proof that succeeded, failed, or met a locked card.
    package func proof(
        _ way: VerificationWay, _ outcome: EventOutcome, reason: String? = nil,
        triesLeft: Int? = nil, at time: Instant
    ) -> HistoryEvent {
        var event = event(.proof, at: time)
        (event.way, event.outcome) = (way, outcome)
        (event.reason, event.triesLeft) = (reason, triesLeft)
        return event
    }

    /// What the patient said to one item.
    package func consent(
        to item: DisclosedItem, _ consent: ConsentNote, at time: Instant
    ) -> HistoryEvent {
        let kind: EventKind =
            switch consent.state {
            case .given: .consentGiven
            case .withdrawn, .expired: .consentWithdrawn
            case .refused, .unobtainable: .consentRefused
            }
        var event = event(kind, at: time)
        (event.item, event.consent) = (item, consent)
        return event
    }

    /// What is about to be asked of the clearinghouse, with what the card signed if it did.
    package func intent(
        _ act: ClearinghouseAct, item: DisclosedItem, purpose: DisclosurePurpose,
        way: VerificationWay? = nil, consent: ConsentNote? = nil, requestID: String,
        statement: SignedStatement? = nil, at time: Instant
    ) -> HistoryEvent {
        var event = event(.intent, at: time)
        (event.act, event.item, event.purpose) = (act, item, purpose)
        (event.way, event.consent) = (way, consent)
        (event.requestID, event.statement) = (requestID, statement)
        return event
    }
}

extension HistoryEvent {
    /// Whether this event opens something that another must close.
    package var opensIntent: Bool { kind == .intent }

    /// What became of this intent, which stands at `index`: the same scene and purpose, closed.
    /// `patientID` adds what the answer told about the patient to what the card told before.
    package func outcome(
        ofIntentAt index: UInt64, _ outcome: EventOutcome, patientID: String? = nil,
        reason: String? = nil, answer: SignedAnswer? = nil, answerDigest: SHA256Digest? = nil,
        checkIn: String? = nil, at time: Instant
    ) -> HistoryEvent {
        var event = closing(.outcome, index, at: time)
        (event.outcome, event.reason) = (outcome, reason)
        (event.answer, event.answerDigest) = (answer, answerDigest)
        if let patientID {
            event.patient = PatientReference(id: patientID, card: patient?.card)
        }
        if let checkIn { event.checkIn = checkIn }
        return event
    }

    /// The disclosure of the records that this intent, which stands at `index`, asked for.
    package func disclosure(
        ofIntentAt index: UInt64, answerDigest: SHA256Digest, recipient: String? = nil,
        at time: Instant
    ) -> HistoryEvent {
        var event = closing(.disclosure, index, at: time)
        (event.outcome, event.answerDigest) = (.succeeded, answerDigest)
        event.recipient = recipient
        return event
    }

    private func closing(_ kind: EventKind, _ index: UInt64, at time: Instant) -> HistoryEvent {
        var event = self
        (event.kind, event.time, event.intentIndex) = (kind, time, index)
        event.statement = nil
        return event
    }

    /// Whether this event showed somebody data: a disclosure, or a check-in that was answered.
    package var isDisclosure: Bool {
        kind == .disclosure || kind == .viewed || kind == .outcome && outcome == .succeeded
            || kind == .outcome && outcome == .problem
    }
}
