import AccessHistory
import CheckIns
import Clearinghouse
import Disclosures
import FrontDesk
import HTTP
import JSON
import Records
import Terminal
import TestWorlds
import Testing
import VirtualCard

@Suite("The local API over a whole terminal in one process")
struct LocalAPITests {
    /// A desk with `mado`'s card on the reader, for the time of a body.
    func desk(_ body: @Sendable (WholeDesk) async throws -> Void) async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        do { try await body(desk) } catch {
            try await desk.close()
            throw error
        }
        try await desk.close()
    }

    func json(_ response: HTTPResponse) throws -> JSONValue {
        try JSONValue(parsing: response.body)
    }

    func problem(_ response: HTTPResponse) -> String? {
        (try? Problem(json: JSONValue(parsing: response.body)))?.name
    }

    @Test("a patient is checked in, and records are opened under what they agreed to")
    func wholeWay() async throws {
        try await desk { desk in
            let view = try json(await desk.checkIn(consents: ["drugs": true]))
            #expect(view["closing"]?["kind"] == "accepted")
            #expect(view["closing"]?["qualification"]?["validity"] == "1")
            let id = try #require(view["checkIn"]?.stringValue)
            let drugs = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
            #expect(drugs.status == 200)
            // What only the patient may see never reaches the desk.
            let text = String(decoding: drugs.body, as: UTF8.self)
            #expect(text.contains("見本錠") && !text.contains("copaymentYen"))
            let checkups = await desk.ask("GET", "/v1/check-ins/\(id)/checkups", as: "clinician")
            #expect(checkups.status == 403 && problem(checkups) == "not-consented")
            let ended = try json(
                await desk.ask("POST", "/v1/check-ins/\(id)/withdraw", as: "reception"))
            #expect(ended["state"] == "withdrawn" && ended["clearinghouseTold"] == true)
            let late = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
            #expect(late.status == 409 && problem(late) == "check-in-ended")
            let kinds = try await desk.store.events(matching: HistoryQuery()).map(\.event.kind)
            #expect(
                kinds == [
                    .storeOpened, .proof, .consentGiven, .consentRefused, .intent, .outcome,
                    .intent, .disclosure, .consentWithdrawn, .intent, .outcome,
                ])
        }
    }

    @Test("every route with every token: who may what")
    func rights() async throws {
        try await desk { desk in
            let id = try #require(try json(await desk.checkIn())["checkIn"]?.stringValue)
            let tokens = [nil, "nobody", "reception", "clinician", "administrator"]
            let rows: [(method: String, target: String, statuses: [Int])] = [
                ("GET", "/v1/status", [200, 200, 200, 200, 200]),
                ("GET", "/v1/session", [200, 200, 200, 200, 200]),
                ("GET", "/v1/check-ins", [401, 401, 200, 200, 403]),
                ("GET", "/v1/check-ins/\(id)", [401, 401, 200, 200, 403]),
                ("GET", "/v1/check-ins/\(id)/drugs", [401, 401, 403, 200, 403]),
                ("GET", "/v1/check-ins/\(id)/checkups", [401, 401, 403, 200, 403]),
                ("POST", "/v1/check-ins/nobody/withdraw", [401, 401, 404, 404, 403]),
                ("POST", "/v1/check-ins/nobody/close", [401, 401, 404, 404, 403]),
                ("GET", "/v1/history/entries", [401, 401, 403, 403, 200]),
                ("GET", "/v1/history/checkpoint", [401, 401, 403, 403, 200]),
                ("GET", "/v1/history/intent?index=0", [401, 401, 403, 403, 200]),
                ("POST", "/v1/history/expiry?before=2001-01", [401, 401, 403, 403, 200]),
                ("POST", "/v1/history/rotation", [401, 401, 403, 403, 200]),
                ("GET", "/v1/history/statistics", [401, 401, 403, 403, 200]),
                ("POST", "/v1/history/exports?form=csv", [401, 401, 403, 403, 200]),
                ("GET", "/v1/elsewhere", [404, 404, 404, 404, 404]),
                ("PUT", "/v1/check-ins", [405, 405, 405, 405, 405]),
                ("POST", "/v1/check-ins/\(id)/elsewhere", [401, 401, 404, 404, 404]),
            ]
            for row in rows {
                for (token, status) in zip(tokens, row.statuses) {
                    let answer = await desk.ask(row.method, row.target, as: token)
                    #expect(
                        answer.status == status,
                        "\(row.method) \(row.target) as \(token ?? "-"): \(answer.status)")
                    guard answer.status >= 400 else { continue }
                    let problem = try Problem(json: JSONValue(parsing: answer.body))
                    #expect(!problem.title.isEmpty && !problem.titleJapanese.isEmpty)
                }
            }
        }
    }

    @Test(
        "whoever enters the PIN, the qualification is for who may see it",
        arguments: [nil, "reception", "clinician", "administrator"])
    func qualification(token: String?) async throws {
        try await desk { desk in
            let view = try json(await desk.checkIn(as: token))
            let isTold = view["closing"]?["qualification"] != nil
            #expect(isTold == (token == "reception" || token == "clinician"))
            // The state of the session never tells it again.
            let again = try json(await desk.ask("GET", "/v1/session", as: "clinician"))
            #expect(again["closing"]?["kind"] == "accepted")
            #expect(again["closing"]?["qualification"] == nil)
            // Who was told it stands in the entry that was durable before.
            let outcome = try #require(
                try await desk.store.events(matching: HistoryQuery()).map(\.event).last)
            #expect(outcome.kind == .outcome && outcome.actor.role == .patient)
            #expect(outcome.recipient == (isTold ? token.map { "\($0)-1" } : nil))
        }
    }

    @Test("what the clearinghouse found wrong is told to whoever was proved, and to nobody after")
    func problemIsPatientData() async throws {
        try await desk { desk in
            desk.wire.set { request, response in
                guard request.target == "/v1/checks/card" else { return response }
                return .problem(
                    Problem(
                        "certificate-suspended", status: 403,
                        title: "The certificate is suspended.", titleJapanese: "利用停止中です。"))
            }
            let told = try json(await desk.checkIn(as: nil))
            #expect(told["closing"]?["problem"]?["title"] == "The certificate is suspended.")
            for token in [nil, "reception", "administrator"] {
                let again = try json(await desk.ask("GET", "/v1/session", as: token))
                #expect(again["state"] == "answered" && again["closing"] == ["kind": "problem"])
            }
        }
    }

    @Test("PINs: malformed, wrong, the last try with its token, locked")
    func pins() async throws {
        try await desk { desk in
            for pin in ["", "123", "12345", "12a4", "１２３"] {
                let answer = await desk.checkIn(pin: pin)
                #expect(answer.status == 400 && problem(answer) == "pin-malformed", "\(pin)")
            }
            #expect(desk.slot.triesLeft == 3)
            for tries in [2, 1] {
                let answer = await desk.checkIn(pin: "0000")
                #expect(answer.status == 409 && problem(answer) == "wrong-pin")
                #expect(desk.slot.triesLeft == tries)
            }
            #expect(problem(await desk.checkIn(pin: "0000")) == "last-try")
            #expect(desk.slot.triesLeft == 1)
            let forged = await desk.ask(
                "/v1/session/pin", pin: "0000", headers: [("Madoguchi-Last-Try", "guess")])
            #expect(problem(forged) == "last-try" && desk.slot.triesLeft == 1)
            let token = try json(await desk.ask("POST", "/v1/session/last-try"))["token"]
            let spent = await desk.ask(
                "/v1/session/pin", pin: "0000",
                headers: [("Madoguchi-Last-Try", try #require(token?.stringValue))])
            #expect(problem(spent) == "pin-locked" && desk.slot.triesLeft == 0)
            #expect(problem(await desk.checkIn()) == "pin-locked")
        }
    }

    @Test("a step belongs to the session that was claimed, and a choice is whole")
    func bound() async throws {
        try await desk { desk in
            let first = try json(await desk.ask("POST", "/v1/session/claim"))["session"]
            let named = [("Madoguchi-Session", try #require(first?.stringValue))]
            let choice: JSONValue = ["way": "pin", "consents": ["drugs": true]]
            _ = await desk.ask("POST", "/v1/session/choice", body: choice, headers: named)
            // Somebody else claims the card and chooses otherwise: the first one's PIN is not for that.
            _ = await desk.ask("POST", "/v1/session/claim")
            let stolen = await desk.ask(
                "POST", "/v1/session/choice", body: choice, headers: named)
            #expect(stolen.status == 409 && problem(stolen) == "wrong-state")
            _ = await desk.ask("POST", "/v1/session/choice", body: choice)
            let entered = await desk.ask("/v1/session/pin", pin: "1234", headers: named)
            #expect(entered.status == 409 && problem(entered) == "wrong-state")
            #expect(desk.slot.triesLeft == 3)
            let nobody = await desk.ask(
                "/v1/session/pin", pin: "1234", headers: [("Madoguchi-Session", "")])
            #expect(nobody.status == 409)
            // A yes that is not said again is none.
            _ = await desk.ask("POST", "/v1/session/back")
            let again: JSONValue = ["way": "pin", "consents": ["checkups": true]]
            _ = await desk.ask("POST", "/v1/session/choice", body: again)
            let view = try json(await desk.ask("/v1/session/pin", pin: "1234"))
            let items = (view["closing"]?["items"]?.arrayValue ?? []).map { $0["item"] }
            #expect(items == ["checkups"])
        }
    }

    @Test("staff who hold the right confirm by sight, for one session, and are named everywhere")
    func visualCheck() async throws {
        try await desk { desk in
            let choice: JSONValue = ["way": "visualCheck", "consents": ["drugs": true]]
            let reason: JSONValue = ["reason": "pinForgotten"]
            _ = await desk.ask("POST", "/v1/session/claim")
            let early = await desk.ask("POST", "/v1/session/confirm", as: "reception", body: reason)
            #expect(problem(early) == "wrong-state")
            let chosen = try json(await desk.ask("POST", "/v1/session/choice", body: choice))
            #expect(chosen["readyForStaff"] == true && chosen["readyForPIN"] == false)
            // The clinician of this desk does not hold the right, and a PIN does not help.
            for token in [nil, "clinician", "administrator"] {
                let answer = await desk.ask(
                    "POST", "/v1/session/confirm", as: token, body: reason)
                #expect([401, 403].contains(answer.status))
            }
            #expect(problem(await desk.ask("/v1/session/pin", pin: "1234")) == "wrong-state")
            for body: JSONValue in [[:], ["reason": "because"]] {
                let answer = await desk.ask(
                    "POST", "/v1/session/confirm", as: "reception", body: body)
                #expect(problem(answer) == "malformed-body")
            }
            let view = try json(
                await desk.ask("POST", "/v1/session/confirm", as: "reception", body: reason))
            #expect(view["closing"]?["kind"] == "accepted")
            let id = try #require(view["checkIn"]?.stringValue)
            #expect(
                await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician").status == 200)
            let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
            let proof = try #require(events.first { $0.kind == .proof })
            #expect(proof.way == .visualCheck(staff: "reception-1"))
            #expect(proof.reason == "pinForgotten" && desk.slot.triesLeft == 3)
            // The next session knows nothing of it.
            let next = try json(await desk.ask("POST", "/v1/session/claim"))
            #expect(next["way"] == nil && next["state"] == "choosing")
        }
    }

    @Test("whoever tries card after card meets a pause; no PIN is sent, an administrator ends it")
    func paused() async throws {
        try await desk { desk in
            let image = try #require(Cards.one)
            for failure in 1...10 {
                // A new card each time: the reader's count is not the card's.
                desk.slot.put(VirtualCard(image))
                let answer = await desk.checkIn(pin: "0000")
                #expect(problem(answer) == "wrong-pin", "\(failure)")
            }
            desk.slot.put(VirtualCard(image))
            let paused = await desk.checkIn()
            #expect(paused.status == 429 && problem(paused) == "pin-paused")
            #expect(problem(await desk.ask("/v1/portal/drugs", pin: "1234")) == "pin-paused")
            #expect(desk.slot.triesLeft == 3)
            let reader = try json(await desk.ask("GET", "/v1/status"))["readers"]?.arrayValue?.first
            #expect(reader?["failedPINs"] == 10 && reader?["pausedUntil"] != nil)
            #expect(await desk.ask("POST", "/v1/readers/end-pause", as: "clinician").status == 403)
            #expect(
                await desk.ask("POST", "/v1/readers/end-pause", as: "administrator").status == 200)
            let right = await desk.ask("/v1/session/pin", pin: "1234")
            #expect(right.status == 200)
            let kinds = try await desk.store.events(matching: HistoryQuery()).map(\.event)
            #expect(kinds.filter { $0.reason == "paused" }.count == 2)
            #expect(kinds.filter { $0.kind == .administratorAct }.map(\.reason) == ["endPause"])
        }
    }

    @Test("the try that locks a card counts towards the pause like any other")
    func pausedByLocking() async throws {
        try await desk { desk in
            let image = try #require(Cards.one)
            for _ in 1...2 { _ = await desk.checkIn(pin: "0000") }
            #expect(problem(await desk.checkIn(pin: "0000")) == "last-try")
            for locked in 1...2 {
                let token = try json(await desk.ask("POST", "/v1/session/last-try"))["token"]
                let answer = await desk.ask(
                    "/v1/session/pin", pin: "0000",
                    headers: [("Madoguchi-Last-Try", try #require(token?.stringValue))])
                #expect(problem(answer) == "pin-locked" && desk.slot.triesLeft == 0)
                let status = try json(await desk.ask("GET", "/v1/status"))
                #expect(
                    status["readers"]?.arrayValue?.first?["failedPINs"]
                        == .integer(Int64(locked * 3)))
                desk.slot.put(VirtualCard(image))
                guard locked == 1 else { break }
                for _ in 1...3 { _ = await desk.checkIn(pin: "0000") }
            }
        }
    }

    @Test("while the clearinghouse is asked, nothing else begins on the reader")
    func busy() async throws {
        try await desk { desk in
            let (asked, askedNow) = AsyncStream.makeStream(of: Void.self)
            let (answer, answerNow) = AsyncStream.makeStream(of: Void.self)
            desk.wire.set { request, response in
                guard request.target == "/v1/checks/card" else { return response }
                askedNow.yield()
                for await _ in answer { break }
                return response
            }
            async let first = desk.checkIn()
            for await _ in asked { break }
            let claim = await desk.ask("POST", "/v1/session/claim")
            #expect(claim.status == 409 && problem(claim) == "reader-busy")
            answerNow.yield()
            let view = try json(await first)
            #expect(view["closing"]?["kind"] == "accepted")
        }
    }

    @Test("a clearinghouse that lies or is silent: a name for each, nothing shown, the next works")
    func lies() async throws {
        try await desk { desk in
            desk.wire.set { request, response in
                guard request.target == "/v1/checks/card" else { return response }
                var other = response
                let text = String(decoding: response.body, as: UTF8.self)
                other.body = Array(text.replacing("01010011", with: "01010029").utf8)
                return other
            }
            let lied = try json(await desk.checkIn())
            #expect(lied["closing"]?["problem"]?["type"] == "urn:madoguchi:problem:wrong-answer")
            desk.wire.set { _, _ throws(ClearinghouseError) in throw .unreachable("down") }
            let offline = try json(await desk.ask("POST", "/v1/session/claim"))
            #expect(offline["state"] == "choosing")
            let chosen = try json(
                await desk.ask("POST", "/v1/session/choice", body: ["way": "pin", "consents": [:]]))
            #expect(
                chosen["closing"]?["problem"]?["type"]
                    == "urn:madoguchi:problem:clearinghouse-unreachable")
            desk.wire.set(nil)
            let served = try json(await desk.checkIn())
            #expect(served["closing"]?["kind"] == "accepted")
            #expect(await desk.book.all().count == 1)
        }
    }

    @Test("bodies that are not what a route takes are named, and change nothing")
    func malformed() async throws {
        try await desk { desk in
            _ = await desk.ask("POST", "/v1/session/claim")
            for body: JSONValue in [
                [:], ["way": "pin", "more": 1], ["way": 4], ["way": "foot"], [], "pin",
                ["way": "pin", "consents": ["drugs": "yes"]],
                ["way": "pin", "consents": ["surgery": true]],
            ] {
                let answer = await desk.ask("POST", "/v1/session/choice", body: body)
                #expect(answer.status == 400 && problem(answer) == "malformed-body", "\(body)")
            }
            let text = HTTPRequest(method: "POST", target: "/v1/session/choice")
            #expect(await desk.ask(text.method, text.target).status == 400)
            let reader = await desk.ask("GET", "/v1/session?reader=other")
            #expect(reader.status == 503 && problem(reader) == "no-reader")
            let named = String(decoding: reader.body, as: UTF8.self)
            #expect(named.contains("other") && named.contains(WholeDesk.reader))
            let view = try json(await desk.ask("GET", "/v1/session"))
            #expect(view["state"] == "choosing")
            let early = await desk.ask("/v1/session/pin", pin: "1234")
            #expect(early.status == 409 && problem(early) == "wrong-state")
            #expect(desk.slot.triesLeft == 3)
        }
    }

    @Test("another program that holds the card is named, before and in the proof; no PIN is sent")
    func heldByAnother() async throws {
        try await desk { desk in
            _ = await desk.ask("POST", "/v1/session/claim")
            let choice: JSONValue = ["way": "pin", "consents": ["drugs": true]]
            _ = await desk.ask("POST", "/v1/session/choice", body: choice)
            desk.slot.hold(true)
            let held = await desk.ask("/v1/session/pin", pin: "1234")
            #expect(held.status == 409 && problem(held) == "card-in-use")
            #expect(try json(await desk.ask("GET", "/v1/session"))["readyForPIN"] == true)
            let claimed = try json(await desk.ask("POST", "/v1/session/claim"))
            let named = claimed["closing"]?["problem"]?["type"]
            #expect(named == "urn:madoguchi:problem:card-in-use")
            #expect(desk.slot.log.pinCount == 0)
            desk.slot.hold(false)
            #expect(try json(await desk.checkIn())["closing"]?["kind"] == "accepted")
        }
    }

    @Test("a card that gives no answer is told as such, at its reading and in the proof")
    func silent() async throws {
        try await desk { desk in
            let image = try #require(Cards.one)
            let always = Dictionary(uniqueKeysWithValues: (1...99).map { ($0, Fault.mute) })
            desk.put(FaultyCard(VirtualCard(image), plan: FaultPlan(always)))
            let claimed = try json(await desk.ask("POST", "/v1/session/claim"))
            #expect(
                claimed["closing"]?["problem"]?["type"] == "urn:madoguchi:problem:mute-card")
            desk.put(VirtualCard(image))
            #expect(try await desk.state("choosing"))
            _ = await desk.ask("POST", "/v1/session/claim")
            _ = await desk.ask(
                "POST", "/v1/session/choice", body: ["way": "pin", "consents": [:]])
            desk.slot.put(FaultyCard(VirtualCard(image), plan: FaultPlan(always)))
            let proof = await desk.ask("/v1/session/pin", pin: "1234")
            #expect(proof.status == 409 && problem(proof) == "mute-card")
            #expect(problem(await desk.ask("/v1/portal/drugs", pin: "1234")) == "mute-card")
        }
    }

    @Test("a pulled card ends each step with its name")
    func pulled() async throws {
        try await desk { desk in
            _ = await desk.ask("POST", "/v1/session/claim")
            desk.pull()
            while try json(await desk.ask("GET", "/v1/session"))["state"] != "interrupted" {
                await Task.yield()
            }
            let choice = await desk.ask(
                "POST", "/v1/session/choice", body: ["way": "pin", "consents": [:]])
            #expect(choice.status == 409 && problem(choice) == "wrong-state")
            desk.put()
            let view = try json(await desk.checkIn())
            #expect(view["closing"]?["kind"] == "accepted")
        }
    }
}
