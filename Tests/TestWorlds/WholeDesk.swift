package import AccessHistory
internal import Authority
internal import CheckIns
package import Clearinghouse
package import ClearinghouseSimulator
package import Cryptography
internal import Disclosures
internal import Foundation
internal import FrontDesk
package import HTTP
package import JSON
package import Network
internal import Octets
internal import PCSC
internal import Records
internal import Secrets
internal import Synchronization
package import Terminal
internal import TestFolders
package import VirtualCard

/// A whole terminal in one process: the local API, a virtual card on a reader that can be given
/// another, the simulated clearinghouse without a wire, and a real history in a folder.
package final class WholeDesk: Sendable {
    package let slot: CardSlot
    package let store: HistoryStore
    package let book: CheckInBook
    package let roster: ReaderRoster
    package let house: ClearinghouseSimulator.House
    package let wire: Wire
    /// The time here, which goes on when the test says so.
    package let clock: SteppedClock
    /// What consents that were given here are judged on.
    package let grounds: ConsentJudgement.Grounds
    private let api: LocalAPI
    private let folder = TemporaryFolder()
    private let readers: AsyncStream<ReaderEvent>.Continuation
    private let running: Task<Void, Never>

    /// The only reader.
    package static let reader = "Test reader"
    private static let institution = "1310000000"
    private static let terminal = "desk-1"

    /// A terminal for some people. The first one's card is beside the reader; `put()` lays it there.
    package init(
        people: Population, cards: [Somebody], authority: Certificate,
        limits: SessionRunner.Limits
    ) async throws {
        let clock = SteppedClock()
        self.clock = clock
        let now: @Sendable () -> Instant = { clock.now() }
        let clients = try Clients()
        let answerKey = try PrivateKey.generate(.ed25519)
        let trust = folder.path + "/trust"
        try FileManager.default.createDirectory(atPath: trust, withIntermediateDirectories: true)
        try KeyFile.write(authority.pem, to: trust + "/card.pem", isPrivate: false)
        house = House(
            keys: HouseKeys(
                answer: answerKey, grants: [UInt8](repeating: 7, count: 32),
                patients: [UInt8](repeating: 8, count: 32)),
            clients: ClientRegister([
                clients.terminal.digest: .institution(
                    code: Self.institution, terminal: Self.terminal,
                    statementKey: clients.statementKey.publicKey),
                clients.portal.digest: .portal,
            ]), enrolments: Enrolments(), population: people,
            journal: ClearinghouseSimulator.Journal(mostEntries: 100))
        let service = ClearinghouseService(
            house: house, trust: TrustFolder(path: trust), now: now)
        for card in cards {
            guard let octets = card.image.authentication?.certificate else { throw NoCard() }
            try await house.bind(SHA256Digest(hashing: octets), to: card.id)
        }
        grounds = ConsentJudgement.Grounds(
            anchors: TrustAnchors([authority]), answerKey: answerKey.publicKey,
            presentKey: clients.statementKey.publicKey)
        let wire = Wire(service: service, certificate: clients.terminal)
        self.wire = wire
        let client = ClearinghouseClient(transport: wire, answerKey: answerKey.publicKey)
        let portal = PortalClient(
            transport: Wire(service: service, certificate: clients.portal),
            answerKey: answerKey.publicKey)
        let place = TerminalPlace(institution: Self.institution, terminal: Self.terminal)
        store = try await HistoryStore.open(
            HistorySettings(folder: folder.path + "/history", place: place, software: "test") {
                (now(), .synchronised)
            })
        let ids = UUIDSource()
        let scribe = HistoryScribe(
            store: store, place: place, clock: clock, quality: { .synchronised }, ids: ids,
            items: [.drugs, .checkups])
        let vault = try SealedVault(folder: folder.path + "/vault")
        let book = CheckInBook(vault: vault, clock: clock, ids: ids)
        let store = self.store
        let watch = PINWatch(vault: vault) { store.cardReference(ofCertificate: $0).code.hex }
        self.book = book
        let slot = CardSlot(cards.first?.card)
        self.slot = slot
        let anchors = TrustAnchors([authority])
        let identity = SessionRunner.Identity(
            institution: Self.institution, terminal: Self.terminal)
        let check = ClearinghousePort(client: client) { await book.knownPatient(for: $0) }
        let history = scribe
        guard let signer = TerminalKey(clients.statementKey) else { throw NoCard() }
        let roster = ReaderRoster(isServed: { _ in true }) { name in
            let port = WatchedCardPort(
                ReaderCardPort(reader: slot, anchors: anchors, clock: clock), reader: name,
                watch: watch, clock: clock)
            return ReaderRoster.ServedReader(
                port: port,
                runner: SessionRunner(
                    card: port, signer: signer, clearinghouse: check, history: history,
                    checkIns: book,
                    clock: clock, ids: ids, identity: identity, limits: limits))
        }
        self.roster = roster
        api = LocalAPI(
            LocalAPI.Parts(
                roster: roster, book: book,
                records: RecordDesk(book: book, client: client, scribe: scribe),
                portal: PortalDesk(
                    client: portal, scribe: scribe, identity: identity, lastTrySeconds: 90),
                scribe: scribe, watch: watch, staff: Self.staff, items: [.drugs, .checkups],
                version: "test"))
        let (events, readers) = AsyncStream.makeStream(of: ReaderEvent.self)
        self.readers = readers
        readers.yield(.serviceReached)
        readers.yield(.readers([Self.reader]))
        running = Task { await roster.run(events) }
        slot.onWaiting { clock.advance(seconds: $0) }
        slot.onLeaving { readers.yield(.cardRemoved(reader: Self.reader)) }
        while await roster.names.isEmpty { await Task.yield() }
    }

    /// The local API, for a server.
    package var handler: any HTTPHandler { api }

    /// What the history says of itself, judged from its files.
    package func verifyHistory() throws -> HistoryReport {
        try HistoryArchive.verify(folder: folder.path + "/history")
    }

    /// Turns one octet in the body of the history's first entry.
    package func damageHistory() throws {
        let history = folder.path + "/history"
        let names = try FileManager.default.contentsOfDirectory(atPath: history)
        guard let name = names.first(where: { $0.hasSuffix(".segment") }),
            let file = FileHandle(forUpdatingAtPath: history + "/" + name)
        else { throw NoCard() }
        defer { try? file.close() }
        // Within the first frame's sealed body.
        let place: UInt64 = 350
        try file.seek(toOffset: place)
        let octet = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: place)
        try file.write(contentsOf: [octet ^ 1])
    }

    /// Ends the terminal in order.
    package func close() async throws {
        readers.finish()
        running.cancel()
        await running.value
        try await store.close()
    }

    /// Lays a card on the reader, in place of the one there.
    package func put(_ card: VirtualCard? = nil) {
        if let card { slot.put(card) } else { slot.putBack() }
        tellCard()
    }

    /// Lays a card there that fails as planned.
    package func put(_ card: FaultyCard) {
        slot.put(card)
        tellCard()
    }

    private func tellCard() {
        readers.yield(.cardInserted(reader: Self.reader, atr: [], eventCounter: 1))
    }

    /// Takes the card away.
    package func pull() {
        slot.pull()
        readers.yield(.cardRemoved(reader: Self.reader))
    }

    /// Lets things happen until something holds; whether it came to hold.
    package func until(_ holds: @Sendable () async -> Bool) async throws -> Bool {
        for _ in 0..<20_000 {
            if await holds() { return true }
            try await Task.sleep(for: .milliseconds(1))
        }
        return false
    }

    /// The session as anybody may see it.
    package func view() async throws -> JSONValue {
        try JSONValue(parsing: await ask("GET", "/v1/session").body)
    }

    /// Waits until the session stands in a state.
    package func state(_ name: String) async throws -> Bool {
        try await until { (try? await self.view()["state"]) == .string(name) }
    }

    // MARK: Asking

    /// Every role's token is its name.
    package static let staff = StaffRegister(
        Dictionary(
            uniqueKeysWithValues: StaffRole.allCases.map {
                (
                    SHA256Digest(hashing: Array($0.rawValue.utf8)),
                    StaffMember(
                        id: "\($0.rawValue)-1", role: $0,
                        rights: $0 == .reception ? [.visualCheck] : [])
                )
            }))

    /// Sends a request as the holder of a token, or as nobody.
    package func ask(
        _ method: String, _ target: String, as token: String? = nil, body: JSONValue? = nil,
        headers: [(String, String)] = []
    ) async -> HTTPResponse {
        let fields = await named(headers, token)
        var request = HTTPRequest(method: method, target: target, headers: HTTPHeaders(fields))
        if let body {
            request = .json(method, target, body, headers: fields)
        }
        return await api.respond(to: request, from: ServerPeer())
    }

    /// Sends a request whose body is a PIN, as the server would hand it on.
    package func ask(
        _ target: String, pin: String, as token: String? = nil, headers: [(String, String)] = []
    ) async -> HTTPResponse {
        let fields = await named(headers, token)
        let head = HTTPRequest(method: "POST", target: target, headers: HTTPHeaders(fields))
        precondition(api.takesSecret(head))
        return await api.respond(to: head, secret: page(pin), from: ServerPeer())
    }

    /// The fields of a request: the token, and the session that runs where none is named.
    private func named(
        _ headers: [(String, String)], _ token: String?
    ) async -> [(String, String)] {
        var fields = headers + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
        if !headers.contains(where: { $0.0 == "Madoguchi-Session" }),
            let session = await roster.reader(named: nil)?.runner.view.session
        {
            fields.append(("Madoguchi-Session", session))
        }
        return fields
    }

    /// Claims, chooses, proves; the answer to the PIN.
    package func checkIn(
        consents: JSONValue = ["drugs": true, "checkups": true], pin: String = "1234",
        as token: String? = "reception"
    ) async -> HTTPResponse {
        let claimed = await ask("POST", "/v1/session/claim")
        guard claimed.status == 200 else { return claimed }
        let chosen = await ask(
            "POST", "/v1/session/choice", body: ["way": "pin", "consents": consents])
        guard chosen.status == 200 else { return chosen }
        return await ask("/v1/session/pin", pin: pin, as: token)
    }

    private struct Clients {
        let terminal: Certificate
        let portal: Certificate
        let statementKey: PrivateKey

        init() throws {
            let (from, to) = (PatientClock.start, PatientClock.start.adding(seconds: 86_400 * 365))
            let authority = try CertificateAuthority.make(
                unit: "Simulated connections", key: try PrivateKey.generate(.p256),
                notBefore: from, notAfter: to)
            func client() throws -> Certificate {
                try authority.issue(
                    CertificateRequest(
                        commonName: "SIM", publicKey: try PrivateKey.generate(.p256).publicKey,
                        notBefore: from, notAfter: to, profile: .tlsClient))
            }
            statementKey = try PrivateKey.generate(.p256)
            terminal = try client()
            portal = try client()
        }
    }
}

/// The card has no certificate for user authentication.
private struct NoCard: Error {}

/// The way to the simulator without a wire; what goes over it can be held up or changed.
package final class Wire: ClearinghouseTransport {
    private let service: ClearinghouseService
    private let certificate: Certificate
    private let change = Mutex<Change?>(nil)
    /// What becomes of an answer on its way.
    package typealias Change =
        @Sendable (HTTPRequest, HTTPResponse) async throws(ClearinghouseError) -> HTTPResponse

    init(service: ClearinghouseService, certificate: Certificate) {
        (self.service, self.certificate) = (service, certificate)
    }

    /// Changes every answer from now on.
    package func set(_ change: Change?) { self.change.withLock { $0 = change } }

    package func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        let answer = await service.respond(to: request, certificate: certificate)
        guard let change = change.withLock({ $0 }) else { return answer }
        return try await change(request, answer)
    }
}
