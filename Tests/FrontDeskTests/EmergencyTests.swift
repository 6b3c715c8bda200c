import AccessHistory
import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Disclosures
import HTTP
import JSON
import Records
import Terminal
import TestWorlds
import Testing

@Suite("The modes of failure and disaster")
struct EmergencyTests {
    /// One of the sample's people, by the four items.
    static let items: JSONValue = ["name": "見本 花子", "birthDate": "1980-05-03", "sex": "2"]

    static func question(
        _ mode: String, consent: String? = nil, items: JSONValue = Self.items
    ) -> JSONValue {
        .object(present: [
            ("mode", .string(mode)), ("reason", "避難所で受診"), ("fourItems", items),
            (
                "consent",
                consent.map { ["kind": .string($0), "items": ["drugs"]] }
            ),
        ])
    }

    /// A terminal, and a clearinghouse that has ordered a disaster and a failure for an hour.
    private struct Place {
        let desk: WholeDesk

        init() async throws {
            desk = try await WholeDesk.sample()
            let now = desk.clock.now()
            await desk.house.hold(
                [ServiceMode.Kind.disaster, .systemFailure].map {
                    ServiceMode($0, from: now, until: now.adding(seconds: 3600), reason: "豪雨")
                })
        }

        func turn(_ mode: String?, as token: String = "administrator") async -> HTTPResponse {
            let body: JSONValue = mode.map { ["mode": .string($0), "reason": "豪雨"] } ?? [:]
            return await desk.ask("POST", "/v1/emergency/mode", as: token, body: body)
        }

        func check(_ body: JSONValue, as token: String = "reception") async -> HTTPResponse {
            await desk.ask("POST", "/v1/emergency/check", as: token, body: body)
        }

        func entries() async throws -> [HistoryEvent] {
            try await desk.store.events(matching: HistoryQuery()).map(\.event)
        }
    }

    @Test("an administrator turns a mode on and off, each an entry; every desk is told; it is kept")
    func turned() async throws {
        let place = try await Place()
        let before = try await place.entries().count
        for role in ["reception", "clinician"] {
            #expect(await place.turn("disaster", as: role).status == 403)
        }
        for body: JSONValue in [
            ["mode": "party", "reason": "x"], ["mode": "disaster"],
            ["mode": "disaster", "reason": " "], ["mode": "disaster", "reason": "x", "more": 1],
        ] {
            let answer = await place.desk.ask(
                "POST", "/v1/emergency/mode", as: "administrator", body: body)
            #expect(answer.status == 400)
        }
        #expect(try await place.entries().count == before)
        #expect(try await place.turn("systemFailure").json()["mode"]?["kind"] == "systemFailure")
        // The same again is no change.
        #expect(await place.turn("systemFailure").status == 200)
        for role in ["reception", "clinician", "administrator"] {
            let told = await place.desk.ask("GET", "/v1/emergency/mode", as: role)
            #expect(try told.json()["mode"]?["staff"] == "administrator-1")
        }
        // Over a restart too.
        let (book, records) = place.desk.restarted()
        await book.restore()
        #expect(await EmergencyDesk(beside: records).mode()?.mode == .systemFailure)
        #expect(try await place.turn(nil).json()["mode"] == nil)
        let again = place.desk.restarted()
        #expect(await EmergencyDesk(beside: again.1).mode() == nil)
        let acts = try await place.entries().dropFirst(before)
        #expect(acts.map(\.reason) == ["modeBegun", "modeEnded"])
        #expect(acts.first?.note == "systemFailure: 豪雨")
        #expect(acts.allSatisfy { $0.kind == .administratorAct })
        try await place.desk.close()
    }

