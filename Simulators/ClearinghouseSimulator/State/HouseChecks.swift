package import Authority
import Cryptography
import HTTP
import JSON
package import Octets
package import Records

/// A request on its way through the house: who asks what, and when.
package struct Asked: Sendable {
    /// The client's certificate.
    package var client: SHA256Digest
    /// What the client may do.
    package var identity: ClientRegister.Identity
    /// When it is answered.
    package var now: Instant
    /// The request's id.
    package var requestID: String
    /// The fault on order.
    package var fault: Fault?
    /// What the authorities know of certificates, as it stands now.
    package var register = CertificateRegister()

    /// A request.
    package init(
        client: SHA256Digest, identity: ClientRegister.Identity, now: Instant, requestID: String,
        fault: Fault? = nil, register: CertificateRegister = CertificateRegister()
    ) {
        (self.client, self.identity) = (client, identity)
        (self.now, self.requestID, self.fault) = (now, requestID, fault)
        self.register = register
    }

    /// The name under which ids of patients are made for this client.
    var audience: String {
        switch identity {
        case .institution(let code, _, _): code
        case .portal: "portal"
        case .tax: "tax"
        }
    }

    /// An entry of the journal about this request.
    func entry(_ route: String, status: Int = 200) -> JournalEntry {
        var entry = JournalEntry(time: now, route: route, requestID: requestID, status: status)
        if case .institution(let code, let terminal, _) = identity {
            (entry.institution, entry.terminal) = (code, terminal)
        }
        entry.fault = fault?.kind.rawValue
        return entry
    }
}

extension House {
    /// Decides a check by card: once for each body; asked the same again, the answer is the same.
    package func check(
        _ verified: VerifiedStatement, standing: Result<CertificateStanding, Refusal>,
        asked: Asked, key: AnswerStore.Key
    ) -> AnswerStore.Answer {
        if let stored = repeated(key, asked, "check") { return stored }
        var entry = asked.entry("check")
        entry.statement = verified.digest
        entry.way = verified.statement.way.rawValue
        entry.intent = verified.request.intent
        entry.evidence = JournalEntry.Evidence(
            statement: verified.request.statement, signature: verified.request.signature,
            certificate: verified.certificate.digest)
        entry.consents = RecordItem.allCases.map { verified.statement.decision(on: $0) }
        let answer: AnswerStore.Answer
        do throws(Refusal) {
            try spend(verified, asked)
            let found = try whose(verified, standing, asked, &entry)
            answer = try answered(verified, found, asked)
        } catch {
            entry.status = error.kind.status
            entry.problem = error.kind.rawValue
            answer = refused(error, verified, standing, asked)
        }
        journal.append(entry)
        answers.keep(answer, to: key, at: asked.now)
        return answer
    }

    /// The stored answer, journaled as a repeat.
    func repeated(
        _ key: AnswerStore.Key, _ asked: Asked, _ route: String
    ) -> AnswerStore.Answer? {
        guard let stored = answers.answer(to: key) else { return nil }
        var entry = asked.entry(route, status: stored.status)
        entry.isRepeat = true
        journal.append(entry)
        return stored
    }

    /// Uses up the nonce.
    func spend(_ verified: VerifiedStatement, _ asked: Asked) throws(Refusal) {
        do throws(NonceStore.Refusal) {
            try nonces.use(verified.nonce, by: asked.client, at: asked.now)
        } catch {
            switch error {
            case .unknown: throw Refusal(.nonceUnknown)
            case .ended: throw Refusal(.nonceEnded)
            case .used: throw Refusal(.nonceUsed)
            }
        }
    }

    /// Whose card it is, and how its certificate stands.
    private func whose(
        _ verified: VerifiedStatement, _ standing: Result<CertificateStanding, Refusal>,
        _ asked: Asked, _ entry: inout JournalEntry
    ) throws(Refusal) -> (person: String, standing: CertificateStanding) {
        // Of a card that is refused the owner is told to nobody but the owner's own list.
        let owner = owner(of: verified.certificate, asked.register, at: asked.now)
        entry.person = owner
        let standing = try standing.get()
        // Before the rule of grace an expired certificate was refused.
        guard
            standing != .inGrace
                || businessDate(at: asked.now) >= CertificateStanding.graceBegins
        else { throw Refusal(.certificateExpired) }
        guard let owner, registrations.registration(of: owner) != nil else {
            throw Refusal(.cardNotRegistered)
        }
        entry.patient = pairwise.id(of: owner, for: asked.audience)
        return (owner, standing)
    }

