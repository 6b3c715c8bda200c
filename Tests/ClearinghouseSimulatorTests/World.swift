import Authority
import ClearinghouseSimulator
import Cryptography
import JSON
import Octets
import Records

/// A small world: an authority, two cards, two people, a house.
struct World {
    static let now = Instant(seconds: 1_795_000_000)
    static let clinic = ClearinghouseSimulatorClient(
        digest: digest(1), identity: .institution(code: "1310000000", terminal: "desk-1"))
    static let pharmacy = ClearinghouseSimulatorClient(
        digest: digest(2), identity: .institution(code: "1340000000", terminal: "desk-9"))
    static let portal = ClearinghouseSimulatorClient(digest: digest(3), identity: .portal)

    let authority: CertificateAuthority
    let trust: TrustAnchors
    let card: Card
    let otherCard: Card
    let answerKey: PrivateKey
    let house: House

    init(
        kind: KeyKind = .p384, sink: (any JournalSink)? = nil,
        derived: DerivedPopulation? = nil
    ) async throws {
        authority = try CertificateAuthority.make(
            unit: "Simulated user authentication", key: try PrivateKey.generate(.p256),
            notBefore: Self.now.adding(seconds: -86_400 * 4000),
            notAfter: Self.now.adding(seconds: 86_400 * 4000))
        trust = TrustAnchors([authority.certificate])
        card = try Card(authority: authority, kind: kind)
        otherCard = try Card(authority: authority, kind: .p256)
        answerKey = try PrivateKey.generate(.ed25519)
        house = House(
            keys: HouseKeys(
                answer: answerKey, grants: [UInt8](repeating: 7, count: 32),
                patients: [UInt8](repeating: 8, count: 32)),
            clients: ClientRegister([
                Self.clinic.digest: Self.clinic.identity,
                Self.pharmacy.digest: Self.pharmacy.identity,
                Self.portal.digest: Self.portal.identity,
            ]), enrolments: Enrolments(), population: try Self.people(derived: derived),
            journal: Journal(sink: sink))
        try await house.bind(card.certificate, to: "hanako")
        try await house.bind(otherCard.certificate, to: "taro")
    }

    static func digest(_ octet: UInt8) -> SHA256Digest {
        guard let digest = SHA256Digest([UInt8](repeating: octet, count: 32)) else {
            preconditionFailure("32 octets are a digest")
        }
        return digest
    }

    static func people(derived: DerivedPopulation? = nil) throws -> Population {
        Population(
            try ["hanako", "taro"].map { try PersonFile(parsing: file($0)) }, derived: derived)
    }

    static func file(_ id: String) -> [UInt8] {
        let identity: JSONValue = [
            "name": .string("見本 \(id)"), "sex": "2", "birthDate": ["yearsBefore": 40, "day": 3],
        ]
        let entitlement: JSONValue = ["classification": "01", "insurerNumber": "01010011"]
        let line: JSONValue = [
            "class": "internal", "name": "見本錠", "copaymentYen": 120, "savingYen": 30,
            "quantity": ["amount": "3", "unit": "錠", "times": 7, "counted": "days"],
        ]
        let dispensing: JSONValue = [
            "date": ["monthsBefore": 3, "day": 12], "pharmacy": ["name": "見本薬局"],
            "drugs": [line],
        ]
        let file: JSONValue = [
            "version": 1, "id": .string(id), "about": "A sample.", "identity": identity,
            "qualification": ["validity": "1", "entitlements": [entitlement]],
            "drugs": [dispensing],
        ]
        return file.canonical
    }
}

/// A client of the simulator.
struct ClearinghouseSimulatorClient {
    let digest: SHA256Digest
    let identity: ClearinghouseSimulator.ClientRegister.Identity

    func asked(at now: Instant = World.now, fault: Fault? = nil) -> Asked {
        Asked(client: digest, identity: identity, now: now, requestID: "r", fault: fault)
    }
}

/// A card as far as the clearinghouse sees one: a key and a certificate.
struct Card {
    let key: PrivateKey
    let certificate: Certificate

