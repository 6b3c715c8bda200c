import Authority
import ClearinghouseSimulator
import Cryptography
import Foundation
import HTTP
import JSON
import Network
import Octets
import Records
import TestFolders
import Testing
import VirtualCard

@Suite("A simulated world on disk")
struct SetupTests {
    let root = TemporaryFolder()

    private func folder() throws -> StatePaths {
        let paths = StatePaths(root: root.path)
        for folder in paths.folders {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        }
        return paths
    }

    private func initialise(_ paths: StatePaths) throws -> [String] {
        for id in ["hanako", "taro"] {
            try KeyFile.write(World.file(id), to: "\(paths.people)/\(id).json", isPrivate: false)
        }
        return try Initialisation(
            paths: paths, institution: "1310000003", terminal: "desk-1", now: World.now
        ).run(people: nil) { $0 == "hanako" }
    }

    @Test("it is made once, fits together, and making it again changes nothing")
    func makeTwice() async throws {
        let paths = try folder()
        #expect(try initialise(paths).count > 10)
        let reading = StateReading(paths: paths)
        let keys = try reading.keys()
        let enrolments = try reading.enrolments()
        let clients = try reading.clients()
        #expect(try initialise(paths).isEmpty)
        #expect(try reading.keys().answer.publicKey == keys.answer.publicKey)
        #expect(try reading.enrolments() == enrolments)
        let desk = try KeyFile.certificate("\(paths.terminal)/tls.pem")
        let portal = try KeyFile.certificate("\(paths.terminal)/portal.pem")
        #expect(
            try clients.identity(of: desk.digest)
                == .institution(
                    code: "1310000003", terminal: "desk-1",
                    statementKey: KeyFile.privateKey("\(paths.terminal)/statement.key")
                        .publicKey))
        #expect(clients.identity(of: portal.digest) == .portal)
        let image = try CardFile(path: "\(paths.cards)/hanako.json").loadImage()
        let card = try Certificate(der: try #require(image.authentication?.certificate))
        #expect(enrolments.person(of: card) == "hanako")
        #expect(enrolments.cards(of: "taro").isEmpty)
        let trust = TrustFolder(path: paths.trust)
        #expect(await trust.standing(of: card, at: World.now) == .success(.good))
        #expect(
            await trust.standing(of: desk, at: World.now).isFailure(.certificateUnknownAuthority))
    }

    @Test("another terminal is made once, of its own institution, and the first stays")
    func addTerminal() throws {
        let paths = try folder()
        _ = try initialise(paths)
        let other = Initialisation(
            paths: paths, institution: "2740000008", terminal: "desk-9", now: World.now)
        #expect(try other.addTerminal(named: "other").count == 3)
        #expect(try other.addTerminal(named: "other").isEmpty)
        let clients = try StateReading(paths: paths).clients()
        let certificate = try KeyFile.certificate("\(paths.terminal)/other.pem")
        #expect(
            try clients.identity(of: certificate.digest)
                == .institution(
                    code: "2740000008", terminal: "desk-9",
                    statementKey: KeyFile.privateKey("\(paths.terminal)/other-statement.key")
                        .publicKey))
        let first = try KeyFile.certificate("\(paths.terminal)/tls.pem")
        guard case .institution("1310000003", "desk-1", _)? = clients.identity(of: first.digest)
        else { throw SetupError.other("the first terminal is another one") }
    }

    @Test("an authority that is added while it runs is believed at once")
    func trustFolder() async throws {
        let paths = try folder()
        let trust = TrustFolder(path: paths.trust)
        let world = try await World()
        let card = world.card.certificate
        #expect(
            await trust.standing(of: card, at: World.now).isFailure(.certificateUnknownAuthority))
        try KeyFile.write(
            world.authority.certificate.pem, to: "\(paths.trust)/x.pem", isPrivate: false)
        let later = Instant(milliseconds: World.now.milliseconds + 1)
        #expect(await trust.standing(of: card, at: later) == .success(.good))
        try KeyFile.write([1], to: "\(paths.trust)/broken.pem", isPrivate: false)
        let (anchors, faults) = await trust.faults(at: later)
        #expect(anchors == 1 && faults.count == 1)
        #expect(await trust.standing(of: card, at: later) == .success(.good))
        try FileManager.default.removeItem(atPath: "\(paths.trust)/x.pem")
        let after = World.now.adding(seconds: 2)
        #expect(
            await trust.standing(of: card, at: after).isFailure(.certificateUnknownAuthority))
    }

    @Test("a people file that is wrong is named with its path and the field's")
    func brokenPeople() throws {
        let paths = try folder()
        let path = "\(paths.people)/x.json"
        try KeyFile.write(Array(#"{"version":1,"id":"x"}"#.utf8), to: path, isPrivate: false)
        let error = #expect(throws: SetupError.self) {
            try StateReading(paths: paths).people()
        }
        #expect(error?.description == "\(path): $.about: is missing")
    }

    @Test("the last line of a journal that a kill cut off is dropped, the others are kept")
    func cutJournal() throws {
        let paths = try folder()
        var entry = JournalEntry(time: World.now, route: "check", requestID: "r", status: 200)
        entry.number = 1
        let line = entry.json.canonical
        try KeyFile.write(
            line + [0x0A] + line.prefix(20), to: paths.journal, isPrivate: true)
        #expect(try StateReading(paths: paths).journal() == [entry])
    }
}

