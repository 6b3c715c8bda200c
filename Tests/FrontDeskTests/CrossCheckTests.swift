import AccessHistory
import CheckIns
import Disclosures
import HTTP
import JSON
import Terminal
import TestWorlds
import Testing
import VirtualCard

@Suite("The answer against the card, over a whole terminal in one process")
struct IdentityTests {
    /// A person of the register under the sample's id.
    private func registered(
        name: String = "見本 花子", sex: String = "2", birthDate: String = "1980-05-03"
    ) -> JSONValue {
        guard
            case .object(var file) = Somebody.file(
                id: "sample", mark: "花子", sex: sex, birthDate: birthDate)
        else { return .null }
        file["identity"] = [
            "name": .string(name), "sex": .string(sex), "birthDate": .string(birthDate),
        ]
        return .object(file)
    }

    private func desk(
        _ file: JSONValue, needsIdentity: Bool = false, hasCamera: Bool = true,
        _ body: (WholeDesk) async throws -> Void
    ) async throws {
        let make: (CardImage) async throws -> WholeDesk = {
            try await WholeDesk.facing(
                $0, registered: file, hasCamera: hasCamera, needsIdentity: needsIdentity)
        }
        try await Faces.desk(Faces.sample, make, body)
    }

    private func problem(_ response: HTTPResponse) -> String? {
        (try? Problem(json: JSONValue(parsing: response.body)))?.name
    }

    @Test("somebody born on another day: nothing is shown, and the grant is given back")
    func otherPerson() async throws {
        try await desk(registered(birthDate: "1980-05-04")) { desk in
            let answer = await desk.checkIn()
            let view = try JSONValue(parsing: answer.body)
            #expect(
                view["closing"]?["problem"]?["type"]?.stringValue?.hasSuffix("other-person") == true
            )
            #expect(view["closing"]?["qualification"] == nil && view["checkIn"] == nil)
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("1980-05-04") && !text.contains("見本"))
            let kept = try #require(await desk.book.all().first)
            #expect(kept.state == .closed && kept.owesWithdrawal)
            let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
            let outcome = try #require(events.last { $0.kind == .outcome })
            #expect(outcome.outcome == .wrongAnswer && outcome.reason == "otherPerson")
            #expect(outcome.answer != nil && !outcome.isDisclosure)
            #expect(outcome.patient?.id == nil)
            let drugs = await desk.ask("GET", "/v1/check-ins/\(kept.id)/drugs", as: "clinician")
            #expect(drugs.status == 409)
        }
    }

    @Test("another name: no record before staff decide, and what they decide is recorded")
    func staffDecide() async throws {
        for isSame in [true, false] {
            try await desk(registered(name: "別人 花子")) { desk in
                let view = try JSONValue(parsing: await desk.checkIn().body)
                #expect(view["identity"] == "undecided")
                let id = try #require(view["checkIn"]?.stringValue)
                let early = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
                #expect(problem(early) == "identity-open")
                let path = "/v1/check-ins/\(id)/identity"
                let body: JSONValue = ["same": .bool(isSame)]
                #expect(await desk.ask("POST", path, as: "administrator", body: body).status == 403)
                #expect(await desk.ask("POST", path, body: body).status == 401)
                #expect(await desk.ask("POST", path, as: "reception", body: [:]).status == 400)
                let decided = await desk.ask("POST", path, as: "reception", body: body)
                #expect(decided.status == 200)
                let drugs = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
                #expect(drugs.status == (isSame ? 200 : 409))
                let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
                let compared = try #require(events.first { $0.kind == .identityCompared })
                #expect(compared.outcome == (isSame ? .succeeded : .failed))
                #expect(compared.actor.id == "reception-1" && compared.reason == "undecided")
                #expect(events.contains { $0.reason == "identity.undecided" })
            }
        }
    }

    @Test("an unknown sex passes, a stated other one is for staff, an unmappable character passes")
    func passes() async throws {
        for (file, standing) in [
            (registered(sex: "3"), "agrees"), (registered(sex: "1"), "undecided"),
            (registered(name: "見● 花子"), "agreesWithUnknown"),
        ] {
            try await desk(file) { desk in
                let view = try JSONValue(parsing: await desk.checkIn().body)
                #expect(view["identity"] == .string(standing))
                // Only who was told the answer is told how it compares.
                let again = try JSONValue(parsing: await desk.ask("GET", "/v1/session").body)
                #expect(again["identity"] == nil)
            }
        }
    }

    @Test("where nobody compared, an institution may ask its staff to, before a record is opened")
    func unchecked() async throws {
        for needsIdentity in [true, false] {
            try await desk(registered(), needsIdentity: needsIdentity, hasCamera: false) { desk in
                let view = try JSONValue(parsing: await desk.checkIn().body)
                #expect(view["identity"] == "unchecked")
                let id = try #require(view["checkIn"]?.stringValue)
                let early = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
                #expect(early.status == (needsIdentity ? 409 : 200))
                let path = "/v1/check-ins/\(id)/identity"
                let told = await desk.ask("POST", path, as: "clinician", body: ["same": true])
                #expect(try JSONValue(parsing: told.body)["identity"] == "confirmed")
                let drugs = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
                #expect(drugs.status == 200)
            }
        }
    }
}
