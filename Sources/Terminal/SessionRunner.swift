package import CheckIns
import Octets
import Records
package import Secrets

/// Runs the card session of one reader: the only writer of its state.
///
/// Events come from the monitor, from the people at the desk or kiosk, and from the effects
/// themselves. Effects run as children of `run()`; an answer to an older session is told by its
/// id, or by the state that asked for it, and dropped.
package actor SessionRunner {
    /// The identity under which statements are made.
    package struct Identity: Hashable, Sendable {
        /// The institution's ten-digit code.
        package var institution: String
        /// The terminal's name.
        package var terminal: String

        /// An identity.
        package init(institution: String, terminal: String) {
            (self.institution, self.terminal) = (institution, terminal)
        }
    }

    /// How long each wait may last, in seconds.
    package struct Limits: Hashable, Sendable {
        /// The limit of each timer; the nonce's own end decides for `nonce`.
        package var seconds: [SessionTimer: Double]
        /// The pause before the same bytes are sent again.
        package var retrySeconds: Double
        /// The most check-ins of a day without the card's PIN.
        package var withoutPINPerDay = Int.max

        /// Limits.
        package init(seconds: [SessionTimer: Double], retrySeconds: Double) {
            (self.seconds, self.retrySeconds) = (seconds, retrySeconds)
        }
    }

    private let card: any CardPort
    let face: (any FacePort)?
    let signer: any StatementSigner
    let clearinghouse: any CheckPort
    let history: any SessionHistory
    let checkIns: any CheckInPort
    let clock: any TerminalClock
    private let ids: any IdentifierSource
    let identity: Identity
    let limits: Limits

    private(set) var session = CardSession.empty
    /// The card session's id: each card that is read gets a new one.
    private(set) var sessionID: String
    /// The id of the check-in that this session opened, once it has.
    var openedCheckIn: String?
    /// How the last session ended, for whoever still waits for that when the next card is there.
    private(set) var lastClosed: SessionView?
    private var pendingPIN: SecretPage?
    private var timerNumbers: [SessionTimer: Int] = [:]
    /// The fetch of a nonce that is waited for; an older one's answer is dropped.
    private var nonceFetch = 0
    /// The sleep behind each running timer, so that a timer nobody waits for any more holds no
    /// memory and wakes nobody.
    private var sleeps: [SessionTimer: Task<Bool, Never>] = [:]
    private var lastTryToken: String?
    var watchers: [Int: AsyncStream<SessionView>.Continuation] = [:]
    var nextWatcher = 0

    private let work: AsyncStream<Work>
    private let workContinuation: AsyncStream<Work>.Continuation

    private struct Work: Sendable {
        var effect: CardSessionEffect
        /// The session that it belongs to.
        var session: String
        /// Which of the timers of one kind, or of the fetches of a nonce, it belongs to.
        var number = 0
    }

    /// A runner for one reader.
    package init(
        card: any CardPort, face: (any FacePort)? = nil, signer: any StatementSigner,
        clearinghouse: any CheckPort,
        history: any SessionHistory, checkIns: any CheckInPort, clock: any TerminalClock,
        ids: any IdentifierSource, identity: Identity, limits: Limits
    ) {
        (self.card, self.face) = (card, face)
        self.signer = signer
        self.clearinghouse = clearinghouse
        self.history = history
        self.checkIns = checkIns
        self.clock = clock
        self.ids = ids
        sessionID = ids.identifier(at: clock.now())
        self.identity = identity
        self.limits = limits
        (work, workContinuation) = AsyncStream.makeStream()
    }

    /// Performs effects until its task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await work in self.work {
                group.addTask { await self.perform(work) }
            }
            group.cancelAll()
        }
    }

    /// Returns when the session has had a turn.
    package func answers() {}

    /// Ends `run()`.
    package func stop() { workContinuation.finish() }
}

// MARK: Events

extension SessionRunner {
    /// Feeds one event to the session; the view after it.
    @discardableResult
    package func handle(_ event: CardSessionEvent) -> SessionView {
        guard let (next, effects) = session.transition(on: event) else { return view }
        // A reading that goes on without the answers kept for it waits for the same card.
        let goesOnReading = session.phase.isReading && next.phase.isReading
        let entersAnew = next.phase.isFresh && next.phase != session.phase && !goesOnReading
        let left = sessionID
        if entersAnew, session.phase.isClosing { lastClosed = view }
        session = next
        if entersAnew { forget(keeping: next.phase.isResuming ? [.interrupted] : []) }
        for effect in effects { begin(effect, leaving: left) }
        publish()
        return view
    }

