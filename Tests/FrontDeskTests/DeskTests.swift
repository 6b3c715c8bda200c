import AccessHistory
import CheckIns
import Cryptography
import Disclosures
import HTTP
import JSON
import Network
import Records
import Secrets
import Synchronization
import Terminal
import TestWorlds
import Testing

@testable import FrontDesk

@Suite("The desk's listener")
struct DeskTests {
    static let origin = "http://desk.localhost:8701"

    /// A staff file that a test can change.
    private final class StaffFile: Sendable {
        private let register: Mutex<Result<StaffRegister, StaffFileError>>

        init() throws {
            let hash = try passwordHash("correct horse")
            register = Mutex(
                .success(
                    StaffRegister(
                        StaffRole.allCases.map {
                            StaffEntry(
                                StaffMember(id: $0.rawValue, role: $0), password: hash)
                        })))
        }

        func read() -> Result<StaffRegister, StaffFileError> { register.withLock { $0 } }

        func set(_ result: Result<StaffRegister, StaffFileError>) {
            register.withLock { $0 = result }
        }
    }

    /// What a desk heard.
    private final class Heard: Sendable {
        private let heard = Mutex("")

        func hear(_ piece: String) { heard.withLock { $0 += piece } }

        var text: String { heard.withLock { $0 } }
    }

    /// A desk before a whole terminal.
    private struct Place {
        let desk: WholeDesk
        let staff: StaffFile
        let api: DeskAPI

        init(hasStaffDesk: Bool = false) async throws {
            let (desk, staff) = (try await WholeDesk.sample(), try StaffFile())
            (self.desk, self.staff) = (desk, staff)
            var parts = DeskAPI.Parts(
                institutionCode: "1310000000", institutionName: "窓口クリニック",
                isSimulation: true, name: "desk.localhost", port: 8701, clock: desk.clock)
            if hasStaffDesk {
                let files = StaffDesk.Files(
                    read: { staff.read() },
                    write: {
                        staff.set(.success($0))
                        return true
                    }, readNoted: { nil }, writeNoted: { _ in true })
                parts.staff = StaffDesk(files, scribe: desk.local.scribe)
            }
            api = DeskAPI(
                parts, of: desk.local, signIn: DeskSignIn(clock: desk.clock) { staff.read() })
        }

        func ask(
            _ method: String, _ path: String, token: String? = nil,
            _ more: [(String, String)] = []
        ) async -> HTTPResponse {
            let body: JSONValue? = method == "POST" ? [:] : nil
            let ask = request(method, path, token: token, body: body, more: more)
            return await api.respond(to: ask, from: ServerPeer())
        }

        func signIn(_ id: String, _ password: String = "correct horse") async -> HTTPResponse {
            let head = request("POST", "/v1/sign-in", more: [("Madoguchi-Staff", id)])
            return await api.respond(to: head, secret: page(password), from: ServerPeer())
        }

        func token(_ id: String) async throws -> String {
            let answer = await signIn(id)
            return try #require(try answer.json()["token"]?.stringValue)
        }
    }

    @Test("a name and its password let in; nobody is told which of them is wrong")
    func signIn() async throws {
        let place = try await Place()
        #expect(place.api.takesSecret(request("POST", "/v1/sign-in")))
        let terminal = try await place.ask("GET", "/v1/terminal").json()
        #expect(terminal["simulation"] == true && terminal["institution"] == "窓口クリニック")
        let answer = await place.signIn("clinician")
        #expect(answer.status == 200 && answer.headers["Set-Cookie"] == nil)
        #expect(try answer.json()["role"] == "clinician")
        let wrong = await place.signIn("clinician", "wrong horse")
        let unknown = await place.signIn("nobody", "wrong horse")
        #expect(wrong.status == 403 && wrong.body == unknown.body)
        for id in ["", "%00", String(repeating: "a", count: 65)] {
            #expect(await place.signIn(id).status == 403)
        }
        place.staff.set(.failure(StaffFileError(reason: "gone")))
        #expect(await place.signIn("clinician").status == 503)
        try await place.desk.close()
    }