extension Result where Success == CertificateStanding, Failure == Refusal {
    fileprivate func isFailure(_ kind: ProblemKind) -> Bool {
        if case .failure(let refusal) = self { refusal.kind == kind } else { false }
    }
}

@Suite("The administration port")
struct AdministrationTests {
    private let token = "token-of-the-test"

    private func respond(
        _ request: HTTPRequest, host: String? = "127.0.0.1:8711", token: String? = nil,
        world: World
    ) async -> HTTPResponse {
        var request = request
        if let host { request.headers.append("Host", host) }
        request.headers.append("Authorization", "Bearer \(token ?? self.token)")
        let service = AdministrationService(
            house: world.house, trust: TrustFolder(path: "/nonexistent"), token: self.token,
            port: BoundPort(8711), now: { World.now })
        return await service.respond(to: request)
    }

    @Test("without the token, or under another name, nothing is answered")
    func access() async throws {
        let world = try await World()
        let request = HTTPRequest(method: "GET", target: "/admin/health")
        #expect(await respond(request, world: world).status == 200)
        #expect(await respond(request, host: "localhost:8711", world: world).status == 200)
        #expect(await respond(request, token: "x", world: world).status == 401)
        for host in ["127.0.0.1", "example.org:8711", "127.0.0.1:8712", nil] {
            #expect(await respond(request, host: host, world: world).status == 403)
        }
    }

    @Test("the business date is set, and follows the calendar again")
    func businessDate() async throws {
        let world = try await World()
        func put(_ body: JSONValue) async -> HTTPResponse {
            await respond(.json("PUT", "/admin/business-date", body), world: world)
        }
        #expect(try await put(["date": "2021-10-11"]).json()["date"] == "2021-10-11")
        #expect(try await put(["date": nil]).json()["isSet"] == false)
        #expect(await put(["date": "2021-13-11"]).status == 400)
        #expect(await put(["day": "2021-10-11"]).status == 400)
    }

    @Test("a card made by somebody else is bound, and the answer says whether it is trusted")
    func cards() async throws {
        let world = try await World()
        let card = try Card(authority: try World.foreignAuthority())
        func post(_ pem: String, _ person: String) async -> HTTPResponse {
            await respond(
                .json(
                    "POST", "/admin/cards",
                    ["certificate": .string(pem), "person": .string(person)]), world: world)
        }
        let pem = String(decoding: card.certificate.pem, as: UTF8.self)
        let bound = await post(pem, "taro")
        #expect(bound.status == 201)
        #expect(try bound.json()["certificateStatus"] == "certificate-unknown-authority")
        #expect(await post(pem, "nobody").status == 404)
        #expect(await post("x", "taro").status == 422)
        let people = await respond(
            HTTPRequest(method: "GET", target: "/admin/people"), world: world)
        let text = String(decoding: people.body, as: UTF8.self)
        #expect(text.contains(card.certificate.digest.hex))
    }

    @Test("faults are ordered and shown, and the journal is read piece by piece")
    func faultsAndJournal() async throws {
        let world = try await World()
        func order(_ body: JSONValue) async -> HTTPResponse {
            await respond(.json("POST", "/admin/faults", body), world: world)
        }
        let fault: JSONValue = ["kind": "slow", "count": 2, "milliseconds": 5]
        #expect(try await order(["faults": [fault]]).json()["faults"]?.arrayValue?.count == 1)
        #expect(await order(["faults": [["kind": "fire"]]]).status == 400)
        #expect(await order(["faults": [["kind": "slow", "count": 0]]]).status == 400)
        for _ in 0..<3 { _ = try await world.checkedIn() }
        func journal(_ query: String) async -> HTTPResponse {
            await respond(
                HTTPRequest(method: "GET", target: "/admin/journal\(query)"), world: world)
        }
        let page = try await journal("?after=1&limit=1").json()
        #expect(page["last"] == 3)
        #expect(page["entries"]?.arrayValue?.first?["number"] == 2)
        for query in ["?after=-1", "?limit=0", "?limit=1001", "?x=1", "?after=x"] {
            #expect(await journal(query).status == 400)
        }
    }

    @Test("unknown addresses and methods are told apart")
    func addresses() async throws {
        let world = try await World()
        let missing = HTTPRequest(method: "GET", target: "/admin/x")
        #expect(await respond(missing, world: world).status == 404)
        let method = await respond(
            HTTPRequest(method: "DELETE", target: "/admin/faults"), world: world)
        #expect(method.status == 405 && method.headers["Allow"] == "GET, POST")
        let plain = HTTPRequest(method: "POST", target: "/admin/faults", body: [0x7B, 0x7D])
        #expect(await respond(plain, world: world).status == 415)
    }
}