    private func answered(
        _ verified: VerifiedStatement, _ found: (person: String, standing: CertificateStanding),
        _ asked: Asked
    ) throws(Refusal) -> AnswerStore.Answer {
        let person = asked.fault?.kind == .wrongPatient ? other(than: found.person) : found.person
        let consents = found.standing == .inGrace ? [] : verified.statement.consents
        let grant = GrantContents(
            institution: asked.audience, person: person, statement: verified.digest,
            certificate: CertificateID(of: verified.certificate),
            way: verified.statement.way.rawValue, consents: consents,
            until: asked.now.adding(seconds: StatementCheck.maximumConsentSeconds))
        var qualification = try self.person(person, at: asked.now).qualification
        if asked.fault?.kind == .code { asked.fault?.code?.apply(to: &qualification) }
        qualification.complete(
            on: businessDate(at: asked.now), standing: found.standing, consents: consents,
            givenAt: verified.statement.time)
        let patient = pairwise.id(of: person, for: asked.audience)
        let answer = CheckAnswer(
            statement: asked.fault?.kind == .wrongStatement
                ? SHA256Digest(hashing: verified.digest.octets) : verified.digest,
            signer: verified.signer, patient: patient,
            grantPatient: asked.fault?.kind == .wrongGrant
                ? pairwise.id(of: other(than: person), for: asked.audience) : patient,
            qualification: qualification, grantID: try sealed(grant), grant: grant,
            standing: found.standing, time: asked.now)
        return AnswerStore.Answer(status: 200, body: try signed(answer, asked))
    }

    func sealed(_ grant: GrantContents) throws(Refusal) -> String {
        do throws(CryptographyError) {
            return try seal.id(of: grant, chance: chance)
        } catch { throw Refusal(.unavailable) }
    }

    private func signed(_ answer: CheckAnswer, _ asked: Asked) throws(Refusal) -> [UInt8] {
        do throws(CryptographyError) {
            let body = try answer.body(signer: signer)
            guard asked.fault?.kind == .wrongSignature else { return body.canonical }
            return Self.spoiled(body).canonical
        } catch { throw Refusal(.unavailable) }
    }

    /// The answer with another receipt's signature.
    private static func spoiled(_ body: JSONValue) -> JSONValue {
        guard let signature = body["receipt"]?["signature"]?.stringValue,
            var octets = [UInt8](base64: signature), !octets.isEmpty,
            var fields = body.objectValue, let bytes = body["receipt"]?["bytes"]
        else { return body }
        octets[octets.count - 1] ^= 1
        fields["receipt"] = ["bytes": bytes, "signature": .string(octets.base64())]
        return .object(fields)
    }

    /// Somebody else, for answers that are wrong on order.
    func other(than person: String) -> String { population.ids.first { $0 != person } ?? person }

    /// A problem, with the clearinghouse's signed word for it.
    func refused(
        _ refusal: Refusal, _ verified: VerifiedStatement,
        _ standing: Result<CertificateStanding, Refusal>, _ asked: Asked
    ) -> AnswerStore.Answer {
        let certificate =
            switch standing {
            case .success(let standing): standing.name
            case .failure(let refusal): refusal.kind.rawValue
            }
        let receipt = try? signer.receipt(of: [
            ("statementDigest", .string(verified.digest.hex)),
            ("certificateStatus", .string(certificate)),
            ("signedBy", .string(verified.signer.hex)),
            ("answeredAt", .string(asked.now.rfc3339)), ("problem", .string(refusal.kind.type)),
        ])
        var members: [String: JSONValue] = ["statementDigest": .string(verified.digest.hex)]
        members["receipt"] = receipt
        return AnswerStore.Answer(
            status: refusal.kind.status, body: refusal.problem(with: members).json.canonical)
    }
}

extension Qualification {
    /// Adds what only the moment of asking knows: the day, the note on the certificate, and the
    /// consents given.
    package mutating func complete(
        on date: LocalDate, standing: CertificateStanding, consents: [ItemConsent],
        givenAt: Instant
    ) {
        confirmedOn = date
        // Of somebody who changed insurers the ended qualification is on record, and not the answer.
        if validity == .valid, entitlements.count > 1 {
            entitlements.removeAll { $0.disqualifiedOn.map { $0 <= date } ?? false }
        }
        switch standing {
        case .good: break
        case .endingSoon:
            note = ProcessingNote(
                code: "certificate-ending-soon", message: "利用者証明用電子証明書の有効期限が3か月以内に切れます。")
        case .inGrace:
            note = ProcessingNote(
                code: "certificate-in-grace",
                message: "利用者証明用電子証明書の有効期限が切れています。資格情報のみ提供します。")
        }
        func state(_ item: RecordItem) -> TimedConsent<ConsentFlag> {
            guard let consent = consents.first(where: { $0.item == item }) else {
                return TimedConsent(flag: .none)
            }
            return TimedConsent(flag: .given, givenAt: givenAt, until: consent.until)
        }
        for index in entitlements.indices {
            entitlements[index].consents.drugs = state(.drugs)
            entitlements[index].consents.checkups = state(.checkups)
        }
    }
}

extension SignedStatement {
    /// What the patient decided about an item.
    fileprivate func decision(on item: RecordItem) -> JournalEntry.ConsentDecision {
        guard let consent = consents.first(where: { $0.item == item }) else {
            return .init(item: item.rawValue, .refused)
        }
        return .init(item: item.rawValue, .given, until: consent.until)
    }
}
