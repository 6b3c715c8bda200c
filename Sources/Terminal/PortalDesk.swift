package import CheckIns
package import Clearinghouse
internal import Cryptography
internal import Disclosures
package import JSON
internal import Octets
package import Records
package import Secrets

/// What a patient asks of their own.
package enum PortalQuestion: Hashable, Sendable {
    case qualification
    case drugs(from: YearMonth?, to: YearMonth?)
    case checkups
    case expenses(from: YearMonth?, to: YearMonth?)
    case disclosures
    /// What is new for them.
    case notices
    /// 利用登録: that their card become their insurance card.
    case register
    /// A year's expense notice as XML, signed.
    case expenseNotice(year: Int)
    /// A link for tax software to a year's expense notice.
    case taxLink(year: Int)
}

/// What the patient alone sees. Exists only after its disclosure to them is durable.
package enum PortalAnswer: Hashable, Sendable {
    case qualification(Qualification)
    case drugs(DrugRecord)
    /// The thresholds of a few items depend on the sex.
    case checkups(CheckupRecord, sex: Sex?)
    case expenses(ExpenseRecord)
    case disclosures([PortalDisclosure])
    case notices([PortalNotice])
    /// Since when the card is registered; nothing where it was before anybody counted.
    case registered(since: Instant?)
    case expenseNotice(SignedNotice)
    case taxLink(PortalTaxLink)
}

/// Why the patient saw nothing.
package enum PortalRefusal: Error, Hashable, Sendable {
    /// There is no card, or it cannot be used.
    case card(Refusal?)
    /// The proof failed.
    case proof(ProofFailure)
    /// The card was pulled.
    case cardGone
    /// The clearinghouse did not answer well.
    case clearinghouse(ClearinghouseError)
    /// The history cannot be written.
    case storeClosed
}

/// A patient who was proved to the portal and may ask until it is closed.
package struct PortalVisit: Sendable {
    fileprivate let session: PortalSession
    /// What every further intent says.
    fileprivate let intent: HistoryEvent

    /// Until when the portal answers.
    package var until: Instant { session.until }
}

