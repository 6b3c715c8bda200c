import CheckIns
import FrontDesk
import HTTP
import JSON
import Network
import Octets
import Secrets
import Synchronization
import Terminal
import TestFolders
import TestWorlds
import Testing

@testable import FrontDesk

@Suite("The kiosk's listener")
struct KioskTests {
    static let origin = "http://kiosk.localhost:8700"

    private func kiosk(_ desk: WholeDesk, _ pairing: KioskPairing = KioskPairing()) -> KioskAPI {
        KioskAPI(
            KioskAPI.Parts(
                institutionName: "窓口クリニック", isSimulation: true, reader: WholeDesk.reader,
                name: "kiosk.localhost", port: 8700, clock: desk.clock),
            of: desk.local, pairing: pairing)
    }

    private func secret(of pairing: KioskPairing) throws -> String {
        let page = String(decoding: pairing.page(address: Self.origin), as: UTF8.self)
        let after = try #require(page.split(separator: "#").last)
        return String(after.prefix { $0 != "\"" })
    }

    private func request(
        _ method: String, _ path: String, token: String? = nil, body: JSONValue? = nil,
        _ more: [(String, String)] = []
    ) -> HTTPRequest {
        var headers = HTTPHeaders([("Host", "kiosk.localhost:8700"), ("Origin", Self.origin)])
        if let token { headers.append("Authorization", "Bearer " + token) }
        if body != nil { headers.append("Content-Type", "application/json") }
        for (name, value) in more { headers[name] = value }
        return HTTPRequest(
            method: method, target: path, headers: headers, body: body?.canonical ?? [])
    }

    private func pair(_ api: KioskAPI, _ secret: String) async throws -> String? {
        let answer = await api.respond(
            to: request("POST", "/v1/pair", body: ["secret": .string(secret)]), from: ServerPeer())
        guard answer.status == 200 else { return nil }
        return try answer.json().objectValue?["token"]?.stringValue
    }

    @Test(
        "a request is let in from the page's own origin alone",
        arguments: [
            ("Host", "localhost:8700", 421), ("Host", "127.0.0.1:8700", 421),
            ("Host", "[::1]:8700", 421), ("Host", "kiosk.localhost", 421),
            ("Host", "kiosk.localhost:8701", 421), ("Host", "rebound.example:8700", 421),
            ("Origin", "http://desk.localhost:8700", 403), ("Origin", "null", 403),
            ("Origin", "http://kiosk.localhost:8701", 403), ("Sec-Fetch-Site", "same-site", 403),
            ("Sec-Fetch-Site", "cross-site", 403), ("Sec-Fetch-Site", "none", 403),
            ("Sec-Fetch-Site", "same-origin", 200),
        ])
    func gate(field: String, value: String, status: Int) async throws {
        let desk = try await WholeDesk.sample()
        let pairing = KioskPairing()
        let ask = request(
            "POST", "/v1/pair", body: ["secret": .string(try secret(of: pairing))], [(field, value)]
        )
        let answer = await kiosk(desk, pairing).respond(to: ask, from: ServerPeer())
        #expect(answer.status == status)
        try await desk.close()
    }

    @Test("who pairs last is the kiosk; a page file that is there keeps its secret")
    func pairing() async throws {
        let desk = try await WholeDesk.sample()
        let pairing = KioskPairing()
        let api = kiosk(desk, pairing)
        #expect(try await pair(api, "guess") == nil)
        let first = try #require(try await pair(api, try secret(of: pairing)))
        #expect(pairing.isPaired(first))
        let second = try #require(try await pair(api, try secret(of: pairing)))
        #expect(!pairing.isPaired(first) && pairing.isPaired(second))

        let page = pairing.page(address: Self.origin)
        #expect(try secret(of: KioskPairing(keeping: page)) == secret(of: pairing))
        let half = Array(page.prefix(page.count / 2))
        for damaged in [[], half, Array("#short\"".utf8), [0xFF, 0x23]] {
            let fresh = try secret(of: KioskPairing(keeping: damaged))
            #expect(try fresh != secret(of: pairing) && fresh.utf8.count == 43)
        }
        try await desk.close()
    }

