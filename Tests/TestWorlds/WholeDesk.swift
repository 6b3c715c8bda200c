package import AccessHistory
internal import Authority
package import CameraSimulator
internal import CheckIns
internal import Clearinghouse
package import ClearinghouseSimulator
package import Cryptography
internal import Disclosures
internal import Foundation
package import FrontDesk
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
    /// The other reader, where there is one.
    package let otherSlot = CardSlot(nil)
    package let store: HistoryStore
    package let book: CheckInBook
    /// Where check-ins, counts and begun tries are kept.
    package let vault: SealedVault
    /// What writes the history.
    package let scribe: HistoryScribe
    private let client: ClearinghouseClient
    /// What opens the records of check-ins.
    package let records: RecordDesk
    package let roster: ReaderRoster
    package let house: ClearinghouseSimulator.House
    package let wire: Wire
    /// The camera's orders, where there is one.
    package let camera: CameraService?
    /// The time here, which goes on when the test says so.
    package let clock: SteppedClock
    /// What consents that were given here are judged on.
    package let grounds: ConsentJudgement.Grounds
    private let api: LocalAPI
    private let folder = TemporaryFolder()
    private let readers: AsyncStream<ReaderEvent>.Continuation
    private let running: Task<Void, Never>

    /// The reader.
    package static let reader = "Test reader"
    /// The other one, where there is one.
    package static let otherReader = "Other reader"
    private static let institution = "1310000000"
    private static let terminal = "desk-1"

    /// A terminal for some people. The first one's card is beside the reader; `put()` lays it there.
    package init(
        people: Population, cards: [Somebody], authority: Certificate,
        limits: SessionRunner.Limits, line: Line = .direct, seed: Int64? = nil,
        hasOtherReader: Bool = false,
        faces: (@Sendable (CardSlot) -> FaceEquipment)? = nil, needsIdentity: Bool = false
    ) async throws {
        let clock = SteppedClock()
        self.clock = clock
        let now: @Sendable () -> Instant = { clock.now() }
        let clients = try Clients(from: line.start(at: now()))
        let answerKey = try PrivateKey.generate(.ed25519)
        let trust = folder.path + "/trust"
        try FileManager.default.createDirectory(atPath: trust, withIntermediateDirectories: true)
        try KeyFile.write(authority.pem, to: trust + "/card.pem", isPrivate: false)
        let authorities = folder.path + "/authority"
        try FileManager.default.createDirectory(
            atPath: authorities, withIntermediateDirectories: true)
        house = House(
            keys: HouseKeys(
                answer: answerKey, grants: [UInt8](repeating: 7, count: 32),
                patients: [UInt8](repeating: 8, count: 32)),
            clients: ClientRegister([
                clients.terminal.certificate.digest: .institution(
                    code: Self.institution, terminal: Self.terminal,
                    statementKey: clients.statementKey.publicKey),
                clients.portal.certificate.digest: .portal,
            ]), enrolments: Enrolments(), population: people,
            journal: ClearinghouseSimulator.Journal(mostEntries: 100),
            chance: Chance(seed: seed))
        let service = ClearinghouseService(
            house: house, trust: TrustFolder(path: trust),
            office: AuthorityOffice(folder: authorities), now: now)
        for card in cards {
            guard let octets = card.image.authentication?.certificate else { throw NoCard() }
            try await house.bind(try Certificate(der: octets), to: card.id)
        }
        grounds = ConsentJudgement.Grounds(
            anchors: TrustAnchors([authority]), answerKey: answerKey.publicKey,
            presentKey: clients.statementKey.publicKey)
        let wire = try Wire(line, service, clients, as: clients.terminal)
        self.wire = wire
        let client = ClearinghouseClient(transport: wire, answerKey: answerKey.publicKey)
        let portal = PortalClient(
            transport: try Wire(.direct, service, clients, as: clients.portal),
            answerKey: answerKey.publicKey)
        let place = TerminalPlace(institution: Self.institution, terminal: Self.terminal)
        store = try await HistoryStore.open(
            HistorySettings(folder: folder.path + "/history", place: place, software: "test") {
                (now(), .synchronised)
            })
        let ids = UUIDSource()
        let vault = try SealedVault(folder: folder.path + "/vault")
        let scribe = HistoryScribe(
            store: store, place: place, clock: clock, quality: { .synchronised }, ids: ids,
            items: [.drugs, .checkups], tries: vault)
        let book = CheckInBook(vault: vault, clock: clock, ids: ids)
        let store = self.store
        let faceWatch = FaceWatch(vault: vault) { store.cardReference(ofCertificate: $0).code.hex }
        let watch = PINWatch(vault: vault) { store.cardReference(ofCertificate: $0).code.hex }
        (self.book, self.vault, self.scribe, self.client) = (book, vault, scribe, client)
        let slot = CardSlot(cards.first?.card)
        self.slot = slot
        let anchors = TrustAnchors([authority])
        let identity = SessionRunner.Identity(
            institution: Self.institution, terminal: Self.terminal)
        let check = ClearinghousePort(client: client) { await book.knownPatient(for: $0) }
        let history = scribe
        let equipment = faces?(slot)
        camera = equipment?.service
        guard let signer = TerminalKey(clients.statementKey) else { throw NoCard() }
        let otherSlot = otherSlot
        let roster = ReaderRoster(isServed: { _ in true }) { name in
            let slot = name == Self.otherReader ? otherSlot : slot
            let port = WatchedCardPort(
                ReaderCardPort(reader: slot, anchors: anchors, clock: clock), reader: name,
                watch: watch, clock: clock, scribe: scribe)
            return ReaderRoster.ServedReader(
                port: port,
                runner: SessionRunner(
                    card: port,
                    face: equipment.map {
                        FaceDesk(
                            reader: slot, name: name, camera: $0.camera, matcher: $0.matcher,
                            watch: faceWatch, clock: clock)
                    }, signer: signer, clearinghouse: check, history: history, checkIns: book,
                    clock: clock, ids: ids, identity: identity, limits: limits))
        }
        self.roster = roster
        records = RecordDesk(
            book: book, client: client, scribe: scribe, needsIdentity: needsIdentity)
        api = LocalAPI(
            LocalAPI.Parts(
                roster: roster, book: book, records: records,
                portal: PortalDesk(
                    client: portal, scribe: scribe, identity: identity, lastTrySeconds: 90),
                scribe: scribe, watch: watch, staff: Self.staff, items: [.drugs, .checkups],
                version: "test"))
        let (events, readers) = AsyncStream.makeStream(of: ReaderEvent.self)
        self.readers = readers
        readers.yield(.serviceReached)
        readers.yield(.readers([Self.reader] + (hasOtherReader ? [Self.otherReader] : [])))
        running = Task { await roster.run(events) }
        slot.onWaiting { clock.advance(seconds: $0) }
        slot.onLeaving { readers.yield(.cardRemoved(reader: Self.reader)) }
        while await roster.names.isEmpty { await Task.yield() }
    }

    /// The local API, for a server.
    package var handler: any HTTPHandler { api }

    /// The local API, for listeners that lead to it.
    package var local: LocalAPI { api }

    /// What the history says of itself, judged from its files.
    package func verifyHistory() throws -> HistoryReport {
        try HistoryArchive.verify(folder: folder.path + "/history")
    }

    /// The authority suspends a card's certificate, or revokes it.
    package func withdraw(certificateOf card: CardImage, forGood: Bool) throws {
        guard let octets = card.authentication?.certificate else { throw NoCard() }
        let authorities = folder.path + "/authority"
        let id = CertificateID(of: try Certificate(der: octets))
        var register = try CardAuthorities.register(in: authorities)
        if forGood {
            register.revoke(id, because: .keyCompromise, at: clock.now())
        } else {
            try register.suspend(id, at: clock.now())
        }
        try CardAuthorities.save(register, in: authorities)
    }

    /// Turns one octet in the body of the history's first entry.
    package func damageHistory() throws {
        let history = folder.path + "/history"
        let names = try FileManager.default.contentsOfDirectory(atPath: history)
        guard let name = names.first(where: { $0.hasSuffix(".segment") }),
            let file = FileHandle(forUpdatingAtPath: history + "/" + name)
        else { throw NoCard() }
        defer { try? file.close() }
        // Within the sealed body of the first frame, which stands behind the header.
        let place: UInt64 = 4096 + 96 + 40
        try file.seek(toOffset: place)
        let octet = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: place)
        try file.write(contentsOf: [octet ^ 1])
    }

    /// Book and records as a service has them that was killed and started again.
    package func restarted() -> (CheckInBook, RecordDesk) {
        let book = CheckInBook(vault: vault, clock: clock, ids: UUIDSource())
        return (book, RecordDesk(book: book, client: client, scribe: scribe))
    }

    /// Ends the terminal in order.
    package func close() async throws {
        // What a test ordered may hold this desk, and with it the folder.
        wire.set(nil)
        slot.onLeaving {}
        slot.onWaiting { _ in }
        readers.finish()
        running.cancel()
        await running.value
        wire.close()
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

    /// Lays a card on a reader, or takes away the one there.
    package func put(_ card: VirtualCard?, on reader: String) {
        let slot = reader == Self.otherReader ? otherSlot : slot
        if let card {
            slot.put(card)
            readers.yield(.cardInserted(reader: reader, atr: [], eventCounter: 1))
        } else {
            slot.pull()
            readers.yield(.cardRemoved(reader: reader))
        }
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
        StaffRole.allCases.map {
            StaffEntry(
                StaffMember(
                    id: "\($0.rawValue)-1", role: $0,
                    rights: $0 == .reception ? [.visualCheck] : []),
                tokenDigest: SHA256Digest(hashing: Array($0.rawValue.utf8)))
        })

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
        as token: String? = "reception", enteredBy: JSONValue? = nil
    ) async -> HTTPResponse {
        let claimed = await ask("POST", "/v1/session/claim")
        guard claimed.status == 200 else { return claimed }
        let chosen = await ask(
            "POST", "/v1/session/choice",
            body: .object(present: [
                ("way", "pin"), ("consents", consents), ("enteredBy", enteredBy),
            ]))
        guard chosen.status == 200 else { return chosen }
        return await ask("/v1/session/pin", pin: pin, as: token)
    }
}

/// The card has no certificate for user authentication.
private struct NoCard: Error {}
