import CheckIns
import ClearinghouseSimulator
import Cryptography
import JSON
import Octets
import Records
import Testing

@Suite("Statements, rule by rule")
struct StatementRuleTests {
    @Test("the terminal's codec and this one agree on every byte")
    func codecsAgree() async throws {
        let world = try await World()
        var statement = Statement(
            audience: world.house.audience, institution: "1310000000", terminal: "desk-1",
            nonce: [UInt8](repeating: 1, count: 32).base64(.urlSafe), time: World.now,
            way: .pin, purpose: "treatment",
            items: [ConsentedItem(item: .drugs, until: World.now.adding(seconds: 86_400))],
            certificate: world.card.certificate.digest, algorithm: .ecdsaP384SHA384)
        let read = try SignedStatement(bytes: statement.canonical)
        #expect(read.audience == statement.audience && read.time == statement.time)
        #expect(read.consents == [ItemConsent(item: .drugs, until: statement.items[0].until)])
        #expect(read.enteredBy == nil)
        for proxy in Proxy.allCases {
            statement.enteredBy = proxy
            let read = try SignedStatement(bytes: statement.canonical)
            #expect(read.enteredBy?.rawValue == proxy.rawValue)
        }
        #expect(EntryProxy.allCases.count == Proxy.allCases.count)
        #expect(read.way == .pin && read.algorithm == .p384SHA384)
        #expect(StatementPrefix.checkIn.rawValue == StatementKind.checkInByCard.rawValue)
        #expect(StatementPrefix.portal.rawValue == StatementKind.portalByCard.rawValue)
        #expect(
            Set(SignedAlgorithm.allCases.map(\.rawValue))
                == Set(StatementAlgorithm.allCases.map(\.rawValue)))
        #expect(Set(RecordItem.allCases.map(\.rawValue)) == Set(Item.allCases.map(\.rawValue)))
    }

    static let malformed: [(String, JSONValue?)] = [
        ("version", 2), ("enteredBy", "neighbour"), ("enteredBy", 1), ("audience", "AB"),
        ("audience", nil), ("institution", "12"),
        ("institution", 1_310_000_000), ("terminal", .string(String(repeating: "x", count: 33))),
        ("nonce", nil), ("time", "2026-11-22"), ("time", "2026-11-22T00:00:00.000Z"),
        ("way", ["kind": "guess"]), ("way", ["kind": "pin", "score": 1]), ("way", "pin"),
        ("consents", ["obtain"]), ("consents", ["provide", "obtain"]),
        ("items", [["item": "surgery", "until": "2026-11-22T00:00:00Z"]]),
        (
            "items",
            [
                ["item": "drugs", "until": "2026-11-22T00:00:00Z"],
                ["item": "drugs", "until": "2026-11-23T00:00:00Z"],
            ]
        ),
        ("algorithm", "none"), ("certificate", "00"), ("unknown", 1),
        ("audience", .string(String(repeating: "AB", count: 32))),
    ]

    @Test("a field that is missing, unknown or out of its bounds is refused", arguments: malformed)
    func malformedField(key: String, value: JSONValue?) async throws {
        let world = try await World(kind: .p256)
        var fields = world.fields(nonce: [UInt8](repeating: 1, count: 32))
        fields[key] = value
        let request = try world.request(JSONValue.object(fields).canonical)
        #expect(try await world.problem(request) == "statement-malformed")
    }

    @Test("another spelling of the same statement is refused, though its signature is good")
    func otherSpelling() async throws {
        let world = try await World(kind: .p256)
        let fields = JSONValue.object(world.fields(nonce: [UInt8](repeating: 1, count: 32)))
        let text = fields.canonicalText
        let spellings = [
            fields.pretty, fields.canonical + [0x20], Array(" \(text)".utf8),
            Array(text.replacing("pin", with: "\\u0070in").utf8),
            Array(text.replacing(#""version":1"#, with: #""version":1.0"#).utf8),
            Array("{\"version\":1,\(text.dropFirst())".utf8),
            [0xEF, 0xBB, 0xBF] + fields.canonical,
            Array(text.replacing("desk-1", with: "desk-\u{0}").utf8), [], [0xFF],
            [UInt8](repeating: UInt8(ascii: "["), count: 100),
        ]
        for bytes in spellings where !bytes.isEmpty {
            let request = try world.request(bytes)
            #expect(try await world.problem(request) == "statement-malformed")
        }
    }

    @Test("each broken rule has its problem, and the first one counts")
    func rules() async throws {
        let world = try await World(kind: .p256)
        let nonce = try await world.house.challenge(for: World.clinic.digest, at: World.now).nonce
        func problem(
            _ changes: [String: JSONValue], card: Card? = nil, prefix: StatementPrefix = .checkIn
        ) async throws -> String? {
            let fields = world.fields(nonce: nonce).merging(changes) { $1 }
            let request = try world.request(
                JSONValue.object(fields).canonical, card: card, prefix: prefix)
            return try await world.problem(request)
        }
        let cases: [(String, [String: JSONValue])] = [
            ("statement-wrong-audience", ["audience": .string(World.digest(9).hex)]),
            ("statement-wrong-institution", ["institution": "1340000000"]),
            ("statement-wrong-institution", ["terminal": "desk-2"]),
            ("statement-wrong-purpose", ["purpose": "self"]),
            ("statement-wrong-way", ["way": ["kind": "visualCheck", "staff": "s"]]),
            (
                "statement-wrong-way",
                ["way": ["kind": "face", "matcher": "stub", "scorePerMille": 999]]
            ),
            ("statement-wrong-certificate", ["certificate": .string(World.digest(9).hex)]),
            ("statement-wrong-algorithm", ["algorithm": "rsa-pkcs1-sha256"]),
            ("statement-wrong-time", ["time": .string(World.now.adding(seconds: 61).rfc3339)]),
            ("statement-wrong-time", ["time": .string(World.now.adding(seconds: -361).rfc3339)]),
            (
                "statement-wrong-consent",
                [
                    "items": [
                        [
                            "item": "drugs",
                            "until": .string(World.now.adding(seconds: 86_401).rfc3339),
                        ]
                    ]
                ]
            ),
            (
                "statement-wrong-consent",
                ["items": [["item": "drugs", "until": .string(World.now.rfc3339)]]]
            ),
            ("nonce-unknown", ["nonce": "AAAA"]), ("nonce-unknown", ["nonce": "!"]),
        ]
        for (expected, changes) in cases {
            #expect(try await problem(changes) == expected, "\(changes.keys)")
        }
        #expect(try await problem([:], card: world.otherCard) == "statement-wrong-certificate")
        #expect(try await problem([:], prefix: .portal) == "statement-bad-signature")
        #expect(try await problem([:]) == nil)
        #expect(try await problem(["items": []]) == "nonce-used")
    }

    @Test("a signature over other bytes, or changed in one bit, is refused")
    func signatures() async throws {
        let world = try await World(kind: .rsa(bits: 2048))
        let nonce = try await world.house.challenge(for: World.clinic.digest, at: World.now).nonce
        let bytes = JSONValue.object(world.fields(nonce: nonce)).canonical
        var request = try world.request(bytes)
        let good = request.signature
        for index in stride(from: 0, to: good.count, by: 37) {
            request.signature = good
            request.signature[index] ^= 0x10
            #expect(try await world.problem(request) == "statement-bad-signature")
        }
        request.signature = try world.card.key.sign(bytes)
        #expect(try await world.problem(request) == "statement-bad-signature")
        request.signature = good
        #expect(try await world.problem(request) == nil)
    }

    @Test(
        "a body that is not what a check carries is refused",
        arguments: [
            "", "{}", "[]", #"{"statement":"","signature":"AA==","certificate":"AA=="}"#,
            #"{"statement":"AA==","signature":"AA==","certificate":"AA=="}"#,
            #"{"statement":"AA==","signature":"AA==","certificate":"AA==","intent":{"origin":"","index":1}}"#,
            #"{"statement":"AA","signature":"AA==","certificate":"AA==","intent":{"origin":"o","index":1}}"#,
            #"{"statement":"AA==","signature":"AA==","certificate":"AA==","intent":{"origin":"o","index":1},"pin":"1234"}"#,
            #"{"statement":"AA==","statement":"AA==","signature":"AA==","certificate":"AA==","intent":{"origin":"o","index":1}}"#,
        ])
    func bodies(text: String) {
        #expect(throws: JSONError.self) {
            try CheckRequest(body: Array(text.utf8), needsIntent: true)
        }
    }
}
