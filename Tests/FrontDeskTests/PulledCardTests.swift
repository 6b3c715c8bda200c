import AccessHistory
import CheckIns
import Cryptography
import Disclosures
import HTTP
import JSON
import Octets
import Synchronization
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// A card pulled at each of its commands, and what becomes of the session, of the same card when it
/// comes back, and of another one.
@Suite("A card pulled at any moment, over the whole terminal")
struct PulledCardTests {
    /// A desk for the time of a body. Its cards have all their tries.
    func desk(_ body: @Sendable (WholeDesk) async throws -> Void) async throws {
        let desk = try await WholeDesk.sample(limits: [.interrupted: 30])
        do { try await body(desk) } catch {
            try await desk.close()
            throw error
        }
        #expect(desk.slot.log.wrongs.isEmpty)
        try await keepsApart(desk)
        try await desk.close()
    }

    func json(_ response: HTTPResponse) throws -> JSONValue {
        try JSONValue(parsing: response.body)
    }

    func problem(_ response: HTTPResponse) -> String? {
        (try? Problem(json: JSONValue(parsing: response.body)))?.name
    }

    /// No card session's entries are about two cards, and each question has one answer.
    func keepsApart(_ desk: WholeDesk) async throws {
        let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
        let ofSession = Dictionary(grouping: events) { $0.cardSession ?? "" }
        for (session, events) in ofSession where !session.isEmpty {
            let cards = Set(events.compactMap(\.patient?.card))
            #expect(cards.count <= 1, "\(events.map(\.kind))")
        }
    }

    /// Another person's card begins clean, and shows that person alone.
    func begins(_ desk: WholeDesk, with person: Somebody) async throws {
        desk.put(person.card)
        #expect(try await desk.state("choosing"))
        let view = try await desk.view()
        #expect(view["way"] == nil && view["consents"] == nil && view["triesLeft"] == 3)
        try await finishes(desk, as: person, consents: ["drugs": true], items: 1)
    }

    /// From `choosing` to the records.
    func finishes(
        _ desk: WholeDesk, as person: Somebody, consents: JSONValue, items: Int
    ) async throws {
        let chosen = await desk.ask(
            "POST", "/v1/session/choice", body: ["way": "pin", "consents": consents])
        #expect(chosen.status == 200)
        let answer = await desk.ask("/v1/session/pin", pin: "1234", as: "reception")
        let view = try json(answer)
        #expect(view["closing"]?["kind"] == "accepted")
        #expect(view["closing"]?["items"]?.arrayValue?.count == items)
        names(person, answer)
        guard items > 0, let id = view["checkIn"]?.stringValue else { return }
        let drugs = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
        #expect(drugs.status == 200)
        names(person, drugs)
    }

    /// An answer names this person and nobody else.
    func names(_ person: Somebody, _ answer: HTTPResponse) {
        let text = String(decoding: answer.body, as: UTF8.self)
        for somebody in Cards.somebodies {
            #expect(text.contains(somebody.mark) == (somebody.id == person.id))
        }
    }

    /// Pulls the card and lets the message be seen, so that the reader is empty.
    func empties(_ desk: WholeDesk) async throws {
        desk.pull()
        _ = await desk.ask("POST", "/v1/session/seen")
        #expect(try await desk.state("empty"))
    }