    init(
        authority: CertificateAuthority, kind: KeyKind = .p256,
        from start: Instant = World.now.adding(seconds: -86_400),
        to end: Instant = World.now.adding(seconds: 86_400 * 365),
        faults: Set<CertificateRequest.Fault> = []
    ) throws {
        key = try PrivateKey.generate(kind)
        var request = CertificateRequest(
            commonName: "SIM0000000000000000001", publicKey: key.publicKey, notBefore: start,
            notAfter: end, profile: .cardAuthentication)
        request.faults = faults
        certificate = try authority.issue(request)
    }

    var algorithm: String { SignedAlgorithm(key.publicKey.kind)?.rawValue ?? "none" }
}

extension World {
    /// The fields of a good statement; tests change what they are about.
    func fields(
        card: Card? = nil, nonce: [UInt8], items: [String] = ["checkups", "drugs"],
        purpose: String = "treatment", now: Instant = World.now
    ) -> [String: JSONValue] {
        let card = card ?? self.card
        let until = JSONValue.string(now.adding(seconds: 86_400).rfc3339)
        return [
            "version": 1, "audience": .string(house.audience.hex),
            "institution": purpose == "self" ? "" : "1310000000",
            "terminal": purpose == "self" ? "portal" : "desk-1",
            "nonce": .string(nonce.base64(.urlSafe)),
            "time": .string(now.rfc3339), "way": ["kind": "pin"], "purpose": .string(purpose),
            "consents": ["obtain", "provide"],
            "items": .array(items.map { ["item": .string($0), "until": until] }),
            "certificate": .string(card.certificate.digest.hex),
            "algorithm": .string(card.algorithm),
        ]
    }

    /// The request that carries a statement, signed by a card.
    func request(
        _ statement: [UInt8], card: Card? = nil, prefix: StatementPrefix = .checkIn
    ) throws -> CheckRequest {
        let card = card ?? self.card
        return try CheckRequest(
            body: JSONValue.object([
                "statement": .string(statement.base64()),
                "signature": .string(
                    try card.key.sign(prefix.octets(before: statement)).base64()),
                "certificate": .string(card.certificate.der.base64()),
                "intent": ["origin": "madoguchi/1310000000/desk-1", "index": 7],
            ]).canonical, needsIntent: true)
    }

    /// Checks and decides, as the route does.
    func answer(
        _ request: CheckRequest, client: ClearinghouseSimulatorClient = World.clinic,
        now: Instant = World.now, fault: Fault? = nil
    ) async throws -> AnswerStore.Answer {
        let expected = StatementExpectation(
            prefix: .checkIn, audience: house.audience, client: client.identity)
        let verified = try StatementCheck.verify(request, against: expected, at: now)
        return await house.check(
            verified, standing: standing(verified.certificate, at: now),
            asked: client.asked(at: now, fault: fault),
            key: AnswerStore.Key(
                client: client.digest, route: "check",
                body: SHA256Digest(hashing: request.statement + request.signature)))
    }

    func standing(
        _ certificate: Certificate, at now: Instant
    ) -> Result<CertificateStanding, Refusal> {
        Result { () throws(Refusal) in
            try CertificateStanding.of(certificate, trust: trust, at: now)
        }
    }

    /// A whole good check; the answer's body.
    func checkedIn(
        items: [String] = ["checkups", "drugs"], now: Instant = World.now, fault: Fault? = nil
    ) async throws -> JSONValue {
        let nonce = try await house.challenge(for: Self.clinic.digest, at: now).nonce
        let statement = JSONValue.object(fields(nonce: nonce, items: items, now: now)).canonical
        let answer = try await answer(try request(statement), now: now, fault: fault)
        return try JSONValue(parsing: answer.body)
    }

    /// The kind of the problem that a statement gets; nothing if it is answered.
    func problem(
        _ request: CheckRequest, client: ClearinghouseSimulatorClient = World.clinic,
        now: Instant = World.now
    ) async throws -> String? {
        do {
            let answer = try await answer(request, client: client, now: now)
            let type = try JSONValue(parsing: answer.body)["type"]?.stringValue
            return type.map { String($0.dropFirst("urn:madoguchi:problem:".count)) }
        } catch let refusal as Refusal {
            return refusal.kind.rawValue
        }
    }
}
