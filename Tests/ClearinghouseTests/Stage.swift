import Authority
import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Octets
import Records
import Synchronization
import TestFolders

/// The simulator without a wire: requests go straight in. Answers may be changed on their way.
struct DirectTransport: ClearinghouseTransport {
    let service: ClearinghouseService
    let certificate: Certificate
    var change: @Sendable (HTTPRequest, HTTPResponse) -> HTTPResponse = { $1 }

    func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        change(request, await service.respond(to: request, certificate: certificate))
    }
}

/// A transport that answers everything with one thing.
struct FixedTransport: ClearinghouseTransport {
    let result: Result<HTTPResponse, ClearinghouseError>

    func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        try result.get()
    }
}

/// Terminal, portal and clearinghouse in one process, with one card.
struct Stage {
    static let now = Instant(seconds: 1_795_000_000)
    let authority: CertificateAuthority
    let key: PrivateKey
    let card: Certificate
    let answerKey: PrivateKey
    let house: House
    let service: ClearinghouseService
    let terminal: Certificate
    let otherTerminal: Certificate
    let portal: Certificate
    let stranger: Certificate
    let trust = TemporaryFolder()
    var trustFolder: String { trust.path }

    init(terminal known: Certificate? = nil) async throws {
        let now = Self.now
        authority = try CertificateAuthority.make(
            unit: "Simulated user authentication", key: try PrivateKey.generate(.p256),
            notBefore: now.adding(seconds: -86_400 * 400),
            notAfter: now.adding(seconds: 86_400 * 400))
        key = try PrivateKey.generate(.p384)
        card = try authority.issue(
            Self.request(key.publicKey, profile: .cardAuthentication))
        terminal = try known ?? Self.client(authority)
        otherTerminal = try Self.client(authority)
        portal = try Self.client(authority)
        stranger = try Self.client(authority)
        answerKey = try PrivateKey.generate(.ed25519)
        try KeyFile.write(
            authority.certificate.pem, to: "\(trust.path)/card.pem", isPrivate: false)
        house = House(
            keys: HouseKeys(
                answer: answerKey, grants: [UInt8](repeating: 7, count: 32),
                patients: [UInt8](repeating: 8, count: 32)),
            clients: ClientRegister([
                terminal.digest: .institution(code: "1310000000", terminal: "desk-1"),
                otherTerminal.digest: .institution(code: "1340000000", terminal: "desk-9"),
                portal.digest: .portal,
            ]), enrolments: Enrolments(), population: try Self.people())
        service = ClearinghouseService(
            house: house, trust: TrustFolder(path: trust.path), now: { Self.now })
        try await house.bind(card, to: "hanako")
    }

    private static func client(_ authority: CertificateAuthority) throws -> Certificate {
        try authority.issue(request(try PrivateKey.generate(.p256).publicKey, profile: .tlsClient))
    }

    private static func request(
        _ key: PublicKey, profile: CertificateProfile
    ) -> CertificateRequest {
        CertificateRequest(
            commonName: "SIM", publicKey: key, notBefore: now.adding(seconds: -86_400),
            notAfter: now.adding(seconds: 86_400 * 300), profile: profile)
    }

    static func people() throws -> Population {
        Population(
            try ["hanako", "taro"].map { id in
                let file: JSONValue = [
                    "version": 1, "id": .string(id), "about": "A sample.",
                    "identity": [
                        "name": .string("見本 \(id)"), "sex": "2", "birthDate": "1980-05-03",
                    ],
                    "qualification": [
                        "validity": "1",
                        "entitlements": [["classification": "01", "insurerNumber": "01010011"]],
                    ],
                    "drugs": [
                        [
                            "date": ["monthsBefore": 3, "day": 12],
                            "pharmacy": ["name": "見本薬局"],
                            "drugs": [
                                [
                                    "class": "internal", "name": "見本錠", "copaymentYen": 120,
                                    "savingYen": 30,
                                    "quantity": [
                                        "amount": "3", "unit": "錠", "times": 7,
                                        "counted": "days",
                                    ],
                                ]
                            ],
                        ]
                    ],
                ]
                return try PersonFile(parsing: file.canonical)
            })
    }
}