    /// How many commands it takes to read a card, and to read it and prove its holder.
    func counts() async throws -> (reading: Int, all: Int) {
        let counts = Mutex((0, 0))
        try await desk { desk in
            desk.put(try #require(Cards.somebodies.first).card)
            #expect(try await desk.state("choosing"))
            let reading = desk.slot.card?.commandCount ?? 0
            try await finishes(
                desk, as: try #require(Cards.somebodies.first), consents: [:], items: 0)
            let all = desk.slot.card?.commandCount ?? 0
            counts.withLock { $0 = (reading, all) }
        }
        let (reading, all) = counts.withLock { $0 }
        #expect(reading >= 8 && all == reading + 8)
        return (reading, all)
    }

    @Test("before the certificate is read: empty; the next card begins clean")
    func reading() async throws {
        let count = try await counts().reading
        try await desk { desk in
            let (first, second) = (Cards.somebodies[0], Cards.somebodies[1])
            for number in 1...count {
                for fault in [Fault.pulledBefore, .pulledAfter] {
                    desk.put(FaultyCard(first.card, plan: FaultPlan([number: fault])))
                    #expect(try await desk.until { desk.slot.card?.isOut == true })
                    #expect(try await desk.state("empty"), "\(fault) at \(number)")
                    #expect(desk.slot.card?.commandCount == number)
                    try await begins(desk, with: second)
                    try await empties(desk)
                }
            }
            #expect(try await !desk.hasEntries(of: first))
        }
    }

    @Test("while the holder proves who they are: interrupted; the same card goes on where it was")
    func provingSame() async throws {
        let (reading, all) = try await counts()
        try await desk { desk in
            let first = Cards.somebodies[0]
            for number in reading + 1...all {
                for fault in [Fault.pulledBefore, .pulledAfter] {
                    try await interrupts(desk, first, FaultPlan([number: fault]))
                    desk.put(try #require(desk.slot.card))
                    #expect(try await desk.state("choosing"))
                    let view = try await desk.view()
                    #expect(view["way"] == "pin" && view["consents"] == ["drugs": true])
                    try await finishes(desk, as: first, consents: ["drugs": true], items: 1)
                    try await empties(desk)
                }
            }
        }
    }

    @Test("while the holder proves who they are: another card begins clean")
    func provingOther() async throws {
        let (reading, all) = try await counts()
        try await desk { desk in
            let (first, second) = (Cards.somebodies[0], Cards.somebodies[1])
            for number in reading + 1...all {
                for fault in [Fault.pulledBefore, .pulledAfter] {
                    try await interrupts(desk, first, FaultPlan([number: fault]))
                    try await begins(desk, with: second)
                    try await empties(desk)
                }
            }
        }
    }

    /// A proof in whose middle the card is pulled.
    func interrupts(_ desk: WholeDesk, _ person: Somebody, _ plan: FaultPlan) async throws {
        desk.put(FaultyCard(person.card, plan: plan))
        #expect(try await desk.state("choosing"))
        let chosen = await desk.ask(
            "POST", "/v1/session/choice", body: ["way": "pin", "consents": ["drugs": true]])
        #expect(try json(chosen)["readyForPIN"] == true)
        let answer = await desk.ask("/v1/session/pin", pin: "1234", as: "reception")
        #expect(answer.status == 409 && problem(answer) == "card-pulled", "\(plan.faults)")
        #expect(try await desk.state("interrupted"))
        #expect(desk.slot.card?.isOut == true && desk.slot.triesLeft == 3)
    }

    @Test("while the patient chooses: interrupted, and ended when nobody comes back")
    func choosing() async throws {
        try await desk { desk in
            let (first, second) = (Cards.somebodies[0], Cards.somebodies[1])
            for comesBack in [true, false] {
                desk.put(first.card)
                #expect(try await desk.state("choosing"))
                desk.pull()
                #expect(try await desk.state("interrupted"))
                if comesBack {
                    desk.put()
                    #expect(try await desk.state("choosing"))
                    try await finishes(desk, as: first, consents: [:], items: 0)
                    try await empties(desk)
                    continue
                }
                #expect(try await desk.until { desk.clock.hasSleeper(for: 30) })
                desk.clock.advance(seconds: 29)
                #expect(try await desk.view()["state"] == "interrupted")
                desk.clock.advance(seconds: 1)
                #expect(try await desk.state("ended"))
                try await begins(desk, with: second)
            }
        }
    }

    @Test("a try that was spent when the card left is spent, and written down")
    func wrongPIN() async throws {
        let reading = try await counts().reading
        try await desk { desk in
            let first = Cards.somebodies[0]
            // VERIFY is the sixth command of the proof.
            let plan = FaultPlan([reading + 6: .pulledAfter])
            desk.put(FaultyCard(first.card, plan: plan))
            #expect(try await desk.state("choosing"))
            _ = await desk.ask(
                "POST", "/v1/session/choice", body: ["way": "pin", "consents": [:]])
            let answer = await desk.ask("/v1/session/pin", pin: "0000", as: "reception")
            #expect(problem(answer) == "card-pulled" && desk.slot.triesLeft == 2)
            let written = try await desk.until {
                (try? await desk.proofs())?.contains { $0.reason == "pinUnanswered" } == true
            }
            #expect(written)
            #expect(try await desk.failures() == 1, "pulling the card is no way round the pause")
            desk.put(try #require(desk.slot.card))
            #expect(try await desk.state("choosing"))
            #expect(try await desk.view()["triesLeft"] == 2)
        }
    }

    @Test(
        "a card that answers nothing to the PIN may have spent a try: told, written down, counted")
    func mutePIN() async throws {
        let reading = try await counts().reading
        try await desk { desk in
            let first = Cards.somebodies[0]
            desk.put(FaultyCard(first.card, plan: FaultPlan([reading + 6: .mute])))
            #expect(try await desk.state("choosing"))
            _ = await desk.ask(
                "POST", "/v1/session/choice", body: ["way": "pin", "consents": [:]])
            let answer = await desk.ask("/v1/session/pin", pin: "0000", as: "reception")
            #expect(answer.status == 409 && problem(answer) == "pin-unanswered")
            let proofs = try await desk.proofs()
            #expect(proofs.map(\.reason) == ["pinUnanswered"])
            #expect(try await desk.failures() == 1)
        }
    }

    @Test("a card that leaves and comes back while the nonce is fetched: the choice is answered")
    func fetching() async throws {
        try await desk { desk in
            let first = Cards.somebodies[0]
            desk.wire.set { request, response in
                guard request.target == "/v1/challenges", desk.slot.card?.commandCount == 8 else {
                    return response
                }
                desk.pull()
                desk.put(first.card)
                // The session is back where it was before anybody can have seen it leave.
                _ = try? await desk.until { desk.slot.card?.commandCount == 8 }
                return response
            }
            desk.put(first.card)
            #expect(try await desk.state("choosing"))
            let chosen = try json(
                await desk.ask(
                    "POST", "/v1/session/choice", body: ["way": "pin", "consents": ["drugs": true]])
            )
            #expect(["interrupted", "reading", "choosing"].contains(chosen["state"]))
            #expect(try await desk.state("choosing"))
            desk.wire.set(nil)
            try await finishes(desk, as: first, consents: ["drugs": true], items: 1)
        }
    }

    @Test("once the intent is written the session ends by itself, and the next card waits its turn")
    func asking() async throws {
        try await desk { desk in
            let (first, second) = (Cards.somebodies[0], Cards.somebodies[1])
            for comesAnother in [false, true] {
                desk.wire.set { request, response in
                    guard request.target == "/v1/checks/card" else { return response }
                    desk.pull()
                    _ = try? await desk.until {
                        (try? await desk.view()["cardPresent"]) == false
                    }
                    guard comesAnother else { return response }
                    desk.put(second.card)
                    _ = try? await desk.until { (try? await desk.view()["cardPresent"]) == true }
                    return response
                }
                desk.put(first.card)
                #expect(try await desk.state("choosing"))
                try await finishes(desk, as: first, consents: ["drugs": true], items: 1)
                desk.wire.set(nil)
                _ = await desk.ask("POST", "/v1/session/seen")
                #expect(try await desk.state(comesAnother ? "choosing" : "empty"))
                if comesAnother {
                    let view = try await desk.view()
                    #expect(view["way"] == nil && view["consents"] == nil)
                    try await finishes(desk, as: second, consents: ["drugs": true], items: 1)
                }
            }
        }
    }
}

extension WholeDesk {
    /// The proofs that the history tells of.
    fileprivate func proofs() async throws -> [HistoryEvent] {
        try await store.events(matching: HistoryQuery()).map(\.event).filter { $0.kind == .proof }
    }

    /// The failed PINs counted on the reader.
    fileprivate func failures() async throws -> Int64? {
        let status = try JSONValue(parsing: await ask("GET", "/v1/status").body)
        guard case .integer(let count)? = status["readers"]?.arrayValue?.first?["failedPINs"] else {
            return nil
        }
        return count
    }

    /// Whether the history has anything about a person's card.
    fileprivate func hasEntries(of person: Somebody) async throws -> Bool {
        let known = try await store.events(matching: HistoryQuery()).map(\.event)
        guard let octets = person.image.authentication?.certificate else { return false }
        let reference = store.cardReference(ofCertificate: SHA256Digest(hashing: octets))
        return known.contains { $0.patient?.card == reference }
    }
}