    @Test("nothing but the patient's own steps is to be found, with whatever token")
    func patientsOwn() async throws {
        let desk = try await WholeDesk.sample()
        let pairing = KioskPairing()
        let api = kiosk(desk, pairing)
        let token = try #require(try await pair(api, try secret(of: pairing)))
        let foreign = [
            ("GET", "/v1/status"), ("GET", "/v1/session"), ("GET", "/v1/check-ins"),
            ("GET", "/v1/check-ins/1/drugs"), ("POST", "/v1/check-ins/1/withdraw"),
            ("GET", "/v1/history/list"), ("POST", "/v1/readers/end-pause"),
            ("POST", "/v1/session/claim"), ("POST", "/v1/session/confirm"), ("GET", "/v1/nothing"),
        ]
        for (method, path) in foreign {
            let answer = await api.respond(
                to: request(method, path, token: token, body: [:]), from: ServerPeer())
            #expect(answer.status == 404, "\(method) \(path)")
        }
        for token in [nil, "guess", "reception-token"] {
            for path in ["/v1/session/seen", "/v1/session/choice", "/v1/readers/last-try"] {
                let answer = await api.respond(
                    to: request("POST", path, token: token, body: [:]), from: ServerPeer())
                #expect(answer.status == 401)
            }
            let events = await api.stream(
                to: request("GET", "/v1/events", token: token), from: ServerPeer())
            guard case .whole(let refusal) = events else {
                Issue.record("a stream for nobody")
                continue
            }
            #expect(refusal.status == 401)
            let head = request("POST", "/v1/session/pin", token: token)
            #expect(api.takesSecret(head))
            let pin = await api.respond(
                to: head, secret: SecretPage(capacity: 4), from: ServerPeer())
            #expect(pin.status == 401)
        }
        try await desk.close()
    }

    @Test("the files tell their policy, and hold nothing that is not theirs")
    func files() async throws {
        let desk = try await WholeDesk.sample()
        let api = kiosk(desk)
        let paths = PageFiles(of: .kiosk).paths
        #expect(paths.contains("/") && paths.contains("/kiosk.js"))
        var octets = 0
        for path in paths {
            let answer = await api.respond(to: request("GET", path), from: ServerPeer())
            #expect(answer.status == 200 && !answer.body.isEmpty)
            #expect(answer.headers["Cache-Control"] == "no-store")
            let policy = try #require(answer.headers["Content-Security-Policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            octets += answer.body.count
            let posted = await api.respond(to: request("POST", path), from: ServerPeer())
            #expect(posted.status == 405)
        }
        #expect(octets < 100_000)
        try await desk.close()
    }

    @Test("a kiosk hears each step of a session, nothing of the patient; gone, it leaves nothing")
    func feed() async throws {
        let desk = try await WholeDesk.sample()
        let pairing = KioskPairing()
        let api = kiosk(desk, pairing)
        let token = try #require(try await pair(api, try secret(of: pairing)))
        let answer = await api.stream(
            to: request("GET", "/v1/events", token: token), from: ServerPeer())
        guard case .pieces(let head, let pieces) = answer else {
            Issue.record("no stream")
            return
        }
        #expect(head.headers["Content-Type"] == "text/event-stream")
        let told = Told()
        let listening = Task {
            for await piece in pieces { told.hear(String(decoding: piece, as: UTF8.self)) }
        }
        #expect(try await desk.until { told.states.last == "empty" })
        desk.put()
        #expect(try await desk.until { told.states.contains("choosing") })
        #expect(await desk.checkIn().status == 200)
        #expect(try await desk.until { told.states.last == "accepted" })
        #expect(told.text.contains("窓口クリニック") && told.text.contains("\"triesLeft\":3"))
        for word in ["みどり", "ミドリ", "insurer", "qualification", "birth"] {
            #expect(!told.text.contains(word))
        }
        let runner = try #require(await desk.roster.reader(named: nil)?.runner)
        listening.cancel()
        await listening.value
        #expect(try await desk.until { await runner.watcherCount == 0 })
        #expect(try await desk.until { await desk.roster.watcherCount == 0 })
        try await desk.close()
    }

    /// What a kiosk heard.
    private final class Told: Sendable {
        private let heard = Mutex("")

        func hear(_ piece: String) { heard.withLock { $0 += piece } }

        var text: String { heard.withLock { $0 } }

        var states: [String] {
            text.split(separator: "\"state\":\"").dropFirst().map {
                String($0.prefix { $0 != "\"" })
            }
        }
    }
}
