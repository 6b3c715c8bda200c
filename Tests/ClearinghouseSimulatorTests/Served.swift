import Authority
import ClearinghouseSimulator
import Cryptography
import Foundation
import HTTP
import JSON
import Octets
import Records
import Synchronization
import Testing
import TransparencyLog

/// The whole service in one process, with cards, people and every kind of client. Each answer it
/// gives is held to what its route declares, before a test sees it.
struct Served: Sendable {
    enum Who: CaseIterable, Sendable { case clinic, pharmacy, portal, tax, stranger, nobody }

    static let now = World.now
    let house: House
    let service: ClearinghouseService
    let administration: AdministrationService
    let authority: CertificateAuthority
    let answerKey: PrivateKey
    let cards: [String: Card]
    let office: AuthorityOffice
    let clients: [Who: Certificate]
    let clock: Clock
    let seen: Seen
    let folder: String

    /// The time, as tests set it.
    final class Clock: Sendable {
        private let time = Mutex(Served.now)
        var now: Instant {
            get { time.withLock { $0 } }
            set { time.withLock { $0 = newValue } }
        }
    }

    /// What was answered: routes with a good answer, and kinds of problems.
    final class Seen: Sendable {
        private let routes = Mutex<Set<String>>([])
        private let problems = Mutex<Set<String>>([])
        var good: Set<String> { routes.withLock { $0 } }
        var bad: Set<String> { problems.withLock { $0 } }
        func add(good route: String) { routes.withLock { _ = $0.insert(route) } }
        func add(bad problem: String) { problems.withLock { _ = $0.insert(problem) } }
    }

    init(seed: Int64? = nil, population: Population? = nil) async throws {
        authority = try CertificateAuthority.make(
            unit: "Simulated user authentication", key: try PrivateKey.generate(.p256),
            notBefore: Self.now.adding(seconds: -86_400 * 4000),
            notAfter: Self.now.adding(seconds: 86_400 * 4000))
        answerKey = try PrivateKey.generate(.ed25519)
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "served-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder + "/authority", withIntermediateDirectories: true)
        office = AuthorityOffice(folder: folder + "/authority")
        try KeyFile.write(authority.certificate.pem, to: "\(folder)/card.pem", isPrivate: false)
        var clients: [Who: Certificate] = [:]
        for who in Who.allCases where who != .nobody { clients[who] = try Self.client(authority) }
        self.clients = clients
        house = House(
            keys: HouseKeys(
                answer: answerKey, grants: [UInt8](repeating: 7, count: 32),
                patients: [UInt8](repeating: 8, count: 32)),
            clients: Self.register(clients), enrolments: Enrolments(),
            population: try population ?? ServedPeople.population(), chance: Chance(seed: seed))
        let clock = Clock()
        (self.clock, seen) = (clock, Seen())
        let trust = TrustFolder(path: folder)
        service = ClearinghouseService(
            house: house, trust: trust, office: office, agency: try Self.agency(authority),
            now: { clock.now })
        administration = AdministrationService(
            house: house, trust: trust, office: office, token: "secret", port: BoundPort(8711),
            witness: try Self.witness(in: folder), now: { clock.now })
        var cards: [String: Card] = [:]
        for person in ["hanako", "taro", "behaves-unregistered"] {
            cards[person] = try Card(authority: authority)
        }
        self.cards = cards
        for (person, card) in cards where population == nil || Behaviour(person) != nil {
            try await house.bind(card.certificate, to: person)
        }
    }

    func close() { try? FileManager.default.removeItem(atPath: folder) }

    private static func client(_ authority: CertificateAuthority) throws -> Certificate {
        try authority.issue(
            CertificateRequest(
                commonName: "client", publicKey: try PrivateKey.generate(.p256).publicKey,
                notBefore: now.adding(seconds: -86_400), notAfter: now.adding(seconds: 86_400),
                profile: .tlsClient))
    }

    private static func witness(in folder: String) throws -> Witness {
        let path = "\(folder)/witness"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try KeyFile.write([], to: "\(path)/logs", isPrivate: true)
        return try Witness(
            cosigner: try Cosigner(
                name: Witness.name, privateKey: try PrivateKey.generate(.ed25519)), folder: path)
    }