/// The patient's own look at their data (わたしの情報): a session of its own with a PIN entry of
/// its own, ended as soon as the answer is there.
package struct PortalDesk: Sendable {
    private let client: PortalClient
    private let scribe: HistoryScribe
    private let identity: SessionRunner.Identity
    private let lastTrySeconds: Int
    private let lastTries = LastTryWords()

    /// A desk; a yes to a card's last try is good for so many seconds.
    package init(
        client: PortalClient, scribe: HistoryScribe, identity: SessionRunner.Identity,
        lastTrySeconds: Int
    ) {
        (self.client, self.scribe, self.identity) = (client, scribe, identity)
        self.lastTrySeconds = lastTrySeconds
    }

    /// A one-time yes to spending the last try of the card on a reader, made by `make` where it is
    /// all that is left; the tries left in any case.
    package func allowLastTry(
        at port: any CardPort, _ make: @Sendable () -> String
    ) async throws(PortalRefusal) -> (triesLeft: Int, word: String?) {
        let card = try await read(port)
        guard card.triesLeft == 1 else { return (card.triesLeft, nil) }
        let (word, now) = (make(), scribe.now)
        lastTries.give(
            word, for: card.digest, until: now.adding(seconds: Int64(lastTrySeconds)), at: now)
        return (1, word)
    }

    private func read(_ port: any CardPort) async throws(PortalRefusal) -> PresentedCard {
        switch await port.readCard() {
        case .success(let read): return read
        case .failure(.refused(let refusal)): throw .card(refusal)
        case .failure(.gone): throw .card(nil)
        }
    }

    /// Reads the card, proves its holder, asks one thing, signs out. The card's last try is spent
    /// only with the word that `allowLastTry` gave for this card.
    package func ask(
        _ question: PortalQuestion, at port: any CardPort, pin: consuming SecretPage,
        lastTryWord: String? = nil
    ) async throws(PortalRefusal) -> PortalAnswer {
        let answers = try await ask(
            question, and: [], at: port, pin: pin, lastTryWord: lastTryWord, note: nil)
        return answers[0]
    }

    /// The same for several questions behind one proof, each with an intent and a disclosure of its
    /// own; a note says what for.
    package func ask(
        _ question: PortalQuestion, and more: [PortalQuestion], at port: any CardPort,
        pin: consuming SecretPage, lastTryWord: String? = nil, note: String?
    ) async throws(PortalRefusal) -> [PortalAnswer] {
        let (visit, first) = try await open(
            question, at: port, pin: pin, lastTryWord: lastTryWord, note: note)
        do throws(PortalRefusal) {
            var answers = [first]
            for next in more { answers.append(try await ask(next, in: visit, note: note)) }
            await close(visit)
            return answers
        } catch {
            if error != .storeClosed { await close(visit) }
            throw error
        }
    }

    /// Reads the card, proves its holder and answers one question; the holder may ask more until the
    /// visit is closed. Who enters the PIN is recorded, where that is not the holder.
    package func open(
        _ question: PortalQuestion, at port: any CardPort, pin: consuming SecretPage,
        lastTryWord: String? = nil, by proxy: Proxy? = nil, note: String? = nil
    ) async throws(PortalRefusal) -> (PortalVisit, PortalAnswer) {
        let card = try await read(port)
        let spendsLastTry = lastTries.take(lastTryWord, for: card.digest, at: scribe.now)
        let patient = scribe.reference(patient: nil, certificate: card.digest)
        let scene = scribe.scene(
            actor: EventActor(proxy), patient: patient, session: scribe.requestID())
        let (statement, signature) = try await prove(
            card, scene, by: proxy, at: port, pin: pin, spendsLastTry: spendsLastTry)
        var intent = scene.intent(
            .portal, item: question.item, purpose: .ownAccess, way: .pin,
            requestID: scribe.requestID(),
            statement: SignedStatement(
                octets: statement, signature: signature, certificate: card.certificate),
            at: scribe.now)
        intent.note = note
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let session: PortalSession
        do throws(ClearinghouseError) {
            session = try await client.signIn(
                statement: statement, signature: signature, certificate: card.certificate)
        } catch { throw await refused(intent, place, error) }
        do throws(PortalRefusal) {
            let answer = try await answer(question, session, intent, place)
            // The next intents say the same, but for what was signed: that stands in the first.
            intent.statement = nil
            return (PortalVisit(session: session, intent: intent), answer)
        } catch {
            if error != .storeClosed { try? await client.signOut(session) }
            throw error
        }
    }

    /// One more question of a visit, with an intent and a disclosure of its own.
    package func ask(
        _ question: PortalQuestion, in visit: PortalVisit, note: String? = nil
    ) async throws(PortalRefusal) -> PortalAnswer {
        var intent = visit.intent
        (intent.item, intent.note) = (question.item, note)
        (intent.requestID, intent.time) = (scribe.requestID(), scribe.now)
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        return try await answer(question, visit.session, intent, place)
    }

    /// Signs out. A visit that cannot be signed out ends by itself; the answers are there.
    package func close(_ visit: PortalVisit) async { try? await client.signOut(visit.session) }

    /// One exchange, and its disclosure before anybody sees the answer.
    private func answer(
        _ question: PortalQuestion, _ session: PortalSession, _ intent: HistoryEvent,
        _ place: HistoryPlace
    ) async throws(PortalRefusal) -> PortalAnswer {
        let withheld: Withheld<PortalAnswer>
        do throws(ClearinghouseError) {
            let answer = try await fetch(question, session)
            withheld = Withheld(answer, answerDigest: answer.digest)
        } catch { throw await refused(intent, place, error) }
        let disclosure = intent.disclosure(
            ofIntentAt: place.index, answerDigest: withheld.answerDigest, at: scribe.now)
        guard let receipt = await scribe.disclose(disclosure) else { throw .storeClosed }
        let answer = withheld.release(
            under: receipt, checkIn: nil, item: question.item, to: intent.actor.id)
        guard let answer else { throw .storeClosed }
        return answer
    }

    private func refused(
        _ intent: HistoryEvent, _ place: HistoryPlace, _ error: ClearinghouseError
    ) async -> PortalRefusal {
        let event = intent.outcome(
            ofIntentAt: place.index, error.eventOutcome, reason: error.reasonWord, at: scribe.now)
        return await scribe.write(event) == nil ? .storeClosed : .clearinghouse(error)
    }

    private func prove(
        _ card: PresentedCard, _ scene: EventScene, by proxy: Proxy?, at port: any CardPort,
        pin: consuming SecretPage, spendsLastTry: Bool
    ) async throws(PortalRefusal) -> (statement: [UInt8], signature: [UInt8]) {
        let nonce: Nonce
        do throws(ClearinghouseError) { nonce = try await client.challenge() } catch {
            throw .clearinghouse(error)
        }
        let statement = Statement(
            audience: client.audience, institution: identity.institution,
            terminal: identity.terminal, nonce: nonce.text, time: scribe.now, way: .pin,
            purpose: "self", items: [], certificate: card.digest, algorithm: card.algorithm,
            enteredBy: proxy
        ).canonical
        let result = await port.prove(
            card: card, pin: pin, signing: StatementKind.portalByCard.signedOctets(statement),
            spendsLastTry: spendsLastTry)
        switch result {
        case .success(let signature): return (statement, signature)
        case .failure(let failure):
            // A try that a pulled card may have spent is written down like any other.
            guard let noted = failure.noted else { throw .cardGone }
            let event = scene.proof(
                .pin, noted.isLocked ? .locked : .failed, reason: noted.word,
                triesLeft: noted.triesLeft, at: scribe.now)
            guard await scribe.write(event) != nil else { throw .storeClosed }
            throw failure.isGone ? .cardGone : .proof(noted)
        }
    }

    private func fetch(
        _ question: PortalQuestion, _ session: PortalSession
    ) async throws(ClearinghouseError) -> PortalAnswer {
        switch question {
        case .qualification: .qualification(try await client.qualification(session))
        case .drugs(let from, let to):
            .drugs(try await client.drugs(session, from: from, to: to))
        case .checkups:
            .checkups(
                try await client.checkups(session),
                sex: try await client.qualification(session).entitlement?.holder.sex)
        case .expenses(let from, let to):
            .expenses(try await client.expenses(session, from: from, to: to))
        case .disclosures: .disclosures(try await client.disclosures(session))
        case .notices: .notices(try await client.notices(session))
        case .register: .registered(since: try await client.register(session))
        case .expenseNotice(let year):
            .expenseNotice(try await client.expenseNotice(session, year: year))
        case .taxLink(let year): .taxLink(try await client.taxLink(session, year: year))
        }
    }
}

