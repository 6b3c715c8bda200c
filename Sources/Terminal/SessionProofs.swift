import CheckIns
import Records

// The ways without a PIN: looking at the card, matching a face, and the terminal's own signature.
extension SessionRunner {
    /// The card with the ways that are closed to it at this terminal.
    func equipped(_ card: PresentedCard) async -> PresentedCard {
        var card = card
        card.isLookedAt = face != nil
        if face?.matcher == nil { card.closedWays[.face] = .noCamera }
        if await isCapReached() {
            for way in [Way.face, .visualCheck] { card.closedWays[way] = .withoutPINCap }
        }
        return card
    }

    private func isCapReached() async -> Bool {
        await checkIns.withoutPINToday() >= limits.withoutPINPerDay
    }

    /// Whether the one proof that may be under way in a session still is.
    func isProving(in id: String, _ phase: CardSession.Phase) -> Bool {
        guard id == sessionID, case .proving(let proving) = phase else { return false }
        return proving.isBusy
    }

    func look(at card: PresentedCard, _ id: String) async {
        guard let face else { return }
        let result = await face.look(at: card)
        guard id == sessionID else { return }
        switch result {
        case .seen(let seen): handle(.cardSeen(seen))
        case .unseen(let trouble): handle(.cardUnseen(trouble))
        }
    }

    /// Lets the patient's face be matched in the session that is named; nothing where that one is
    /// over. `recipient` of the staff is told the answer.
    package func showFace(inSession id: String, recipient: String? = nil) -> SessionView? {
        guard let matcher = face?.matcher else { return nil }
        return handle(.faceShown(matcher: matcher, recipient: recipient), inSession: id)
    }

    func match(_ proving: Proving, _ id: String) async {
        guard let face, let attempt = proving.attempt else { return }
        let card = proving.answers.card
        let result = await face.match(card)
        let isSame: (CardSession.Phase) -> Bool = { self.isProving(in: id, $0) }
        switch result {
        case .matched(let score): answer(.faceMatched(scorePerMille: score), ifIn: isSame)
        case .gone: answer(.cardGone, ifIn: isSame)
        case .failed(let failure):
            guard isSame(session.phase) else {
                // The card was pulled: a miss is written down all the same.
                let way = attempt.way(after: failure)
                return await history.note(.proofFailed(card, way, failure), session: id)
            }
            handle(.proofFailed(failure))
        }
    }

    func proveByTerminal(
        _ proving: Proving, _ attempt: Attempt, _ nonce: Nonce, _ id: String
    ) async {
        let isCapReached = await isCapReached()
        guard isProving(in: id, session.phase) else { return }
        guard !isCapReached else {
            handle(.proofFailed(.withoutPINCap))
            return
        }
        let statement = statement(proving.answers, attempt.way, nonce, signer.algorithm)
        guard let signature = signer.sign(attempt.way.statementKind.signedOctets(statement)) else {
            handle(.proofFailed(.noSignature))
            return
        }
        handle(.proved(statement: statement, signature: signature, terminalKey: signer.publicKey))
    }

    /// What is signed for a check-in: canonical bytes.
    func statement(
        _ answers: Answers, _ way: ProvedWay, _ nonce: Nonce, _ algorithm: StatementAlgorithm
    ) -> [UInt8] {
        let now = clock.now()
        let until = now.adding(seconds: Grant.longestSeconds)
        return Statement(
            audience: clearinghouse.audience, institution: identity.institution,
            terminal: identity.terminal, nonce: nonce.text, time: now, way: way,
            purpose: "treatment",
            items: answers.consented.sorted().map { ConsentedItem(item: $0, until: until) },
            certificate: answers.card.digest, algorithm: algorithm, enteredBy: answers.enteredBy
        ).canonical
    }
}