    private static func agency(_ authority: CertificateAuthority) throws -> PaymentAgency {
        let key = try PrivateKey.generate(.rsa(bits: 2048))
        return PaymentAgency(
            certificate: try authority.issue(
                CertificateRequest(
                    commonName: "Simulated payment agency", publicKey: key.publicKey,
                    notBefore: now.adding(seconds: -86_400), notAfter: now.adding(seconds: 86_400),
                    profile: .answerSigning)), key: key)
    }

    private static func register(_ clients: [Who: Certificate]) -> ClientRegister {
        var register = ClientRegister()
        for (who, certificate) in clients {
            switch who {
            case .clinic:
                register.register(
                    certificate.digest, as: .institution(code: "1310000000", terminal: "desk-1"))
            case .pharmacy:
                register.register(
                    certificate.digest, as: .institution(code: "2740000000", terminal: "desk-9"))
            case .portal: register.register(certificate.digest, as: .portal)
            case .tax: register.register(certificate.digest, as: .tax)
            case .stranger, .nobody: break
            }
        }
        return register
    }
}

/// An answer, with its body read.
struct Answered: Sendable {
    var response: HTTPResponse
    var body: JSONValue
    var status: Int { response.status }
    /// The kind of the problem, if it is one.
    var problem: String? {
        body["type"]?.stringValue.map { String($0.dropFirst(Problem.prefix.count)) }
    }
    subscript(key: String) -> JSONValue? { body[key] }
}

extension Served {
    /// Asks, and holds the answer to the declaration.
    @discardableResult
    func ask(
        _ method: String, _ target: String, _ body: JSONValue? = nil, as who: Who = .clinic,
        _ fields: [(String, String)] = [], isSpoiled: Bool = false
    ) async -> Answered {
        let request =
            body.map { HTTPRequest.json(method, target, $0, headers: fields) }
            ?? HTTPRequest(method: method, target: target, headers: HTTPHeaders(fields))
        return await send(request, as: who, isSpoiled: isSpoiled)
    }

    /// The same for requests without a body.
    @discardableResult
    func ask(
        _ method: String, _ target: String, _ fields: [(String, String)],
        isSpoiled: Bool = false
    ) async -> Answered {
        await ask(method, target, nil, as: .clinic, fields, isSpoiled: isSpoiled)
    }

    func send(
        _ request: HTTPRequest, as who: Who = .clinic, isSpoiled: Bool = false
    ) async -> Answered {
        let response = await service.respond(to: request, certificate: clients[who])
        if !isSpoiled {
            judge(Route.find(method: request.method, path: request.path), response)
        }
        return Answered(response: response, body: (try? response.json()) ?? .null)
    }

    /// Asks the administration port.
    @discardableResult
    func order(_ method: String, _ target: String, _ body: JSONValue? = nil) async -> Answered {
        let fields = [("Host", "localhost:8711"), ("Authorization", "Bearer secret")]
        let request =
            body.map { HTTPRequest.json(method, target, $0, headers: fields) }
            ?? HTTPRequest(method: method, target: target, headers: HTTPHeaders(fields))
        let response = await administration.respond(to: request)
        judge(AdminRoute.find(method: request.method, path: request.path), response)
        return Answered(response: response, body: (try? response.json()) ?? .null)
    }

    /// Holds an answer to its route's declaration: the status, the media type, the shape of the
    /// body, and of a problem that its kind stands at that status.
    private func judge<Table: RouteTable>(_ found: FoundRoute<Table>, _ response: HTTPResponse) {
        #expect(response.headers["Madoguchi-Request"] != nil)
        guard response.status < 400 else { return judgeProblem(found, response) }
        guard case .route(let route, _) = found else {
            Issue.record("an answer from nowhere")
            return
        }
        seen.add(good: route.rawValue)
        let declared = route.operation.answer
        guard response.status != 304 else {
            #expect(declared.isValidated && response.body.isEmpty)
            return
        }
        #expect(response.status == declared.status, "\(route.rawValue)")
        #expect((response.headers["ETag"] != nil) == declared.isValidated, "\(route.rawValue)")
        switch declared.content {
        case .json(let schema):
            #expect(response.headers["Content-Type"] == "application/json")
            let body = try? response.json()
            #expect(schema.fault(in: body ?? .null) == nil, "\(route.rawValue)")
        case .octets(let media): #expect(response.headers["Content-Type"] == media)
        case nil: #expect(response.body.isEmpty)
        }
    }