    /// Feeds an event that belongs to one session; nothing where that one is over.
    package func handle(_ event: CardSessionEvent, inSession id: String) -> SessionView? {
        id == sessionID ? handle(event) : nil
    }

    /// Takes a PIN for the proof under way in the session it was entered for; nothing where that
    /// one is over. The page goes straight to the card. `recipient` of the staff is told the answer.
    package func enter(
        pin: consuming SecretPage, lastTryToken token: String?, inSession id: String,
        recipient: String? = nil
    ) -> SessionView? {
        // A PIN that nobody asked for is wiped here, not kept until the next card.
        guard id == sessionID else { return nil }
        guard view.isReadyForPIN else { return view }
        let spendsLastTry = token != nil && token == lastTryToken
        lastTryToken = nil
        pendingPIN = consume pin
        handle(.pinEntered(spendsLastTry: spendsLastTry, recipient: recipient))
        return view
    }

    /// A one-time yes to spending the card's last try, made by `make` when the session is in its
    /// proof and the last try is all that is left.
    package func allowLastTry(inSession id: String, _ make: () -> String) -> String? {
        guard id == sessionID, case .proving(let proving) = session.phase, proving.way == .pin,
            proving.answers.card.triesLeft == 1
        else { return nil }
        let token = make()
        lastTryToken = token
        return token
    }

    private func forget(keeping kept: Set<SessionTimer>) {
        sessionID = ids.identifier(at: clock.now())
        pendingPIN = nil
        lastTryToken = nil
        openedCheckIn = nil
        for timer in SessionTimer.allCases where !kept.contains(timer) { stopTimer(timer) }
    }

    private func stopTimer(_ timer: SessionTimer) {
        timerNumbers[timer, default: 0] += 1
        sleeps.removeValue(forKey: timer)?.cancel()
    }

    /// What is noted happened in the session that is left, even where the next one begins.
    private func begin(_ effect: CardSessionEffect, leaving left: String) {
        var work = Work(effect: effect, session: sessionID)
        switch effect {
        case .note: work.session = left
        case .discardPIN:
            pendingPIN = nil
            return
        case .startTimer(let timer):
            stopTimer(timer)
            work.number = timerNumbers[timer, default: 0]
        case .fetchNonce:
            nonceFetch += 1
            work.number = nonceFetch
        default: break
        }
        workContinuation.yield(work)
    }
}

// MARK: Effects

extension SessionRunner {
    private func perform(_ work: Work) async {
        switch work.effect {
        case .readCard: await readCard(work.session)
        case .fetchNonce: await fetchNonce(work.session, number: work.number)
        case .proveByPIN(let proving, let nonce, let spendsLastTry):
            await prove(proving, nonce, spendsLastTry, work.session)
        case .proveByTerminal(let proving, let attempt, let nonce):
            await proveByTerminal(proving, attempt, nonce, work.session)
        case .lookAtCard(let card): await look(at: card, work.session)
        case .matchFace(let proving): await match(proving, work.session)
        case .returnGrant(let accepted): await checkIns.giveBack(accepted)
        case .discardPIN: break
        case .recordIntent(let proved):
            let place = await history.recordIntent(proved, session: work.session)
            answer(place.map(CardSessionEvent.recorded) ?? .storeClosed) {
                $0 == .recordingIntent(proved)
            }
        case .ask(let asking, let isRepeat): await ask(asking, isRepeat)
        case .recordOutcome(let outcome):
            let place = await history.recordOutcome(outcome, session: work.session)
            answer(place.map(CardSessionEvent.recorded) ?? .storeClosed) {
                $0 == .recordingOutcome(outcome)
            }
        case .openCheckIn(let accepted):
            let id = await checkIns.open(accepted)
            if work.session == sessionID {
                openedCheckIn = id
            } else if lastClosed?.session == work.session {
                lastClosed?.checkIn = id
            }
            publish()
        case .note(let note): await history.note(note, session: work.session)
        case .startTimer(let timer): await wait(for: timer, number: work.number)
        }
    }

    /// Hands an effect's answer to the session if it still stands where the effect began.
    func answer(
        _ event: CardSessionEvent, ifIn isExpected: (CardSession.Phase) -> Bool
    ) {
        if isExpected(session.phase) { handle(event) }
    }

