import Cryptography
package import JSON
import Octets
package import Records

/// How a card became a health-insurance card (利用登録).
package struct Registration: Hashable, Sendable {
    /// Where it was registered.
    package enum Place: String, CaseIterable, Hashable, Sendable {
        /// Before the simulation began.
        case before
        /// At the portal.
        case portal
        /// On the spot, at an institution's reader.
        case reader
    }

    /// Since when; nothing for those that were there before.
    package var since: Instant?
    /// Where.
    package var place: Place
}

/// Who is registered: everybody, but for those taken out by the administration port and those
/// whose id says so, until they register.
package struct Registrations: Sendable {
    private var since: [String: Registration] = [:]
    private var without: Set<String> = []

    /// Everybody.
    package init() {}

    /// The registration of a person; nothing if there is none.
    package func registration(of person: String) -> Registration? {
        if let registration = since[person] { return registration }
        guard !without.contains(person), Behaviour(person) != .unregistered else { return nil }
        return Registration(since: nil, place: .before)
    }

    /// Registers a person; one who is registered stays as they are.
    mutating func register(
        _ person: String, at place: Registration.Place, on now: Instant
    ) -> Registration {
        if let registration = registration(of: person) { return registration }
        let registration = Registration(since: now, place: place)
        without.remove(person)
        since[person] = registration
        return registration
    }

    /// Takes a registration back.
    mutating func remove(_ person: String) {
        since[person] = nil
        without.insert(person)
    }
}

extension House {
    /// Registers a card on the spot: a statement of its own purpose, signed by the card.
    package func register(
        _ verified: VerifiedStatement, standing: Result<CertificateStanding, Refusal>,
        asked: Asked, key: AnswerStore.Key
    ) -> AnswerStore.Answer {
        if let stored = repeated(key, asked, "registration") { return stored }
        var entry = asked.entry("registration")
        (entry.statement, entry.intent) = (verified.digest, verified.request.intent)
        entry.way = verified.statement.way.rawValue
        let answer: AnswerStore.Answer
        do throws(Refusal) {
            try spend(verified, asked)
            guard try standing.get() != .inGrace else { throw Refusal(.certificateExpired) }
            guard let owner = owner(of: verified.certificate, asked.register, at: asked.now)
            else {
                throw Refusal(.cardNotRegistered)
            }
            let patient = pairwise.id(of: owner, for: asked.audience)
            (entry.person, entry.patient) = (owner, patient)
            let registration = registrations.register(owner, at: .reader, on: asked.now)
            let body: JSONValue = [
                "statementDigest": .string(verified.digest.hex), "patient": .string(patient),
                "registered": true,
                "since": .string((registration.since ?? asked.now).rfc3339),
                "place": .string(registration.place.rawValue),
            ]
            answer = AnswerStore.Answer(status: 200, body: body.canonical)
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            answer = refused(error, verified, standing, asked)
        }
        journal.append(entry)
        answers.keep(answer, to: key, at: asked.now)
        return answer
    }

    /// Registers the patient who signed in.
    package func registerAtPortal(token: String?, asked: Asked) throws(Refusal) -> JSONValue {
        let visit = try visit("register", token: token, asked: asked)
        _ = registrations.register(visit.person.id, at: .portal, on: asked.now)
        return registrationJSON(of: visit.person.id)
    }

    /// Whether a person is registered, as the portal shows it.
    package func registrationJSON(of person: String) -> JSONValue {
        guard let registration = registrations.registration(of: person) else {
            return ["registered": false]
        }
        return .object(present: [
            ("registered", true), ("place", .string(registration.place.rawValue)),
            ("since", registration.since.map { .string($0.rfc3339) }),
        ])
    }

    /// Takes a person's registration back, for tests.
    package func unregister(_ person: String) throws(Refusal) {
        guard isPerson(person) else { throw Refusal(.personUnknown) }
        registrations.remove(person)
    }
}
