package import AccessHistory
package import CheckIns
internal import Cryptography
package import Disclosures
package import Octets
package import Records

/// Writes what happens at this terminal into the access history: the only place where card
/// sessions and openings become events.
package struct HistoryScribe: SessionHistory, DisclosureLedger {
    /// The store.
    package let store: HistoryStore
    /// Where this is: institution and terminal.
    package let place: TerminalPlace
    /// What happened since the start, counted.
    package let meters = Meters()
    private let clock: any TerminalClock
    private let quality: @Sendable () -> TimeQuality
    private let ids: any IdentifierSource
    private let items: [Item]
    private let complain: @Sendable (HistoryError) -> Void
    private let told: @Sendable (HistoryEvent, UInt64) -> Void
    private let tries: (any TryVault)?

    /// A scribe for the items that the institution asks about.
    package init(
        store: HistoryStore, place: TerminalPlace, clock: any TerminalClock,
        quality: @escaping @Sendable () -> TimeQuality, ids: any IdentifierSource, items: [Item],
        tries: (any TryVault)? = nil,
        told: @escaping @Sendable (HistoryEvent, UInt64) -> Void = { _, _ in },
        complain: @escaping @Sendable (HistoryError) -> Void = { _ in }
    ) {
        (self.complain, self.tries, self.told) = (complain, tries, told)
        self.store = store
        self.place = place
        self.clock = clock
        self.quality = quality
        self.ids = ids
        self.items = items
    }

    /// The scene of events that somebody causes.
    package func scene(
        actor: EventActor, patient: PatientReference? = nil, session: String? = nil,
        checkIn: String? = nil
    ) -> EventScene {
        EventScene(
            place: place, timeQuality: quality(), actor: actor, patient: patient,
            cardSession: session, checkIn: checkIn)
    }

    package func makeDurable(_ event: HistoryEvent) async -> UInt64? { await write(event)?.index }

    /// Writes an event; nothing where the store is closed.
    package func write(_ event: HistoryEvent) async -> HistoryPlace? {
        await write([event])
    }

    /// Writes events that belong together with one write; the last one's place.
    package func write(_ events: [HistoryEvent]) async -> HistoryPlace? {
        do throws(HistoryError) {
            let begin = ContinuousClock.now
            let places = try await store.append(contentsOf: events)
            guard let last = places.last else { return nil }
            meters.count(
                zip(events, places).map { ($0, index: $1.index) }, took: .now - begin)
            for (event, place) in zip(events, places) { told(event, place.index) }
            for card in Set(events.compactMap(\.toldTry)) { await tries?.end(card: card) }
            return HistoryPlace(origin: store.origin, index: last.index)
        } catch {
            meters.countRefusal()
            complain(error)
            return nil
        }
    }

    /// A PIN is about to be sent to a card.
    func begin(_ certificate: SHA256Digest, on reader: String) async {
        let card = store.cardReference(ofCertificate: certificate)
        _ = await tries?.begin(BegunTry(card: card, reader: reader, time: now))
    }

    /// It was not sent, and nothing will be told of it.
    func forget(_ certificate: SHA256Digest) async {
        await tries?.end(card: store.cardReference(ofCertificate: certificate))
    }

    /// Whether the history has an entry of a kind about a check-in, from an instant on.
    func tells(of kind: EventKind, checkIn: String, since start: Instant) async -> Bool {
        var query = HistoryQuery()
        (query.kinds, query.from, query.checkIn, query.limit) = ([kind], start, checkIn, 1)
        let found = try? await store.events(matching: query)
        return found?.isEmpty == false
    }

    /// The instant that goes into an event made now.
    package var now: Instant { clock.now() }

    /// A fresh request number.
    package func requestID() -> String { ids.identifier(at: clock.now()) }

    // MARK: Card sessions

    package func recordIntent(_ proved: Proved, session: String) async -> HistoryPlace? {
        let scene = scene(of: proved, session)
        let proof = scene.proof(
            VerificationWay(proved.attempt.way), .succeeded,
            reason: proved.attempt.reason?.rawValue, triesLeft: proved.answers.card.triesLeft,
            at: now)
        let consents = items.map { item in
            scene.consent(to: DisclosedItem(item), consent(of: proved, to: item), at: now)
        }
        // One write for all of them: the intent never stands without what it rests on.
        return await write([proof] + consents + [intent(of: proved, session)])
    }

    package func recordOutcome(_ outcome: Outcome, session: String) async -> HistoryPlace? {
        var intent = intent(of: outcome.asking.proved, session)
        let index = outcome.asking.intent.index
        // Whoever waits for the answer is told it as soon as this stands.
        intent.recipient = outcome.asking.proved.attempt.recipient
        switch outcome.result {
        case .answer(let acceptance):
            return await write(
                intent.outcome(
                    ofIntentAt: index, .succeeded, patientID: acceptance.patient,
                    reason: outcome.crossCheckWord,
                    answer: SignedAnswer(acceptance.receipt),
                    answerDigest: acceptance.answerDigest, at: now))
        case .problem(let problem):
            return await write(
                intent.outcome(
                    ofIntentAt: index, .problem, reason: problem.type,
                    answer: problem.receipt.map { SignedAnswer($0) }, at: now))
        case .otherPerson(let acceptance):
            return await write(
                intent.outcome(
                    ofIntentAt: index, .wrongAnswer, reason: "otherPerson",
                    answer: SignedAnswer(acceptance.receipt), at: now))
        case .wrongAnswer:
            return await write(intent.outcome(ofIntentAt: index, .wrongAnswer, at: now))
        case .unknown:
            return await write(intent.outcome(ofIntentAt: index, .unknown, at: now))
        }
    }

    package func note(_ note: SessionNote, session: String) async {
        _ = await write(event(for: note, session))
    }

    private func event(for note: SessionNote, _ session: String) -> HistoryEvent {
        switch note {
        case .proofFailed(let card, let way, let failure, let proxy):
            let outcome: EventOutcome = failure.isLocked ? .locked : .failed
            return scene(actor: EventActor(proxy), patient: reference(to: card), session: session)
                .proof(
                    VerificationWay(way), outcome, reason: failure.word,
                    triesLeft: failure.triesLeft,
                    at: now)
        case .numberRefused(let card, let trouble):
            var event = scene(actor: .patient, patient: reference(to: card), session: session)
                .event(.proof, at: now)
            (event.outcome, event.reason) = (
                trouble == .numberLocked ? .locked : .failed, trouble.rawValue
            )
            return event
        case .cardRefused(let refusal):
            return scene(actor: .patient, session: session)
                .cardRefused(reason: refusal.rawValue, at: now)
        case .ended(let card, let reason):
            return scene(actor: .patient, patient: card.map(reference(to:)), session: session)
                .sessionEnded(reason: reason.rawValue, at: now)
        }
    }

    private func scene(of proved: Proved, _ session: String) -> EventScene {
        scene(
            actor: EventActor(proved.answers.enteredBy),
            patient: reference(to: proved.answers.card), session: session)
    }

    /// The intent of a check-in. Made again for its outcome: all but the time comes from the
    /// proof, so both say the same.
    private func intent(of proved: Proved, _ session: String) -> HistoryEvent {
        scene(of: proved, session).intent(
            .checkIn, item: .qualification, purpose: .treatment,
            way: VerificationWay(proved.attempt.way),
            requestID: session,
            statement: SignedStatement(
                octets: proved.statement, signature: proved.signature,
                certificate: proved.answers.card.certificate,
                terminalKey: proved.terminalKey), at: now)
    }

    private func consent(of proved: Proved, to item: Item) -> ConsentNote {
        guard proved.answers.consented.contains(item) else { return ConsentNote(.refused) }
        let statement = try? Statement(canonical: proved.statement)
        return ConsentNote(.given, until: statement?.items.first { $0.item == item }?.until)
    }

    private func reference(to card: PresentedCard) -> PatientReference {
        PatientReference(card: store.cardReference(ofCertificate: card.digest))
    }

    /// The reference of a patient whom the clearinghouse has named.
    package func reference(patient: String?, certificate: SHA256Digest) -> PatientReference {
        PatientReference(
            id: patient, card: store.cardReference(ofCertificate: certificate))
    }
}

