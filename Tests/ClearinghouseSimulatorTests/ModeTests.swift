import ClearinghouseSimulator
import HTTP
import JSON
import Records
import Testing

@Suite("System failure, disaster, maintenance")
struct ModeTests {
    static let disaster: JSONValue = [
        "mode": "disaster", "reason": "避難所で受診", "staff": "n-1",
        "fourItems": ["name": "見本 hanako", "birthDate": "1980-05-03", "sex": "2"],
        "consent": ["kind": "oral", "items": ["drugs"]], "intent": Served.intent,
    ]
    static let failure: JSONValue = [
        "mode": "systemFailure", "reason": "回線断", "staff": "n-1",
        "details": Served.details("101"), "intent": Served.intent,
    ]

    private func order(
        _ served: Served, _ kind: String, seconds: Int64 = 600, prefectures: [String] = []
    ) async -> Answered {
        await served.order(
            "POST", "/admin/modes",
            [
                "modes": [
                    .object(present: [
                        ("kind", .string(kind)), ("reason", "豪雨"),
                        ("until", .string(served.clock.now.adding(seconds: seconds).rfc3339)),
                        (
                            "prefectures",
                            prefectures.isEmpty
                                ? nil : .array(prefectures.map(JSONValue.string))
                        ),
                    ])
                ]
            ])
    }

    @Test("a mode needs a reason and an end, within a month")
    func orders() async throws {
        let served = try await Served()
        defer { served.close() }
        let until = JSONValue.string(Served.now.adding(seconds: 60).rfc3339)
        let late = JSONValue.string(Served.now.adding(seconds: 40 * 86_400).rfc3339)
        let past = JSONValue.string(Served.now.rfc3339)
        for mode: JSONValue in [
            ["kind": "disaster", "until": until], ["kind": "disaster", "reason": "x"],
            ["kind": "disaster", "reason": " ", "until": until],
            ["kind": "disaster", "reason": "x", "until": late],
            ["kind": "disaster", "reason": "x", "until": past],
            ["kind": "holiday", "reason": "x", "until": until],
        ] {
            #expect(
                await served.order("POST", "/admin/modes", ["modes": [mode]]).problem
                    == "malformed-body")
        }
    }

    @Test("maintenance answers nothing but that, says until when, and ends by itself")
    func maintenance() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = await order(served, "maintenance", seconds: 90)
        let answer = await served.ask("POST", "/v1/challenges", [:])
        #expect(answer.problem == "maintenance" && answer.status == 503)
        #expect(answer["detail"] == "豪雨" && answer.response.headers["Retry-After"] == "90")
        #expect(answer.response.headers["Madoguchi-Mode"] == "maintenance")
        #expect(await served.ask("GET", "/v1/openapi.json").status == 200)
        served.clock.now = Served.now.adding(seconds: 90)
        #expect(await served.ask("POST", "/v1/challenges", [:]).status == 201)
    }

    @Test("without its mode nobody is looked up, in it qualification only")
    func systemFailure() async throws {
        let served = try await Served()
        defer { served.close() }
        #expect(
            await served.ask("POST", "/v1/checks/emergency", Self.failure).problem
                == "mode-not-active")
        _ = await order(served, "systemFailure")
        #expect(
            await served.ask("POST", "/v1/checks/emergency", Self.disaster).problem
                == "mode-not-active")
        let answer = await served.ask("POST", "/v1/checks/emergency", Self.failure)
        #expect(answer["qualification"]?["validity"] == "1" && answer["grant"] == nil)
        #expect(answer["mode"]?["kind"] == "systemFailure")
        #expect(answer.response.headers["Madoguchi-Mode"] == "systemFailure")
        var greedy = Self.failure.objectValue ?? [:]
        greedy["consent"] = ["kind": "oral", "items": ["drugs"]]
        #expect(
            await served.ask("POST", "/v1/checks/emergency", .object(greedy)).problem
                == "malformed-body")
        let refused = try #require(
            await served.house.journalEntries(after: 0, limit: 9).entries.first)
        #expect(refused.problem == "mode-not-active" && refused.mode == .systemFailure)
    }

    @Test("a disaster opens records by oral consent, in its region, while it lasts")
    func disaster() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = await order(served, "disaster", seconds: 600, prefectures: ["13"])
        let elsewhere = await served.ask(
            "POST", "/v1/checks/emergency", Self.disaster, as: .pharmacy)
        #expect(elsewhere.problem == "mode-not-active")
        let answer = await served.ask("POST", "/v1/checks/emergency", Self.disaster)
        let grant = try #require(answer["grant"]?["id"]?.stringValue)
        #expect(answer["grant"]?["items"]?.arrayValue?.count == 1)
        #expect(answer["grant"]?["statementDigest"] == answer["requestDigest"])
        let record = await served.ask("GET", "/v1/records/drugs", served.under(grant))
        #expect(record["patient"] == answer["patient"] && record.status == 200)
        #expect(
            await served.ask("GET", "/v1/records/checkups", served.under(grant)).problem
                == "item-not-consented")
        let entry = try #require(
            await served.house.journalEntries(after: 0, limit: 9).entries.last { $0.mode != nil })
        #expect(entry.mode == .disaster && entry.person == "hanako")
        await served.house.hold([])
        #expect(
            await served.ask("GET", "/v1/records/drugs", served.under(grant)).problem
                == "grant-ended")
    }

    @Test("the patient is told of both, with the reason")
    func notices() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = await order(served, "disaster")
        await served.ask("POST", "/v1/checks/emergency", Self.disaster)
        await served.ask(
            "POST", "/v1/checks/details",
            ["details": Served.details("101"), "intent": Served.intent])
        let token = served.bearer(try await served.session())
        let notices = await served.ask("GET", "/v1/portal/notices", as: .portal, token)["notices"]
        let kinds = notices?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? []
        #expect(kinds.prefix(2) == ["checkInWithoutPIN", "disasterAccess"])
        #expect(kinds.dropFirst(2).sorted() == ["newCheckup", "newDrugs", "newExpenses"])
        #expect(notices?.arrayValue?[1]["reason"] == "避難所で受診")
        let told = await served.ask("GET", "/v1/portal/disclosures", as: .portal, token)
        let rows = told["disclosures"]?.arrayValue ?? []
        let second = rows.last
        #expect(rows.compactMap { $0["way"] }.count == rows.count)
        #expect(second?["mode"] == "disaster" && second?["way"] == "fourItems")
    }

    @Test("four items find one person, nobody, or several; consent may be unobtainable")
    func fourItems() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = await order(served, "disaster")
        func found(_ name: String, _ address: String? = nil) async -> Answered {
            var body = Self.disaster.objectValue ?? [:]
            body["fourItems"] = .object(present: [
                ("name", .string(name)), ("birthDate", "1980-05-03"), ("sex", "3"),
                ("address", address.map(JSONValue.string)),
            ])
            body["consent"] = ["kind": "unobtainable", "items": ["drugs", "checkups"]]
            return await served.ask("POST", "/v1/checks/emergency", .object(body))
        }
        #expect(await found("見本 だれか")["qualification"]?["validity"] == "4")
        #expect(
            await found("見本　hanako", "東京都 架空区")["grant"]?["items"]?.arrayValue?.count == 2)
        #expect(await found("見本 hanako", "大阪府")["qualification"]?["validity"] == "4")
        let entry = try #require(
            await served.house.journalEntries(after: 1, limit: 1).entries.first)
        #expect(entry.consents.map(\.decision) == [.unobtainable, .unobtainable])
    }
}
