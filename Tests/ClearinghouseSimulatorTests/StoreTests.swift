import Authority
import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Octets
import Records
import Testing

@Suite("What the clearinghouse remembers")
struct StoreTests {
    let now = World.now
    let client = World.digest(1)
    let other = World.digest(2)
    let nonce = [UInt8](repeating: 5, count: 32)

    @Test("a nonce is good once, for five minutes, for the client it was given to")
    func nonceLife() throws {
        var store = NonceStore()
        let until = store.issue(nonce, to: client, at: now)
        #expect(until == now.adding(seconds: 300))
        #expect(throws: NonceStore.Refusal.unknown) {
            try store.use(nonce, by: other, at: now)
        }
        try store.use(nonce, by: client, at: now.adding(seconds: 299))
        #expect(throws: NonceStore.Refusal.used) {
            try store.use(nonce, by: client, at: now.adding(seconds: 299))
        }
    }

    @Test("a nonce that ended is told from one that never was, and then forgotten")
    func nonceEnd() {
        var store = NonceStore()
        _ = store.issue(nonce, to: client, at: now)
        let late = now.adding(seconds: 300)
        #expect(throws: NonceStore.Refusal.ended) { try store.use(nonce, by: client, at: late) }
        #expect(throws: NonceStore.Refusal.unknown) {
            try store.use([1, 2, 3], by: client, at: now)
        }
        _ = store.issue([UInt8](repeating: 6, count: 32), to: client, at: now.adding(seconds: 360))
        #expect(store.count == 1)
    }

    @Test("the store of nonces is bounded and gives the same octets out once")
    func nonceBound() {
        var store = NonceStore(maximumCount: 2)
        #expect(store.issue(nonce, to: client, at: now) != nil)
        #expect(store.issue(nonce, to: client, at: now) == nil)
        #expect(store.issue([UInt8](repeating: 1, count: 32), to: client, at: now) != nil)
        #expect(store.issue([UInt8](repeating: 2, count: 32), to: client, at: now) == nil)
        #expect(store.issue([UInt8](repeating: 2, count: 31), to: client, at: now) == nil)
    }

    @Test("a stored answer belongs to one client, one route, one body, and stays the first")
    func answers() {
        var store = AnswerStore()
        let key = AnswerStore.Key(client: client, route: "a", body: World.digest(9))
        store.keep(.init(status: 200, body: [1]), to: key, at: now)
        store.keep(.init(status: 403, body: [2]), to: key, at: now)
        #expect(store.answer(to: key)?.body == [1])
        #expect(store.answer(to: .init(client: other, route: "a", body: World.digest(9))) == nil)
        #expect(store.answer(to: .init(client: client, route: "b", body: World.digest(9))) == nil)
        #expect(store.answer(to: .init(client: client, route: "a", body: World.digest(8))) == nil)
    }

    @Test("stored answers leave with their nonce, or when too much is held, the oldest first")
    func answerBounds() {
        var store = AnswerStore(maximumOctets: 10)
        let keys = (0..<3).map {
            AnswerStore.Key(client: client, route: "a", body: World.digest($0))
        }
        for key in keys.prefix(2) {
            store.keep(.init(status: 200, body: [UInt8](repeating: 0, count: 6)), to: key, at: now)
        }
        #expect(store.answer(to: keys[0]) == nil)
        #expect(store.answer(to: keys[1]) != nil)
        store.keep(.init(status: 200, body: [1]), to: keys[2], at: now.adding(seconds: 300))
        #expect(store.answer(to: keys[1]) == nil)
    }

    @Test("a grant's id opens to what was sealed, and any other octets to nothing")
    func grantSeal() throws {
        let seal = GrantSeal(key: [UInt8](repeating: 1, count: 32))
        let grant = GrantContents(
            institution: "1310000000", person: "mado", statement: World.digest(4),
            certificate: CertificateID(issuer: "0a1b", serial: "05"), way: "pin",
            consents: [ItemConsent(item: .drugs, until: now.adding(seconds: 60))],
            until: now.adding(seconds: 120))
        let id = try seal.id(of: grant)
        #expect(seal.grant(id: id) == grant)
        #expect(try seal.id(of: grant) != id)
        #expect(GrantSeal(key: [UInt8](repeating: 2, count: 32)).grant(id: id) == nil)
        let octets = try #require([UInt8](base64: id, .urlSafe))
        for index in stride(from: 0, to: octets.count, by: 7) {
            var spoiled = octets
            spoiled[index] ^= 1
            #expect(seal.grant(id: spoiled.base64(.urlSafe)) == nil)
        }
        for text in ["", "a", "AAAA", String(repeating: "A", count: 2000), "あ"] {
            #expect(seal.grant(id: text) == nil)
        }
    }

    @Test("a patient has one id for each institution, and each institution another one")
    func pairwise() {
        let ids = PairwiseIDs(key: [UInt8](repeating: 3, count: 32))
        #expect(ids.id(of: "mado", for: "1") == ids.id(of: "mado", for: "1"))
        #expect(ids.id(of: "mado", for: "1") != ids.id(of: "mado", for: "2"))
        #expect(ids.id(of: "mado", for: "1") != ids.id(of: "mad", for: "o1"))
    }

    @Test("faults are taken in their order, by path, as often as ordered")
    func faults() {
        var orders = FaultOrders()
        orders.replace(with: [
            Fault(.garbage, count: 2, path: "/v1/records/"), Fault(.slow, path: "/v1/checks/"),
        ])
        #expect(orders.next(path: "/v1/challenges") == nil)
        #expect(orders.next(path: "/v1/checks/card")?.kind == .slow)
        #expect(orders.next(path: "/v1/checks/card") == nil)
        #expect(orders.next(path: "/v1/records/drugs")?.kind == .garbage)
        #expect(orders.next(path: "/v1/records/drugs")?.kind == .garbage)
        #expect(orders.orders.isEmpty)
    }

    @Test("entries of the journal are filed and read back whole")
    func journalCoding() throws {
        var entry = JournalEntry(time: now, route: "check", requestID: "r", status: 200)
        entry.institution = "1310000000"
        entry.intent = .init(origin: "madoguchi/1310000000/desk-1", index: 7)
        entry.consents = [
            .init(item: "drugs", .given, until: now), .init(item: "checkups", .refused),
        ]
        entry.withdrawn = .init(grant: World.digest(1), until: now)
        entry.evidence = .init(statement: [1], signature: [2], certificate: World.digest(2))
        entry.number = 12
        #expect(try JournalEntry(JSONValue(parsing: entry.json.canonical)) == entry)
    }

    @Test("a journal goes on where the filed one ended, and knows its withdrawals")
    func journalGoesOn() {
        var filed = JournalEntry(time: now, route: "withdrawal", requestID: "r", status: 200)
        filed.number = 41
        filed.withdrawn = .init(grant: World.digest(1), until: now.adding(seconds: 10))
        var journal = Journal(filed: [filed])
        #expect(journal.isWithdrawn(grant: World.digest(1)))
        journal.append(JournalEntry(time: now, route: "check", requestID: "r", status: 200))
        #expect(journal.entries(after: 41, limit: 10).map(\.number) == [42])
        journal.forget(at: now.adding(seconds: 10))
        #expect(!journal.isWithdrawn(grant: World.digest(1)))
    }

    @Test(
        "an intent's place is an origin and an index",
        arguments: [
            "", "a", " 1", "a ", "a -1", "a 1x", "a 99999999999999999", "a +1",
            "a b 12",
        ])
    func intentHeader(text: String) {
        #expect(JournalEntry.IntentPlace(header: text) == nil)
    }

    @Test("an origin is a log's name, which has no space (C2SP signed-note)")
    func intentHeaderGood() {
        #expect(
            JournalEntry.IntentPlace(header: "a/b/c 12") == .init(origin: "a/b/c", index: 12))
    }

    @Test("a session at the portal ends by time, by closing, and serves no other client")
    func sessions() {
        var sessions = PortalSessions()
        let session = PortalSessions.Session(
            person: "mado", client: client, until: now.adding(seconds: 60))
        let token = World.digest(7)
        let isOpen = sessions.open(session, token: token, at: now)
        #expect(isOpen)
        #expect(sessions.session(token: token, client: client, at: now) == session)
        #expect(sessions.session(token: token, client: other, at: now) == nil)
        #expect(sessions.session(token: token, client: client, at: session.until) == nil)
        sessions.close(token: token)
        #expect(sessions.session(token: token, client: client, at: now) == nil)
    }

    @Test("the files of clients and cards are read back as they were written")
    func files() throws {
        var clients = ClientRegister()
        clients.register(client, as: .institution(code: "1310000000", terminal: "desk-1"))
        clients.register(other, as: .portal)
        let read = try ClientRegister(JSONValue(parsing: clients.json.canonical))
        #expect(read.identity(of: client) == .institution(code: "1310000000", terminal: "desk-1"))
        #expect(read.identity(of: other) == .portal)
        #expect(read.identity(of: World.digest(3)) == nil)
    }

    @Test("a card is known by its issuer's key and serial number, and by nothing that claims them")
    func enrolments() throws {
        let card = try Card(authority: try World.foreignAuthority()).certificate
        let other = try Card(authority: try World.foreignAuthority()).certificate
        var cards = Enrolments()
        cards.bind(card, to: "mado")
        let read = try Enrolments(JSONValue(parsing: cards.json.canonical))
        #expect(read == cards && read.person(of: card) == "mado")
        #expect(read.person(of: CertificateID(of: card)) == "mado")
        #expect(read.person(of: other) == nil && read.cards(of: "mado") == [card.digest])
        // The same issuer and serial number on another certificate: it is nobody's.
        let id = CertificateID(of: card)
        let claimed: JSONValue = [
            "issuer": .string(id.issuer), "serial": .string(id.serial),
            "digest": .string(other.digest.hex), "person": "mado",
        ]
        let claim = try Enrolments(["version": 1, "cards": [claimed]])
        #expect(claim.person(of: card) == nil && claim.person(of: id) == "mado")
        cards.bind(card, to: "taro")
        #expect(cards.person(of: card) == "taro" && cards.cards(of: "mado").isEmpty)
        let spoiled: [JSONValue] = [
            ["x": "mado"], ["version": 1, "cards": [["issuer": "0a"]]],
            ["version": 2, "cards": []], ["version": 1, "cards": [replaced(claimed, "x")]],
        ]
        for file in spoiled { #expect(throws: JSONError.self) { try Enrolments(file) } }
    }

    private func replaced(_ card: JSONValue, _ serial: String) -> JSONValue {
        var fields = card.objectValue ?? [:]
        fields["serial"] = .string(serial)
        return .object(fields)
    }

    @Test("every problem has its own sentences in both languages and a status of its class")
    func problems() {
        for kind in ProblemKind.allCases {
            #expect((400..<600).contains(kind.status))
            #expect(!kind.text.english.isEmpty && !kind.text.japanese.isEmpty)
            #expect(!kind.text.nextStep.isEmpty && !kind.text.nextStepJapanese.isEmpty)
            let json = Refusal(kind, "detail").problem().json
            #expect(json["type"] == .string("urn:madoguchi:problem:\(kind.rawValue)"))
            #expect(json["status"] == JSONValue(kind.status))
        }
        let shared: Set<ProblemKind> = [.grantMissing, .sessionEnded, .linkMissing]
        let texts = ProblemKind.allCases.filter { !shared.contains($0) }.map(\.text.english)
        #expect(Set(texts).count == texts.count)
    }
}