extension EventActor {
    /// Who acts at a reader: the patient, or whoever enters in the patient's place; the terminal
    /// writes down no name of either.
    init(_ proxy: Proxy?) {
        switch proxy {
        case nil: self = .patient
        case .parent: self.init(id: "parent", role: .parent)
        case .carer: self.init(id: "carer", role: .carer)
        }
    }
}

extension VerificationWay {
    /// A way as events name it.
    package init(_ way: ProvedWay) {
        self =
            switch way {
            case .pin: .pin
            case .face(let matcher, let score): .face(matcher: matcher, scorePerMille: score)
            case .visualCheck(let staff): .visualCheck(staff: staff)
            }
    }
}

extension DisclosedItem {
    /// An item as events name it.
    package init(_ item: Item) {
        self =
            switch item {
            case .drugs: .drugs
            case .checkups: .checkups
            }
    }
}

extension Outcome {
    /// What comparing the answer with the card came to; nothing where nobody could.
    fileprivate var crossCheckWord: String? {
        guard case .answer(let acceptance) = result else { return nil }
        let place = HistoryPlace(origin: "", index: 0)
        let accepted = Accepted(asking: asking, acceptance: acceptance, place: place)
        return accepted.identity == .unchecked ? nil : "identity.\(accepted.identity.rawValue)"
    }
}

