package import Authority
import Cryptography
import JSON
import Octets
package import Records

/// A patient who looks at their own data.
package struct PortalVisit: Sendable {
    /// The patient.
    package var person: Person
    /// The patient's id at the portal.
    package var patient: String
    /// The business date.
    package var date: LocalDate
    /// The certificate that the patient signed in with.
    package var certificate: CertificateID?
}

extension House {
    /// Signs a patient in: the same rules as for a check, another prefix, no grant.
    package func openSession(
        _ verified: VerifiedStatement, standing: Result<CertificateStanding, Refusal>,
        asked: Asked, key: AnswerStore.Key
    ) -> AnswerStore.Answer {
        if let stored = repeated(key, asked, "portal session") { return stored }
        var entry = asked.entry("portal session", status: 201)
        (entry.statement, entry.way) = (verified.digest, verified.statement.way.rawValue)
        let answer: AnswerStore.Answer
        do throws(Refusal) {
            try spend(verified, asked)
            // Looking at one's own data is for a certificate within its time only.
            guard try standing.get() != .inGrace else { throw Refusal(.certificateExpired) }
            guard let owner = owner(of: verified.certificate, asked.register, at: asked.now)
            else {
                throw Refusal(.cardNotRegistered)
            }
            entry.person = owner
            answer = try signedIn(owner, verified, asked)
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            answer = refused(error, verified, standing, asked)
        }
        journal.append(entry)
        answers.keep(answer, to: key, at: asked.now)
        return answer
    }

    private func signedIn(
        _ person: String, _ verified: VerifiedStatement, _ asked: Asked
    ) throws(Refusal) -> AnswerStore.Answer {
        let token = chance.octets(PortalSessions.tokenOctets).base64(.urlSafe)
        let until = asked.now.adding(seconds: PortalSessions.lifetimeSeconds)
        let session = PortalSessions.Session(
            person: person, client: asked.client,
            certificate: CertificateID(of: verified.certificate), until: until)
        guard sessions.open(session, token: Self.digest(ofToken: token), at: asked.now) else {
            throw Refusal(.tooManyRequests)
        }
        let body: JSONValue = [
            "session": .string(token), "until": .string(until.rfc3339),
            "patient": .string(pairwise.id(of: person, for: asked.audience)),
            "statementDigest": .string(verified.digest.hex),
        ]
        return AnswerStore.Answer(status: 201, body: body.canonical)
    }

    static func digest(ofToken token: String) -> SHA256Digest {
        SHA256Digest(hashing: Array(token.utf8))
    }

    /// Opens a page of the portal for the patient who signed in, and journals it.
    package func visit(
        _ page: String, token: String?, asked: Asked
    ) throws(Refusal) -> PortalVisit {
        guard let token else { throw Refusal(.sessionMissing) }
        guard
            let session = sessions.session(
                token: Self.digest(ofToken: token), client: asked.client, at: asked.now)
        else { throw Refusal(.sessionEnded) }
        if let refusal = Refusal.ofCard(session.certificate, in: asked.register, isOpen: true) {
            throw refusal
        }
        var entry = asked.entry("portal \(page)")
        (entry.person, entry.item) = (session.person, page)
        journal.append(entry)
        return PortalVisit(
            person: try person(session.person, at: asked.now),
            patient: pairwise.id(of: session.person, for: asked.audience),
            date: businessDate(at: asked.now), certificate: session.certificate)
    }

    /// Ends a session; an unknown one is as good as ended.
    package func closeSession(token: String?, asked: Asked) throws(Refusal) {
        guard let token else { throw Refusal(.sessionMissing) }
        sessions.close(token: Self.digest(ofToken: token))
        journal.append(asked.entry("portal end", status: 204))
    }

    /// Who obtained a person's data, or asked for it.
    package func disclosures(of person: String) -> [JournalEntry] {
        journal.disclosures(of: person)
    }
}
