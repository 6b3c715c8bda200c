import Authority
import ClearinghouseSimulator
import Cryptography
import Foundation
import HTTP
import JSON
import Octets
import Records
import Testing
import TransparencyLog

@Suite("Every route, every identity, every problem")
struct EveryRouteTests {
    @Test("every route gives a good answer of the declared shape")
    func goodAnswers() async throws {
        let served = try await Served()
        defer { served.close() }
        try await visitInstitution(served)
        try await visitPortal(served)
        try await visitAdministration(served)
        #expect(
            served.seen.good
                == Set(Route.allCases.map(\.rawValue) + AdminRoute.allCases.map(\.rawValue)))
    }

    private func visitInstitution(_ served: Served) async throws {
        let document = await served.ask("GET", "/v1/openapi.json")
        let tag = try #require(document.response.headers["ETag"])
        #expect(
            await served.ask("GET", "/v1/openapi.json", [("If-None-Match", tag)]).status == 304)
        #expect(
            await served.ask("GET", "/v1/openapi.json", [("If-None-Match", "\"x\", W/\(tag)")])
                .status == 304)
        let grant = try await served.grant()
        for item in ["drugs", "checkups"] {
            await served.ask("GET", "/v1/records/\(item)", served.under(grant))
        }
        await served.ask("POST", "/v1/grants/withdraw", [:], served.under(grant))
        await served.ask(
            "POST", "/v1/registrations",
            try served.signed(
                "behaves-unregistered", items: [], purpose: "registration",
                nonce: await served.nonce()))
        await served.ask(
            "POST", "/v1/checks/details",
            ["details": Served.details("101"), "intent": Served.intent])
        let batch = await served.ask(
            "POST", "/v1/batches",
            [
                "bookings": [["id": "1", "details": Served.details("101")]],
                "intent": Served.intent,
            ])
        let reception = try #require(batch["reception"]?.stringValue)
        await served.ask("GET", "/v1/batches/\(reception)")
        await served.house.hold([
            ServiceMode(
                .disaster, from: Served.now, until: Served.now.adding(seconds: 60), reason: "x")
        ])
        await served.ask("POST", "/v1/checks/emergency", ModeTests.disaster)
        await served.house.hold([])
    }

    private func visitPortal(_ served: Served) async throws {
        let token = served.bearer(try await served.session())
        let pages = [
            "qualification", "drugs", "checkups", "checkup-dates", "expenses", "disclosures",
            "registration", "notices", "exchanges", "expense-notice",
        ]
        for page in pages {
            #expect(
                await served.ask("GET", "/v1/portal/\(page)", as: .portal, token).status == 200)
        }
        await served.ask("POST", "/v1/portal/registration", [:], as: .portal, token)
        let own = await served.ask(
            "POST", "/v1/portal/self-disclosures", ["kind": "tax"], as: .portal, token)
        let id = try #require(own["request"]?["id"]?.stringValue)
        await served.ask("GET", "/v1/portal/self-disclosures/\(id)", as: .portal, token)
        let link = await served.ask(
            "POST", "/v1/portal/tax-links", ["year": 2026], as: .portal, token)
        let linked = served.bearer(try #require(link["link"]?["token"]?.stringValue))
        await served.ask("GET", "/v1/tax/expense-notice", as: .tax, linked)
        await served.ask("GET", "/v1/tax/expense-notice/signature", as: .tax, linked)
        await served.ask("DELETE", "/v1/portal/sessions", as: .portal, token)
    }

    private func visitAdministration(_ served: Served) async throws {
        for route in AdminRoute.allCases where route.method == "GET" {
            await served.order("GET", route.path)
        }
        let pem = String(decoding: served.authority.certificate.pem, as: UTF8.self)
        await served.order(
            "POST", "/admin/cards", ["certificate": .string(pem), "person": "behaves-plain"])
        await served.order(
            "PUT", "/admin/certificates", ["certificate": .string(pem), "standing": "good"])
        await served.order("PUT", "/admin/renewal-lag", ["seconds": 60])
        await served.order("PUT", "/admin/business-date", ["date": nil])
        await served.order("DELETE", "/admin/registrations/taro")
        await served.order("POST", "/admin/journal/assertions", ["assertions": [["atLeast": 1]]])
        await served.order("POST", "/admin/faults", ["faults": []])
        await served.order("PUT", "/admin/latency", ["shape": "none"])
        await served.order("POST", "/admin/modes", ["modes": []])
        await served.order("PUT", "/admin/limits", [:])
        await served.order("PUT", "/admin/seed", ["seed": 1])
        await served.order("POST", "/admin/reset", [:])
        let log = try NoteSigner(
            name: "madoguchi/1310000000/desk-1", privateKey: try PrivateKey.generate(.ed25519))
        await served.order("POST", "/admin/witness/logs", ["key": .string(log.key.vkey)])
    }

    @Test("every route refuses every identity but its own", arguments: Route.allCases)
    func identities(route: Route) async throws {
        let served = try await Served()
        defer { served.close() }
        let speakers: [Served.Who: Speaker] = [
            .clinic: .institution, .pharmacy: .institution, .portal: .portal, .tax: .tax,
        ]
        let path = route.path.replacing(/\{[a-z]+\}/, with: "AAAAAAAAAAAAAAAAAAAAAA")
        for who in Served.Who.allCases {
            let answer = await served.ask(
                route.method, path, route.method == "GET" ? nil : [:], as: who)
            let isKnown = speakers[who] != nil
            #expect((answer.problem == "client-unknown") == !isKnown)
            let isRight = speakers[who].map(route.operation.speakers.contains) ?? false
            #expect(
                (answer.problem == "wrong-client-identity") == (isKnown && !isRight), "\(who)")
        }
    }

    @Test("every problem is reached by a documented id", arguments: ProblemKind.allCases)
    func behaviours(kind: ProblemKind) async throws {
        let served = try await Served()
        defer { served.close() }
        let answer = await served.behave(Behaviour.problem(kind).id)
        #expect(answer.problem == kind.rawValue && answer.status == kind.status)
        let ids = await served.order("GET", "/admin/behaviours")["behaviours"]?.arrayValue
        #expect(ids?.contains(.string("behaves-problem-\(kind.rawValue)")) == true)
    }

    @Test("every code of every public table is reached by a documented id")
    func codes() async throws {
        let served = try await Served()
        defer { served.close() }
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "RecordsTests/Golden/codes.tsv")
        let rows = String(decoding: try Data(contentsOf: url), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: "\t") }
        let tables = Dictionary(
            uniqueKeysWithValues: rows.map {
                (String($0[0]), $0[1].split(separator: " ").map(String.init))
            })
        #expect(tables.count == 39 && tables == Behaviour.tables)
        for (table, codes) in tables {
            for code in codes {
                let answer = await served.behave(
                    "behaves-\(table.lowercased())-\(code.lowercased())", isSpoiled: false)
                #expect(answer.status == 200)
                // How batches and bookings end: DetailsTests visits those.
                guard table != "OQSCD003", table != "OQSCD004" else { continue }
                if Behaviour.notedTables.contains(table) {
                    let note = answer["qualification"]?["note"]
                    #expect(note?["code"]?.stringValue == "\(table)-\(code)")
                    #expect(note?["message"]?.stringValue?.isEmpty == false)
                    continue
                }
                let text = answer.body.canonicalText
                #expect(text.contains("\"\(code)\""), "\(table) \(code): \(text)")
            }
        }
        #expect(Behaviour("behaves-oqscd006-9") == nil && Behaviour("behaves-oqscd099-1") == nil)
        for behaviour in Behaviour.all { #expect(Behaviour(behaviour.id) == behaviour) }
    }

    @Test("the answer tells code 5 and nobody where several were found")
    func severalCodes() async throws {
        let served = try await Served()
        defer { served.close() }
        let answer = await served.behave("behaves-oqscd006-5", isSpoiled: false)
        #expect(answer["qualification"]?["validity"] == "5")
        #expect(answer["qualification"]?["entitlements"] == nil)
    }
}