extension Stage {
    func client(
        as certificate: Certificate? = nil,
        change: @escaping @Sendable (HTTPRequest, HTTPResponse) -> HTTPResponse = { $1 }
    ) -> ClearinghouseClient {
        ClearinghouseClient(
            transport: DirectTransport(
                service: service, certificate: certificate ?? terminal, change: change),
            answerKey: answerKey.publicKey)
    }

    func portalClient(as certificate: Certificate? = nil) -> PortalClient {
        PortalClient(
            transport: DirectTransport(service: service, certificate: certificate ?? portal),
            answerKey: answerKey.publicKey)
    }

    func statement(
        nonce: Nonce, items: [Item] = [.drugs, .checkups], purpose: String = "treatment"
    ) -> Statement {
        Statement(
            audience: answerKey.publicKey.digest,
            institution: purpose == "self" ? "" : "1310000000",
            terminal: purpose == "self" ? "portal" : "desk-1", nonce: nonce.text, time: Self.now,
            way: .pin, purpose: purpose,
            items: items.map {
                ConsentedItem(item: $0, until: Self.now.adding(seconds: 86_400))
            }, certificate: card.digest, algorithm: .ecdsaP384SHA384)
    }

    /// A question as the terminal asks it.
    func asking(nonce: Nonce, items: [Item] = [.drugs, .checkups]) throws -> Asking {
        let bytes = statement(nonce: nonce, items: items).canonical
        let presented = PresentedCard(
            certificate: card.der, digest: card.digest, notAfter: card.notAfter,
            algorithm: .ecdsaP384SHA384, triesLeft: 3)
        let proved = Proved(
            answers: Answers(card: presented, way: .pin), attempt: Attempt(.pin), statement: bytes,
            signature: try key.sign(StatementKind.checkInByCard.signedOctets(bytes)),
            nonceUntil: nonce.until)
        return Asking(
            proved: proved,
            intent: HistoryPlace(origin: "madoguchi/1310000000/desk-1", index: 12))
    }

    func accepted(items: [Item] = [.drugs, .checkups]) async throws -> Acceptance {
        let client = client()
        return try await client.check(try asking(nonce: try await client.challenge(), items: items))
    }

    func access(_ acceptance: Acceptance) -> RecordAccess {
        RecordAccess(
            grant: acceptance.grant.id, patient: acceptance.patient,
            statement: acceptance.statement, intent: HistoryPlace(origin: "o", index: 13))
    }
}

extension Stage {
    static func foreignAuthority() throws -> Certificate {
        try CertificateAuthority.make(
            unit: "Another authority", key: try PrivateKey.generate(.p256), notBefore: now,
            notAfter: now.adding(seconds: 86_400)
        ).certificate
    }

    /// A client of the same house whose service has not read the trust folder yet.
    func fresh() -> ClearinghouseClient {
        let service = ClearinghouseService(
            house: house, trust: TrustFolder(path: trustFolder), now: { Self.now })
        return ClearinghouseClient(
            transport: DirectTransport(service: service, certificate: terminal),
            answerKey: answerKey.publicKey)
    }

    func signIn(_ client: PortalClient) async throws -> PortalSession {
        let nonce = try await client.challenge()
        let bytes = statement(nonce: nonce, items: [], purpose: "self").canonical
        return try await client.signIn(
            statement: bytes,
            signature: try key.sign(StatementKind.portalByCard.signedOctets(bytes)),
            certificate: card.der)
    }
}

extension JSONValue {
    /// The field of an object, to be changed; nothing happens to other values.
    subscript(key: String) -> JSONValue? {
        get { objectValue?[key] }
        set {
            guard var fields = objectValue else { return }
            fields[key] = newValue
            self = .object(fields)
        }
    }
}
