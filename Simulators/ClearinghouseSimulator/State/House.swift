package import Cryptography
import JSON
package import Octets
package import Records

/// Everything the clearinghouse remembers, behind one actor: what is decided and what is journaled
/// happen in one turn, without waiting in between.
package actor House {
    let signer: AnswerSigner
    let seal: GrantSeal
    let pairwise: PairwiseIDs
    let certificates = CertificateMemory()
    var nonces = NonceStore()
    var answers = AnswerStore()
    var sessions = PortalSessions()
    var enrolments: Enrolments
    var population: Population
    var faults = FaultOrders()
    var idempotencyKeys = IdempotencyKeys()
    var batches = Batches()
    var registrations = Registrations()
    var ownRequests: [String: OwnInformation] = [:]
    var taxLinks: [SHA256Digest: TaxLink] = [:]
    var modeOrders: [ServiceMode] = []
    var limits = RateLimits()
    var latency = Latency()
    var latencyCount = 0
    package internal(set) var renewalLagSeconds: Int64 = 0
    let chance: Chance
    var journal: Journal
    private let clients: ClientRegister
    private var fixedDate: LocalDate?
    private var revision = 0
    private let keeper: (any EnrolmentKeeper)?

    /// A house of its parts; `keeper` is told each change of who owns which card.
    package init(
        keys: HouseKeys, clients: ClientRegister, enrolments: Enrolments,
        population: Population, journal: Journal = Journal(), businessDate: LocalDate? = nil,
        keeper: (any EnrolmentKeeper)? = nil,
        chance: Chance = Chance()
    ) {
        self.chance = chance
        signer = AnswerSigner(key: keys.answer)
        seal = GrantSeal(key: keys.grants)
        pairwise = PairwiseIDs(key: keys.patients)
        self.clients = clients
        self.enrolments = enrolments
        self.population = population
        self.journal = journal
        fixedDate = businessDate
        self.keeper = keeper
    }

    /// SHA-256 of the answer-signing key.
    nonisolated package var audience: SHA256Digest { signer.audience }

    /// What a client may do.
    nonisolated package func identity(of client: SHA256Digest) -> ClientRegister.Identity? {
        clients.identity(of: client)
    }

    /// The date of publication, ages and look-back: the one that was set, else today in Japan.
    package func businessDate(at now: Instant) -> LocalDate { fixedDate ?? now.dateInJapan }

    /// Sets the business date; nothing lets it follow the calendar again.
    package func setBusinessDate(_ date: LocalDate?) { fixedDate = date }

    /// Whether the business date was set.
    package var isBusinessDateSet: Bool { fixedDate != nil }

    /// A fresh nonce for a client, and its end.
    package func challenge(
        for client: SHA256Digest, at now: Instant
    ) throws(Refusal) -> (nonce: [UInt8], until: Instant) {
        let nonce = chance.octets(NonceStore.octetCount)
        guard let until = nonces.issue(nonce, to: client, at: now) else {
            throw Refusal(.tooManyRequests)
        }
        return (nonce, until)
    }

    /// The answer that the same request got before.
    package func storedAnswer(to key: AnswerStore.Key) -> AnswerStore.Answer? {
        answers.answer(to: key)
    }

    /// Adds to the journal.
    package func note(_ entry: JournalEntry) { journal.append(entry) }

    /// A person on the business date.
    package func person(_ id: String, at now: Instant) throws(Refusal) -> Person {
        if let behaviour = Behaviour(id) {
            guard let person = behaviour.person(on: businessDate(at: now)) else {
                throw Refusal(.unavailable)
            }
            return person
        }
        let found: Person?
        do throws(JSONError) {
            found = try population.person(id, on: businessDate(at: now))
        } catch {
            throw Refusal(.unavailable, "the person's file cannot be told on this business date")
        }
        guard let found else { throw Refusal(.cardNotRegistered) }
        return found
    }

    /// Whether there is such a person, or a behaviour of that name.
    func isPerson(_ id: String) -> Bool {
        population.contains(id) || Behaviour(id) != nil
    }

    /// Binds a card to a person; returns when that is kept.
    package func bind(_ certificate: Certificate, to person: String) async throws(Refusal) {
        guard isPerson(person) else { throw Refusal(.personUnknown) }
        enrolments.bind(certificate, to: person)
        revision += 1
        await keeper?.keep(enrolments, revision: revision)
    }
}

/// Keeps who owns which card.
package protocol EnrolmentKeeper: Sendable {
    /// Keeps the newest revision; an older one that comes late is dropped.
    func keep(_ enrolments: Enrolments, revision: Int) async
}

/// The keys of a clearinghouse.
package struct HouseKeys: Sendable {
    /// Signs answers.
    package var answer: PrivateKey
    /// Seals grants, 32 octets.
    package var grants: [UInt8]
    /// Makes patient ids, 32 octets.
    package var patients: [UInt8]

    /// Keys.
    package init(answer: PrivateKey, grants: [UInt8], patients: [UInt8]) {
        (self.answer, self.grants, self.patients) = (answer, grants, patients)
    }
}