    @Test("five wrong passwords lock the name, for longer each time; a right one begins anew")
    func lockout() async throws {
        let place = try await Place()
        for _ in 0..<4 { #expect(await place.signIn("clinician", "guess").status == 403) }
        #expect(await place.signIn("clinician", "guess").status == 429)
        // Even the right one, and nobody else's.
        #expect(await place.signIn("clinician").status == 429)
        #expect(await place.signIn("reception").status == 200)
        place.desk.clock.advance(seconds: 31)
        #expect(await place.signIn("clinician", "guess").status == 429)
        place.desk.clock.advance(seconds: 31)
        #expect(await place.signIn("clinician").status == 429)
        place.desk.clock.advance(seconds: 31)
        #expect(await place.signIn("clinician").status == 200)
        #expect(await place.signIn("clinician", "guess").status == 403)
        try await place.desk.close()
    }

    @Test("a second factor: a code is needed, is good once, and none of before the start is good")
    func secondFactor() async throws {
        let place = try await Place()
        let secret = TOTPSecret()
        var entry = try #require(try place.staff.read().get().entry(of: "clinician"))
        entry.secondFactor = secret
        place.staff.set(.success(try place.staff.read().get().putting(entry)))
        func signIn(_ code: String?, _ password: String = "correct horse") async -> Int {
            let head = request(
                "POST", "/v1/sign-in",
                more: [("Madoguchi-Staff", "clinician")]
                    + (code.map { [("Madoguchi-Code", $0)] } ?? []))
            return await place.api.respond(to: head, secret: page(password), from: ServerPeer())
                .status
        }
        func code(_ steps: Int64) -> String {
            secret.code(
                step: TOTPSecret.step(seconds: place.desk.clock.now().seconds) + steps)
        }
        #expect(await signIn(nil) == 401)
        #expect(await signIn(nil, "wrong horse") == 403)
        // What the step of the start was used for nobody knows any more.
        #expect(await signIn(code(0)) == 403)
        #expect(await signIn(code(1)) == 200)
        #expect(await signIn(code(1)) == 403)
        place.desk.clock.advance(seconds: 60)
        #expect(await signIn(code(-1)) == 403)
        #expect(await signIn(code(0), "wrong horse") == 403)
        #expect(await signIn(code(0)) == 200)
        try await place.desk.close()
    }

    @Test("staff are changed by administrators alone; each change is in the history before it is")
    func staffChanges() async throws {
        let place = try await Place(hasStaffDesk: true)
        let chief = try await place.token("administrator")
        let other = try await place.token("reception")
        // The first sign-in noted whom the file held.
        func acts() async throws -> [String] {
            try await place.desk.store.events(matching: HistoryQuery()).map(\.event)
                .filter { $0.kind == .administratorAct }.map {
                    "\($0.reason ?? "") \($0.note ?? "")"
                }
        }
        #expect(try await acts().count == 3)
        func set(_ id: String, _ query: String, as token: String, _ password: String) async -> Int {
            let head = request(
                "POST", "/v1/staff?\(query)", token: token, more: [("Madoguchi-Staff", id)])
            #expect(place.api.takesSecret(head))
            return await place.api.respond(to: head, secret: page(password), from: ServerPeer())
                .status
        }
        #expect(await set("new", "role=clinician", as: other, "long enough") == 403)
        #expect(await set("new", "role=clinician", as: "guess", "long enough") == 401)
        #expect(await set("new", "role=chief", as: chief, "long enough") == 400)
        #expect(await set("new", "role=clinician", as: chief, "short") == 400)
        #expect(await set("new", "", as: chief, "long enough") == 404)
        #expect(try await acts().count == 3)
        #expect(await set("new", "role=clinician&visual-check=1", as: chief, "long enough") == 200)
        #expect(try await acts().last == "staffAdded new clinician visualCheck")
        #expect(await place.signIn("new", "long enough").status == 200)
        // A forgotten password: role and rights stay.
        #expect(await set("new", "", as: chief, "another one") == 200)
        #expect(try await acts().last == "staffChanged new clinician visualCheck")
        #expect(await place.signIn("new", "long enough").status == 403)
        #expect(await place.signIn("new", "another one").status == 200)
        let named = [("Madoguchi-Staff", "new")]
        for path in ["/v1/staff/remove", "/v1/staff/second-factor", "/v1/lockouts/end"] {
            #expect(await place.ask("POST", path, token: other, named).status == 403)
        }
        let own = [("Madoguchi-Staff", "administrator")]
        #expect(await place.ask("POST", "/v1/staff/remove", token: chief, own).status == 404)
        #expect(await place.ask("POST", "/v1/staff/remove", token: chief, named).status == 200)
        #expect(try await acts().last == "staffRemoved new clinician visualCheck")
        // Somebody else wrote the file: the next sign-in finds it out.
        place.staff.set(.success(try place.staff.read().get().removing("clinician")))
        #expect(await place.signIn("reception").status == 200)
        #expect(try await acts().last == "staffRemoved clinician")
        // Where nothing can be written nobody signs in, and nothing is changed.
        try await place.desk.store.close()
        #expect(await set("late", "role=reception", as: chief, "long enough") == 503)
        #expect(try place.staff.read().get().entry(of: "late") == nil)
        try? await place.desk.close()
    }

    @Test("who asks nothing for a while, signs out, is removed or has another password is out")
    func ends() async throws {
        let place = try await Place()
        let idle = try await place.token("reception")
        #expect(await place.ask("GET", "/v1/check-ins", token: idle).status == 200)
        place.desk.clock.advance(seconds: 899)
        #expect(await place.ask("GET", "/v1/check-ins", token: idle).status == 200)
        place.desk.clock.advance(seconds: 901)
        #expect(await place.ask("GET", "/v1/check-ins", token: idle).status == 401)

        let left = try await place.token("reception")
        #expect(await place.ask("POST", "/v1/sign-out", token: left).status == 200)
        #expect(await place.ask("GET", "/v1/check-ins", token: left).status == 401)

        let removed = try await place.token("reception")
        let other = try await place.token("clinician")
        let register = try place.staff.read().get()
        place.staff.set(.success(register.removing("reception")))
        #expect(await place.ask("GET", "/v1/check-ins", token: removed).status == 401)
        #expect(await place.ask("GET", "/v1/check-ins", token: other).status == 200)
        let fresh = try passwordHash("another one")
        let member = StaffMember(id: "clinician", role: .clinician)
        place.staff.set(.success(register.putting(StaffEntry(member, password: fresh))))
        #expect(await place.ask("GET", "/v1/check-ins", token: other).status == 401)
        try await place.desk.close()
    }

    @Test("each role may do its own; no PIN and nothing of the portal is to be found")
    func rights() async throws {
        let place = try await Place()
        let desk = place.desk
        desk.put()
        #expect(await desk.checkIn().status == 200)
        let id = try #require(await desk.book.all().first?.id)
        var tokens: [String: String] = [:]
        for role in StaffRole.allCases {
            tokens[role.rawValue] = try await place.token(role.rawValue)
        }
        let expected: [(String, String, [String: Int])] = [
            ("GET", "/v1/check-ins", ["reception": 200, "clinician": 200, "administrator": 403]),
            (
                "GET", "/v1/check-ins/\(id)?form=sheet",
                ["reception": 200, "clinician": 200, "administrator": 403]
            ),
            (
                "GET", "/v1/check-ins/\(id)/drugs?form=sheet",
                ["reception": 403, "clinician": 200, "administrator": 403]
            ),
            (
                "GET", "/v1/check-ins/\(id)/checkups?form=sheet",
                ["reception": 403, "clinician": 200, "administrator": 403]
            ),
            (
                "GET", "/v1/history/entries",
                ["reception": 403, "clinician": 403, "administrator": 200]
            ),
            (
                "POST", "/v1/session/confirm",
                ["reception": 403, "clinician": 403, "administrator": 403]
            ),
        ]
        for (method, path, statuses) in expected {
            for (role, status) in statuses {
                let answer = await place.ask(method, path, token: tokens[role])
                #expect(answer.status == status, "\(role): \(method) \(path)")
            }
        }
        for path in [
            "/v1/session/claim", "/v1/session/choice", "/v1/session/pin", "/v1/session/face",
            "/v1/portal/drugs", "/v1/pair", "/v1/readers/last-try", "/v1/nothing",
        ] {
            #expect(!place.api.takesSecret(request("POST", path)))
            let answer = await place.ask("POST", path, token: tokens["clinician"])
            #expect(answer.status == 404, "\(path)")
        }
        try await desk.close()
    }

    @Test("without a card: the qualification alone, an intent before and a disclosure after it")
    func insurance() async throws {
        let place = try await Place()
        let reception = try await place.token("reception")
        let chief = try await place.token("administrator")
        func entries() async throws -> [HistoryEvent] {
            try await place.desk.store.events(matching: HistoryQuery()).map(\.event)
        }
        let details: JSONValue = [
            "insurerNumber": "06139992", "symbol": "まど-12", "number": "345678", "branch": "01",
            "birthDate": "1974-07-14",
        ]
        func ask(_ path: String, _ body: JSONValue, as token: String) async -> HTTPResponse {
            await place.api.respond(
                to: request("POST", path, token: token, body: body), from: ServerPeer())
        }
        let before = try await entries().count
        #expect(await ask("/v1/insurance/check", ["details": details], as: chief).status == 403)
        #expect(await ask("/v1/offline", ["details": details], as: chief).status == 403)
        for body: JSONValue in [
            [:], ["details": [:]], ["details": details, "mode": "disaster"],
        ] {
            #expect(await ask("/v1/insurance/check", body, as: reception).status == 400)
        }
        #expect(try await entries().count == before)
        let found = await ask("/v1/insurance/check", ["details": details], as: reception)
        #expect(found.status == 200)
        // Nobody of this clinic's: that is an answer too.
        #expect(try found.json()["qualification"]?["validity"] == "4")
        let told = try await entries().dropFirst(before)
        #expect(told.map(\.kind) == [.intent, .disclosure])
        // Nothing is asked for who is noted; checked later, they wait no longer.
        let noted = await ask("/v1/offline", ["details": details], as: reception)
        let id = try #require(
            try noted.json()["offline"]?.arrayValue?.first?["id"]?.stringValue)
        #expect(try await entries().count == before + 2)
        let checked = await ask("/v1/offline/\(id)/check", [:], as: reception)
        #expect(checked.status == 200)
        #expect(try checked.json()["offline"] == .array([]))
        #expect(await ask("/v1/offline/\(id)/check", [:], as: reception).status == 404)
        try await place.desk.close()
    }

