import Cryptography
import HTTP
import JSON
import Octets
import Records

extension House {
    /// Does a request once for a key of idempotency, or each time where there is none: stored
    /// answer, decision and storing happen in one turn.
    package func once(
        _ key: String?, _ request: AnswerStore.Key, _ asked: Asked, _ name: String,
        _ decide: @Sendable (isolated House) throws(Refusal) -> AnswerStore.Answer
    ) throws(Refusal) -> AnswerStore.Answer {
        guard let key else { return try decide(self) }
        try idempotencyKeys.claim(key, request, at: asked.now)
        var scoped = request
        scoped.body = SHA256Digest(hashing: request.body.octets + Array(key.utf8))
        if let stored = repeated(scoped, asked, name) { return stored }
        let answer = try decide(self)
        answers.keep(answer, to: scoped, at: asked.now)
        return answer
    }

    /// A check by insurance details.
    package func check(
        _ details: InsuranceDetails, intent: JournalEntry.IntentPlace, asked: Asked
    ) throws(Refusal) -> AnswerStore.Answer {
        var entry = asked.entry("details")
        (entry.way, entry.intent) = ("insuranceDetails", intent)
        do throws(Refusal) {
            try details.checkDigits()
            let found = try found(by: details, at: asked.now)
            let fields = looked(found, asked, &entry)
            journal.append(entry)
            return AnswerStore.Answer(
                status: 200, body: JSONValue.object(present: fields).canonical)
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            journal.append(entry)
            throw error
        }
    }

    /// What is told of somebody found without a card: qualification only, and an id where it is
    /// one person.
    func looked(
        _ found: Found, _ asked: Asked, _ entry: inout JournalEntry
    ) -> [(String, JSONValue?)] {
        var shown = found.person
        if asked.fault?.kind == .wrongPatient, let person = found.person {
            shown = other(than: person)
        }
        var qualification = found.qualification
        if let shown, shown != found.person, let other = try? person(shown, at: asked.now) {
            qualification = other.qualification
        }
        if asked.fault?.kind == .code { asked.fault?.code?.apply(to: &qualification) }
        qualification.complete(
            on: businessDate(at: asked.now), standing: .good, consents: [], givenAt: asked.now)
        let patient = shown.map { pairwise.id(of: $0, for: asked.audience) }
        (entry.person, entry.patient) = (found.person, patient)
        return [
            ("patient", patient.map(JSONValue.string)), ("qualification", qualification.json),
            ("sameIndividual", found.isSameIndividual ? "1" : nil),
        ]
    }
}