    private func judgeProblem<Table: RouteTable>(
        _ found: FoundRoute<Table>, _ response: HTTPResponse
    ) {
        #expect(response.headers["Content-Type"] == "application/problem+json")
        let body = (try? response.json()) ?? .null
        #expect(Schema.named(.problem).fault(in: body) == nil)
        let name = body["type"]?.stringValue.map { String($0.dropFirst(Problem.prefix.count)) }
        seen.add(bad: name ?? "none")
        guard case .route(let route, _) = found else { return }
        let declared = OpenAPIDocument.problems(of: route)
        #expect(
            declared.contains { $0.status == response.status && $0.name == name },
            "\(route.rawValue): \(response.status) \(name ?? "")")
    }
}

// MARK: What clients do

extension Served {
    static let intent: JSONValue = ["origin": "madoguchi/1310000000/desk-1", "index": 7]

    func nonce(_ who: Who = .clinic) async -> String {
        let path = who == .portal ? "/v1/portal/challenges" : "/v1/challenges"
        return await ask("POST", path, [:], as: who)["nonce"]?.stringValue ?? ""
    }

    /// The body of a signed request.
    func signed(
        _ person: String = "hanako", items: [RecordItem] = [.drugs, .checkups],
        purpose: String = "treatment", nonce: String, card: Card? = nil,
        change: (inout [String: JSONValue]) -> Void = { _ in }
    ) throws -> JSONValue {
        let card = try card ?? #require(cards[person])
        let isPortal = purpose == "self"
        var fields: [String: JSONValue] = [
            "version": 1, "audience": .string(house.audience.hex),
            "institution": isPortal ? "" : "1310000000",
            "terminal": isPortal ? "portal" : "desk-1", "nonce": .string(nonce),
            "time": .string(clock.now.rfc3339), "way": ["kind": "pin"],
            "purpose": .string(purpose), "consents": ["obtain", "provide"],
            "items": .array(
                items.map {
                    [
                        "item": .string($0.rawValue),
                        "until": .string(clock.now.adding(seconds: 86_400).rfc3339),
                    ]
                }),
            "certificate": .string(card.certificate.digest.hex),
            "algorithm": .string(card.algorithm),
        ]
        change(&fields)
        let bytes = JSONValue.object(fields).canonical
        let prefix: StatementPrefix = isPortal ? .portal : .checkIn
        var body: [String: JSONValue] = [
            "statement": .string(bytes.base64()),
            "signature": .string(try card.key.sign(prefix.octets(before: bytes)).base64()),
            "certificate": .string(card.certificate.der.base64()),
        ]
        if !isPortal { body["intent"] = Self.intent }
        return .object(body)
    }

    /// A good check; its grant's id.
    func grant(_ person: String = "hanako", items: [RecordItem] = [.drugs, .checkups])
        async throws -> String
    {
        let answer = await ask(
            "POST", "/v1/checks/card", try signed(person, items: items, nonce: await nonce()))
        return try #require(answer["answer"]?["grant"]?["id"]?.stringValue)
    }

    /// A patient signed in; the token.
    func session(_ person: String = "hanako") async throws -> String {
        let body = try signed(
            person, items: [], purpose: "self", nonce: await nonce(.portal))
        let answer = await ask("POST", "/v1/portal/sessions", body, as: .portal)
        return try #require(answer["session"]?.stringValue)
    }

    func under(_ grant: String) -> [(String, String)] {
        [("Madoguchi-Grant", grant), ("Madoguchi-Intent", "madoguchi/1310000000/desk-1 8")]
    }

    func bearer(_ token: String) -> [(String, String)] {
        [("Authorization", "Bearer \(token)")]
    }

    /// The body of a check by insurance details.
    static func details(
        _ number: String, symbol: String? = "見本-1", branch: String? = nil,
        insurer: String = "06139992", birthDate: String = "1980-05-03"
    ) -> JSONValue {
        .object(present: [
            ("insurerNumber", .string(insurer)), ("symbol", symbol.map(JSONValue.string)),
            ("number", .string(number)), ("branch", branch.map(JSONValue.string)),
            ("birthDate", .string(birthDate)),
        ])
    }

    /// A check by the details of a behaviour.
    func behave(_ id: String, isSpoiled: Bool = true) async -> Answered {
        await ask(
            "POST", "/v1/checks/details",
            [
                "details": Self.details(
                    String(id.dropFirst(Behaviour.prefix.count)), symbol: Behaviour.symbol),
                "intent": Self.intent,
            ], isSpoiled: isSpoiled)
    }
}