    private func readCard(_ session: String) async {
        let result = await card.readCard()
        // What an earlier card said must not be taken for what this one says.
        guard session == sessionID else { return }
        switch result {
        case .success(let card):
            let card = await equipped(card)
            guard session == sessionID else { return }
            answer(.cardRead(card), ifIn: \.isReading)
        case .failure(.refused(let refusal)): answer(.cardRefused(refusal), ifIn: \.isReading)
        // The monitor tells of the card that left; where it does not, the time to read ends this.
        case .failure(.gone): break
        }
    }

    private func fetchNonce(_ session: String, number: Int) async {
        let result = await clearinghouse.nonce()
        guard session == sessionID, number == nonceFetch else { return }
        switch result {
        case .success(let nonce): handle(arrival(of: nonce))
        case .failure(let failure): handle(.nonceFailed(failure.trouble))
        }
    }

    /// A nonce as it came, used for no longer than its limit here. One that has ended already says
    /// that a clock is off, and the next one would be no better.
    private func arrival(of nonce: Nonce) -> CardSessionEvent {
        let now = clock.now()
        guard now < nonce.until else { return .nonceFailed(.clockOff) }
        let limit = now.adding(seconds: Int64(limits.seconds[.nonce] ?? 300))
        return .nonceArrived(Nonce(text: nonce.text, until: min(nonce.until, limit)))
    }

    private func prove(
        _ proving: Proving, _ nonce: Nonce, _ spendsLastTry: Bool, _ id: String
    ) async {
        // The PIN of a later session is not this one's.
        guard id == sessionID, let pin = pendingPIN.take() else { return }
        let card = proving.answers.card
        let statement = statement(proving.answers, .pin, nonce, card.algorithm)
        let result = await self.card.prove(
            card: card, pin: pin, signing: StatementKind.checkInByCard.signedOctets(statement),
            spendsLastTry: spendsLastTry)
        let isSame: (CardSession.Phase) -> Bool = { self.isProving(in: id, $0) }
        switch result {
        case .success(let signature):
            answer(.proved(statement: statement, signature: signature), ifIn: isSame)
        case .failure(let failure):
            guard isSame(session.phase), !failure.isGone else {
                // The card was pulled: a try that it spent is written down all the same. Here that
                // may be known before the monitor tells it.
                answer(.cardGone, ifIn: isSame)
                guard let noted = failure.noted else { return }
                return await history.note(.proofFailed(card, .pin, noted), session: id)
            }
            if let noted = failure.noted { handle(.proofFailed(noted)) }
        }
    }

    private func ask(_ asking: Asking, _ isRepeat: Bool) async {
        if isRepeat {
            guard (try? await clock.sleep(seconds: limits.retrySeconds)) != nil,
                session.phase == .asking(asking)
            else { return }
        }
        let isSame: (CardSession.Phase) -> Bool = { $0 == .asking(asking) }
        switch await clearinghouse.ask(asking) {
        case .result(let result): answer(.asked(result), ifIn: isSame)
        case .lineLost: answer(.lineLost, ifIn: isSame)
        }
    }

    private func wait(for timer: SessionTimer, number: Int) async {
        guard timerNumbers[timer] == number else { return }
        let (clock, seconds) = (clock, seconds(of: timer))
        let sleep = Task { (try? await clock.sleep(seconds: seconds)) != nil }
        sleeps[timer] = sleep
        let isOver = await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        guard isOver, timerNumbers[timer] == number else { return }
        sleeps[timer] = nil
        handle(.timeOut(timer))
    }

    private func seconds(of timer: SessionTimer) -> Double {
        let nonceEnd: Instant? =
            switch session.phase {
            case .proving(let proving): proving.nonce?.until
            case .asking(let asking): asking.proved.nonceUntil
            default: nil
            }
        if timer == .nonce, let nonceEnd {
            return max(0, Double(nonceEnd.milliseconds - clock.now().milliseconds) / 1000)
        }
        return limits.seconds[timer] ?? 60
    }
}

extension CardSession.Phase {
    fileprivate var isReading: Bool { if case .reading = self { true } else { false } }

    /// Whether a card is read for a session that may go on.
    fileprivate var isResuming: Bool {
        if case .reading(let reading) = self { reading.resuming != nil } else { false }
    }

    /// Whether this state begins a patient anew, so that nothing of the last one may be kept.
    fileprivate var isFresh: Bool {
        switch self {
        case .empty, .reading: true
        case .choosing, .proving, .recordingIntent, .asking, .recordingOutcome, .interrupted,
            .accepted, .answered, .refused, .offline, .ended:
            false
        }
    }
}
