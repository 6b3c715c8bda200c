import ClearinghouseSimulator
import HTTP
import JSON
import Octets
import Records
import Testing

@Suite("Bad input: a documented problem each, and nothing leaked")
struct BadInputTests {
    /// Sends raw octets as a JSON body to a route.
    private func send(
        _ served: Served, _ octets: [UInt8], _ target: String = "/v1/checks/details",
        media: String? = "application/json"
    ) async -> Answered {
        var request = HTTPRequest(method: "POST", target: target, body: octets)
        if let media { request.headers.append("Content-Type", media) }
        return await served.send(request)
    }

    static let bodies: [[UInt8]] = [
        [], Array("null".utf8), Array("[]".utf8), Array("{".utf8), Array("{}x".utf8),
        Array(#"{"details":1,"details":2}"#.utf8), [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D],
        Array(#"{"a":"\ud800"}"#.utf8), [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
        Array(String(repeating: "[", count: 10_000).utf8),
        Array(String(repeating: #"{"a":"#, count: 100).utf8),
        Array(#"{"details":1e999,"intent":null}"#.utf8),
        Array(("\"" + String(repeating: "a", count: 1 << 20) + "\"").utf8),
        Array(#"{"details":{},"intent":{}}"#.utf8),
    ]

    @Test("bodies that are no body", arguments: bodies)
    func malformed(body: [UInt8]) async throws {
        let served = try await Served()
        defer { served.close() }
        for route in Route.allCases where route.method == "POST" {
            guard route.operation.speakers.contains(.institution) else { continue }
            let answer = await send(served, body, route.path)
            #expect(answer.problem == "malformed-body", "\(route)")
        }
    }

    @Test("each field of a body: absent, null, of another type, too long, unknown")
    func fields() async throws {
        let served = try await Served()
        defer { served.close() }
        let right: JSONValue = ["details": Served.details("101"), "intent": Served.intent]
        #expect(await served.ask("POST", "/v1/checks/details", right).status == 200)
        let wrong: [JSONValue] = [
            nil, true, -1, .decimal("1.5"), [], [:], .string(String(repeating: "9", count: 5000)),
            "\u{0}", "\u{7F}",
        ]
        for outer in ["details", "intent"] {
            for value in wrong { await refuse(served, right, [outer], value) }
            for key in right[outer]?.objectValue?.keys.sorted() ?? [] {
                for value in wrong where !(key == "index" && value == .integer(-1)) {
                    await refuse(served, right, [outer, key], value)
                }
            }
            await refuse(served, right, [outer, "unknown"], 1)
        }
        await refuse(served, right, ["unknown"], 1)
        for index: JSONValue in [-1, .integer(1 << 53 - 1), "7"] {
            await refuse(served, right, ["intent", "index"], index)
        }
    }

    private func refuse(
        _ served: Served, _ right: JSONValue, _ path: [String], _ value: JSONValue
    ) async {
        var fields = right.objectValue ?? [:]
        if path.count == 1 {
            fields[path[0]] = value
        } else {
            var inner = fields[path[0]]?.objectValue ?? [:]
            inner[path[1]] = value
            fields[path[0]] = .object(inner)
        }
        let answer = await served.ask("POST", "/v1/checks/details", .object(fields))
        #expect(answer.problem == "malformed-body", "\(path) \(value)")
    }

    @Test("content types that are not JSON")
    func mediaTypes() async throws {
        let served = try await Served()
        defer { served.close() }
        for media in [nil, "", "text/plain", "application/xml", "application/jsonx"] {
            #expect(
                await send(served, Array("{}".utf8), media: media).problem
                    == "unsupported-media-type")
        }
        #expect(
            await send(
                served, Array("{}".utf8), "/v1/challenges",
                media: "Application/JSON; charset=utf-8"
            ).status == 201)
    }

    @Test("nonces again, statements of another card, signatures of another, times far away")
    func statements() async throws {
        let served = try await Served()
        defer { served.close() }
        func problem(_ body: JSONValue, _ path: String = "/v1/checks/card") async -> String? {
            await served.ask("POST", path, body).problem
        }
        let nonce = await served.nonce()
        #expect(await problem(try served.signed(nonce: nonce)) == nil)
        #expect(await problem(try served.signed(items: [], nonce: nonce)) == "nonce-used")
        let theirs = await served.nonce(.portal)
        #expect(await problem(try served.signed(nonce: theirs)) == "nonce-unknown")
        let other = await served.nonce()
        var mixed = try served.signed("hanako", nonce: other).objectValue ?? [:]
        mixed["certificate"] = try served.signed("taro", nonce: other)["certificate"]
        #expect(await problem(.object(mixed)) == "statement-wrong-certificate")
        mixed = try served.signed("hanako", nonce: other).objectValue ?? [:]
        mixed["signature"] = try served.signed("taro", nonce: other)["signature"]
        #expect(await problem(.object(mixed)) == "statement-bad-signature")
        mixed["certificate"] = "AAAA"
        #expect(await problem(.object(mixed)) == "certificate-malformed")
        let changes: [(String, JSONValue, String)] = [
            ("audience", .string(String(repeating: "0", count: 64)), "statement-wrong-audience"),
            ("institution", "1310000001", "statement-wrong-institution"),
            ("terminal", "desk-2", "statement-wrong-institution"),
            ("purpose", "self", "statement-wrong-purpose"),
            ("way", ["kind": "visualCheck", "staff": "n-1"], "statement-wrong-way"),
            ("algorithm", "rsa-pkcs1-sha256", "statement-wrong-algorithm"),
            (
                "time", .string(Served.now.adding(seconds: -3600).rfc3339),
                "statement-wrong-time"
            ),
            (
                "items",
                [
                    [
                        "item": "drugs",
                        "until": .string(Served.now.adding(seconds: 90_000).rfc3339),
                    ]
                ], "statement-wrong-consent"
            ), ("more", 1, "statement-malformed"),
        ]
        for (key, value, expected) in changes {
            let nonce = await served.nonce()
            let body = try served.signed(nonce: nonce) { $0[key] = value }
            #expect(await problem(body) == expected, "\(key)")
        }
        let late = await served.nonce()
        served.clock.now = Served.now.adding(seconds: 301)
        #expect(await problem(try served.signed(nonce: late)) == "nonce-ended")
    }

    @Test("grants of another institution, sessions of another patient's, tokens of another kind")
    func access() async throws {
        let served = try await Served()
        defer { served.close() }
        let grant = try await served.grant()
        func problem(_ fields: [(String, String)], as who: Served.Who = .clinic) async -> String? {
            await served.ask("GET", "/v1/records/drugs", as: who, fields).problem
        }
        #expect(await problem(served.under(grant)) == nil)
        #expect(await problem(served.under(grant), as: .pharmacy) == "grant-unknown")
        #expect(await problem(served.under(String(grant.reversed()))) == "grant-unknown")
        #expect(await problem([]) == "grant-missing")
        #expect(await problem([("Madoguchi-Grant", grant)]) == "intent-missing")
        #expect(
            await problem(served.under(grant) + [("Madoguchi-Grant", grant)]) == "grant-missing")
        for token in ["", "x", grant, String(repeating: "x", count: 300)] {
            let answer = await served.ask(
                "GET", "/v1/portal/drugs", as: .portal, served.bearer(token))
            #expect(["session-ended", "session-missing"].contains(answer.problem))
        }
    }

    @Test("neither problems nor the journal tell anything of a patient")
    func nothingLeaked() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = try await served.grant()
        let answers = [
            await served.ask("GET", "/v1/records/drugs", served.under("AAAA")),
            await served.ask(
                "POST", "/v1/checks/details",
                ["details": Served.details("101", insurer: "06139993"), "intent": Served.intent]),
            await served.ask("GET", "/v1/portal/drugs", as: .portal, served.bearer("x")),
        ]
        for answer in answers {
            #expect(answer.status >= 400)
            for word in ["見本", "hanako", "101", "1980"] {
                #expect(!answer.body.canonicalText.contains(word), "\(word)")
            }
        }
        let entries = await served.house.journalEntries(after: 0, limit: 99).entries
        let text = JSONValue.array(entries.map(\.json)).canonicalText
        for word in ["見本", "1980-05-03", "東京都", "06139992"] { #expect(!text.contains(word)) }
    }
}