extension PortalQuestion {
    fileprivate var item: DisclosedItem {
        switch self {
        case .qualification, .register: .qualification
        case .drugs: .drugs
        case .checkups: .checkups
        case .expenses, .expenseNotice, .taxLink: .expenses
        case .disclosures, .notices: .history
        }
    }
}

extension PortalAnswer {
    /// SHA-256 of the canonical JSON of what is shown.
    fileprivate var digest: SHA256Digest { SHA256Digest(hashing: json.canonical) }

    /// The answer as programs get it.
    package var json: JSONValue {
        switch self {
        case .qualification(let value): value.json
        case .drugs(let value): value.json
        case .checkups(let value, let sex):
            .object(present: [("record", value.json), ("sex", sex.map { .string($0.rawValue) })])
        case .expenses(let value): value.json
        case .disclosures(let lines): .array(lines.map(\.json))
        case .notices(let notices): .array(notices.map(\.json))
        case .registered(let since):
            .object(present: [
                ("registered", true), ("since", since.map { .string($0.rfc3339) }),
            ])
        case .expenseNotice(let notice): notice.json
        case .taxLink(let link):
            ["token": .string(link.token), "until": .string(link.until.rfc3339)]
        }
    }
}

extension PortalDisclosure {
    /// The line as programs get it.
    package var json: JSONValue {
        .object(present: [
            ("time", .string(time.rfc3339)), ("institution", institution.map(JSONValue.string)),
            ("terminal", terminal.map(JSONValue.string)), ("request", .string(request)),
            ("item", item.map(JSONValue.string)), ("way", way.map(JSONValue.string)),
            ("refusedBecause", refusedBecause.map(JSONValue.string)),
        ])
    }
}