extension SignedAnswer {
    init(_ receipt: SignedReceipt) {
        self.init(octets: receipt.bytes, signature: receipt.signature)
    }
}

extension ProofFailure {
    /// A stable word for the history and for programs.
    package var word: String {
        switch self {
        case .wrongPIN: "wrongPIN"
        case .pinLocked: "pinLocked"
        case .pinUnanswered: "pinUnanswered"
        case .lastTry: "lastTry"
        case .pinMalformed: "pinMalformed"
        case .pad(let trouble): trouble.rawValue
        case .paused: "paused"
        case .differentCard: "differentCard"
        case .badSignature: "badSignature"
        case .cardFailed: "cardFailed"
        case .mute: "mute"
        case .inUse: "inUse"
        case .noSignature: "noSignature"
        case .faceMissed: "faceMissed"
        case .faceLocked: "faceLocked"
        case .faceUndecided(let trouble): trouble.rawValue
        case .photoUnread(let trouble): trouble.rawValue
        case .withoutPINCap: "withoutPINCap"
        }
    }

    /// Whether the PIN, or the face way, is locked now.
    var isLocked: Bool {
        switch self {
        case .pinLocked, .wrongPIN(triesLeft: 0), .faceLocked, .faceMissed(_, triesLeft: 0): true
        case .wrongPIN, .lastTry, .pinUnanswered, .pinMalformed, .pad, .paused, .differentCard,
            .badSignature, .cardFailed, .mute, .inUse, .noSignature, .faceMissed, .faceUndecided,
            .photoUnread, .withoutPINCap:
            false
        }
    }

    /// The tries left, where the failure tells them.
    package var triesLeft: Int? {
        switch self {
        case .wrongPIN(let tries): tries
        case .pinLocked: 0
        case .lastTry: 1
        case .faceMissed(_, let tries): tries
        case .faceLocked: 0
        case .pinUnanswered, .pinMalformed, .pad, .paused, .differentCard, .badSignature,
            .cardFailed, .mute, .inUse, .noSignature, .faceUndecided, .photoUnread, .withoutPINCap:
            nil
        }
    }
}