    @Test("tokens of elsewhere are worth nothing here")
    func foreignTokens() async throws {
        let place = try await Place()
        let pairing = KioskPairing()
        let text = String(decoding: pairing.page(address: "x"), as: UTF8.self)
        let secret = try #require(text.split(separator: "#").last).prefix { $0 != "\"" }
        let kiosk = try #require(pairing.pair(String(secret)))
        // The kiosk's, the command line's, a guess, none.
        for token in [kiosk, "reception", "guess", nil] {
            for path in ["/v1/check-ins", "/v1/status", "/v1/history/entries"] {
                #expect(await place.ask("GET", path, token: token).status == 401)
            }
            let ask = request("GET", "/v1/events", token: token)
            guard case .whole(let refusal) = await place.api.stream(to: ask, from: ServerPeer())
            else {
                Issue.record("a stream for nobody")
                continue
            }
            #expect(refusal.status == 401)
        }
        // And the desk's is no staff token on the socket, nor the kiosk's.
        let token = try await place.token("clinician")
        #expect(await place.desk.ask("GET", "/v1/check-ins", as: token).status == 401)
        #expect(!pairing.isPaired(token))
        try await place.desk.close()
    }

    @Test(
        "a request is let in from the page's own origin alone",
        arguments: [
            ("Host", "localhost:8701", 421), ("Host", "127.0.0.1:8701", 421),
            ("Host", "[::1]:8701", 421), ("Host", "kiosk.localhost:8701", 421),
            ("Host", "rebound.example:8701", 421), ("Origin", "null", 403),
            ("Origin", "http://kiosk.localhost:8700", 403), ("Sec-Fetch-Site", "same-site", 403),
            ("Sec-Fetch-Site", "cross-site", 403), ("Sec-Fetch-Site", "same-origin", 200),
        ])
    func gate(field: String, value: String, status: Int) async throws {
        let place = try await Place()
        let token = try await place.token("reception")
        let answer = await place.ask("GET", "/v1/check-ins", token: token, [(field, value)])
        #expect(answer.status == status)
        let head = request(
            "POST", "/v1/sign-in", more: [("Madoguchi-Staff", "reception"), (field, value)])
        let signedIn = await place.api.respond(
            to: head, secret: page("correct horse"), from: ServerPeer())
        #expect(signedIn.status == status)
        try await place.desk.close()
    }