    @Test("nobody is looked up unless the mode is on here and at the clearinghouse")
    func bothSides() async throws {
        let place = try await Place()
        let before = try await place.entries().count
        let off = await place.check(Self.question("systemFailure"))
        #expect(off.status == 409)
        #expect(try off.json()["type"]?.stringValue?.hasSuffix("mode-off") == true)
        _ = await place.turn("systemFailure")
        #expect(await place.check(Self.question("disaster")).status == 409)
        // No consent opens records in a failure; no question without a reason or a subject.
        #expect(await place.check(Self.question("systemFailure", consent: "oral")).status == 400)
        #expect(await place.check(["mode": "systemFailure", "reason": "x"]).status == 400)
        #expect(
            await place.check(Self.question("systemFailure"), as: "administrator").status == 403)
        #expect(try await place.entries().count == before + 1)
        let found = await place.check(Self.question("systemFailure"))
        #expect(found.status == 200)
        #expect(try found.json()["qualification"]?["validity"] == "1")
        #expect(try found.json()["checkIn"] == nil)
        let told = try await place.entries().suffix(2)
        #expect(told.map(\.kind) == [.intent, .disclosure])
        #expect(told.first?.note == "four items, systemFailure: 避難所で受診")
        #expect(told.last?.patient?.id != nil)
        // The clearinghouse's order has ended.
        await place.desk.house.hold([])
        let refused = await place.check(Self.question("systemFailure"))
        #expect(try refused.json()["type"]?.stringValue?.hasSuffix("mode-not-active") == true)
        try await place.desk.close()
    }

    @Test("in a disaster oral consent opens what was said, until the mode ends")
    func disaster() async throws {
        let place = try await Place()
        _ = await place.turn("disaster")
        let plain = await place.check(Self.question("disaster"))
        #expect(try plain.json()["checkIn"] == nil)
        #expect(await place.desk.book.all().isEmpty)
        let answer = await place.check(Self.question("disaster", consent: "oral"))
        let id = try #require(try answer.json()["checkIn"]?.stringValue)
        let said = try await place.entries().suffix(3)
        #expect(said.map(\.kind) == [.intent, .consentGiven, .disclosure])
        #expect(said.allSatisfy { $0.actor.id == "reception-1" && $0.way == nil })
        #expect(said.dropFirst().allSatisfy { $0.checkIn == id && $0.patient?.id != nil })
        let listed = await place.desk.ask("GET", "/v1/check-ins", as: "reception")
        let one = try #require(try listed.json()["checkIns"]?.arrayValue?.first)
        #expect(one["spoken"] == "oral" && one["way"] == "spoken" && one["state"] == "open")
        // The mode's end is the consent's.
        let until = one["until"]?.stringValue.flatMap { Instant(rfc3339: $0) }
        #expect(try #require(until) <= place.desk.clock.now().adding(seconds: 3600))
        let path = "/v1/check-ins/\(id)"
        #expect(await place.desk.ask("GET", "\(path)/drugs", as: "reception").status == 403)
        let drugs = await place.desk.ask("GET", "\(path)/drugs", as: "clinician")
        #expect(drugs.status == 200)
        #expect(String(decoding: drugs.body, as: UTF8.self).contains("見本錠「花子」"))
        let opened = try await place.entries().suffix(2)
        #expect(opened.map(\.note) == ["disaster, oral consent", "disaster, oral consent"])
        #expect(opened.allSatisfy { $0.consent?.state == .given && $0.way == nil })
        // Nobody spoke of checkups.
        #expect(await place.desk.ask("GET", "\(path)/checkups", as: "clinician").status == 403)
        // The mode ends, and with it what it opened; the clearinghouse is told.
        #expect(await place.turn(nil).status == 200)
        #expect(await place.desk.ask("GET", "\(path)/drugs", as: "clinician").status == 409)
        let debts = await place.desk.book.debts()
        #expect(debts.map(\.id) == [id] && debts.first?.owedEntry?.actor.id == "administrator-1")
        #expect(await place.desk.records.settle(try #require(debts.first)))
        #expect(try await place.entries().contains { $0.kind == .checkInClosed })
        try await place.desk.close()
    }

    @Test("that a patient cannot be asked is a clinician's to judge, and said in every entry")
    func unobtainable() async throws {
        let place = try await Place()
        _ = await place.turn("disaster")
        let question = Self.question("disaster", consent: "unobtainable")
        #expect(await place.check(question, as: "reception").status == 403)
        let answer = await place.check(question, as: "clinician")
        let id = try #require(try answer.json()["checkIn"]?.stringValue)
        let path = "/v1/check-ins/\(id)/drugs"
        #expect(await place.desk.ask("GET", path, as: "clinician").status == 200)
        let told = try await place.entries()
        #expect(told.filter { $0.consent?.state == .unobtainable }.count == 3)
        #expect(!told.contains { $0.kind == .consentGiven })
        // Nobody of that name: an answer, and no check-in.
        let nobody: JSONValue = ["name": "居ない 人", "birthDate": "1980-05-03", "sex": "3"]
        let none = await place.check(
            Self.question("disaster", consent: "oral", items: nobody), as: "clinician")
        #expect(try none.json()["qualification"]?["validity"] == "4")
        #expect(try none.json()["checkIn"] == nil)
        try await place.desk.close()
    }
}