    @Test("the files tell their policy, and the first page is small")
    func files() async throws {
        let place = try await Place()
        var octets = 0
        for path in PageFiles(of: .desk).paths {
            let answer = await place.ask("GET", path)
            #expect(answer.status == 200 && answer.body.count > 100)
            #expect(answer.headers["Cache-Control"] == "no-store")
            let policy = try #require(answer.headers["Content-Security-Policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            // What administrators alone need is fetched when one is signed in.
            if path != "/admin.js" { octets += answer.body.count }
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("from \"/admin.js\""))
        }
        #expect(octets < 100_000)
        try await place.desk.close()
    }

    @Test("a desk hears of check-ins, not of whose; signed out, its stream ends")
    func feed() async throws {
        let place = try await Place()
        let desk = place.desk
        let token = try await place.token("reception")
        let answer = await place.api.stream(
            to: request("GET", "/v1/events", token: token), from: ServerPeer())
        guard case .pieces(_, let pieces) = answer else {
            Issue.record("no stream")
            return
        }
        let heard = Heard()
        let listening = Task {
            for await piece in pieces { heard.hear(String(decoding: piece, as: UTF8.self)) }
        }
        desk.put()
        #expect(await desk.checkIn().status == 200)
        let id = try #require(await desk.book.all().first?.id)
        #expect(try await desk.until { heard.text.contains(id) })
        for word in ["みどり", "ミドリ", "insurer", "qualification", "birth"] {
            #expect(!heard.text.contains(word))
        }
        #expect(await place.ask("POST", "/v1/sign-out", token: token).status == 200)
        // It is noticed at the next change or beat; the stream ends by itself.
        desk.pull()
        await listening.value
        try await desk.close()
    }
}

private func page(_ text: String) -> SecretPage {
    var page = SecretPage(capacity: 64)
    for octet in text.utf8 { page.append(octet) }
    return page
}

private func passwordHash(_ text: String) throws -> PasswordHash {
    let made = PasswordHash(page(text))
    return try #require(made)
}

private func request(
    _ method: String, _ path: String, token: String? = nil, body: JSONValue? = nil,
    more: [(String, String)] = []
) -> HTTPRequest {
    var headers = HTTPHeaders([("Host", "desk.localhost:8701"), ("Origin", DeskTests.origin)])
    if let token { headers.append("Authorization", "Bearer " + token) }
    if body != nil { headers.append("Content-Type", "application/json") }
    for (name, value) in more { headers[name] = value }
    return HTTPRequest(
        method: method, target: path, headers: headers, body: body?.canonical ?? [])
}
