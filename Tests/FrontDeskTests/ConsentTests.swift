import AccessHistory
import CheckIns
import Cryptography
import Disclosures
import HTTP
import JSON
import Octets
import Records
import Terminal
import TestWorlds
import Testing
import VirtualCard

@Suite("Consents, judged from the history")
struct ConsentTests {
    typealias Pair = (intent: HistoryEvent, outcome: HistoryEvent?)

    /// The intent and outcome of a check-in, by PIN or by sight, so many seconds from now.
    func checkedIn(
        bySight: Bool = false, later: Double = 0,
        _ body: (Pair, ConsentJudgement.Grounds) throws -> Void
    ) async throws {
        let desk = try await WholeDesk.sample()
        desk.clock.advance(seconds: later)
        desk.put()
        if bySight {
            _ = await desk.ask("POST", "/v1/session/claim")
            _ = await desk.ask(
                "POST", "/v1/session/choice",
                body: ["way": "visualCheck", "consents": ["drugs": true]])
            let answer = await desk.ask(
                "POST", "/v1/session/confirm", as: "reception", body: ["reason": "pinForgotten"])
            #expect(answer.status == 200)
        } else {
            #expect(await desk.checkIn(consents: ["drugs": true]).status == 200)
        }
        let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
        let intent = try #require(events.first { $0.kind == .intent })
        let outcome = events.first { $0.kind == .outcome }
        try body((intent, outcome), desk.grounds)
        try await desk.close()
    }

    func judge(_ pair: Pair, _ grounds: ConsentJudgement.Grounds) throws -> ConsentJudgement {
        try #require(ConsentJudgement(pair.intent, pair.outcome, on: grounds))
    }

    /// The checks that do not hold.
    func failed(_ pair: Pair, _ grounds: ConsentJudgement.Grounds) throws -> [String] {
        try judge(pair, grounds).checks.filter { !$0.holds }.map(\.name)
    }

    @Test("a consent by PIN holds, and says what it proves")
    func byPIN() async throws {
        try await checkedIn { pair, grounds in
            let judgement = try judge(pair, grounds)
            #expect(judgement.isValid, "\(judgement.checks)")
            #expect(judgement.proves.contains("unlocked by its PIN"))
            #expect(judgement.statement?.items.map(\.item) == [.drugs])
            #expect(pair.intent.statement?.terminalKey == nil)
            // Whatever key the terminal has today.
            var later = grounds
            later.presentKey = nil
            #expect(try judge(pair, later).isValid)
        }
    }

    @Test("a parent or carer who enters is signed for, in every entry, and at the desk")
    func enteredByProxy() async throws {
        let desk = try await WholeDesk.sample()
        for proxy in Proxy.allCases {
            desk.put()
            let before = try await desk.store.events(matching: HistoryQuery()).count
            let word = JSONValue.string(proxy.rawValue)
            // A try that is spent is written down as theirs too.
            #expect(await desk.checkIn(pin: "9999", enteredBy: word).status == 409)
            #expect(await desk.ask("/v1/session/pin", pin: "1234").status == 200)
            let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
                .dropFirst(before)
            #expect(
                events.map(\.kind) == [
                    .proof, .proof, .consentGiven, .consentGiven, .intent, .outcome,
                ])
            #expect(events.allSatisfy { $0.actor.role.rawValue == proxy.rawValue })
            let intent = try #require(events.first { $0.kind == .intent })
            let judgement = try judge((intent, events.last), desk.grounds)
            #expect(judgement.isValid, "\(judgement.checks)")
            #expect(judgement.statement?.enteredBy == proxy)
            #expect(judgement.proves.contains("it says that a \(proxy.rawValue) entered it"))
            let listed = try await desk.ask("GET", "/v1/check-ins", as: "reception").json()
            let ways = (listed["checkIns"]?.arrayValue ?? []).compactMap { $0["enteredBy"] }
            #expect(ways.contains(word))
            desk.pull()
            // The next card's holder enters for themselves until somebody says otherwise.
            #expect(try await desk.state("accepted"))
            _ = await desk.ask("POST", "/v1/session/seen")
        }
        desk.put()
        #expect(await desk.checkIn(enteredBy: "neighbour").status == 400)
        #expect(await desk.checkIn().status == 200)
        let last = try await desk.store.events(matching: HistoryQuery()).map(\.event).last
        #expect(last?.actor == .patient)
        try await desk.close()
    }

    @Test("within three months after its end a card's certificate is judged by its last day")
    func inGrace() async throws {
        let desk = try await WholeDesk.sample()
        let card = try #require(Cards.one?.authentication?.certificate)
        let end = try Certificate(der: card).notAfter
        let seconds = Double(end.seconds - desk.clock.now().seconds) + 86_400
        try await desk.close()
        try await checkedIn(later: seconds) { pair, grounds in
            let judgement = try judge(pair, grounds)
            #expect(judgement.isValid, "\(judgement.checks)")
            #expect(judgement.checks.contains { $0.detail.contains("it had ended") })
            // Nothing but the qualification was asked for.
            #expect(judgement.statement?.items.isEmpty == true)
            var tooLate = pair
            tooLate.intent.time = end.adding(months: 4)
            #expect(try failed(tooLate, grounds) == ["a trusted authority issued the certificate"])
        }
    }

    @Test("a visual check is judged by the key that signed it, which the clearinghouse vouches for")
    func bySight() async throws {
        try await checkedIn(bySight: true) { pair, grounds in
            let today = try judge(pair, grounds)
            #expect(today.isValid, "\(today.checks)")
            #expect(today.proves.contains("reception-1 looked at card and holder"))
            var later = grounds
            later.presentKey = try PrivateKey.generate(.p256).publicKey
            let changed = try judge(pair, later)
            #expect(changed.isValid, "\(changed.checks)")
            #expect(changed.checks.contains { $0.detail.contains("another key today") })
            // An entry of before keys were kept is judged by the key of today, and says so.
            var old = pair
            old.intent.statement?.terminalKey = nil
            #expect(try judge(old, grounds).isValid)
            #expect(
                try failed(old, later) == [
                    "the terminal's signature holds", "the key was this terminal's",
                ])
            // A key of one's own signs whatever one likes; nobody vouches for it.
            let own = try PrivateKey.generate(.p256)
            var forged = pair
            let octets = try #require(pair.intent.statement?.octets)
            forged.intent.statement?.terminalKey = own.publicKey.spki
            forged.intent.statement?.signature = try own.sign(
                StatementKind.checkInByTerminal.signedOctets(octets))
            #expect(try failed(forged, grounds) == ["the key was this terminal's"])
            forged.outcome = nil
            #expect(
                try failed(forged, grounds) == [
                    "the clearinghouse's signed word", "the key was this terminal's",
                ])
            forged.intent.statement?.terminalKey = [1, 2, 3]
            #expect(try failed(forged, grounds).contains("the terminal's signature holds"))
        }
    }

    @Test("each part that is forged is found", arguments: [false, true])
    func forged(bySight: Bool) async throws {
        let signature = "the \(bySight ? "terminal" : "card")'s signature holds"
        let word = "the clearinghouse's signed word"
        try await checkedIn(bySight: bySight) { pair, grounds in
            let text = String(decoding: pair.intent.statement?.octets ?? [], as: UTF8.self)
            var other = pair
            other.intent.statement?.octets = Array(
                text.replacing("\"drugs\"", with: "\"checkups\"").utf8)
            #expect(try Set(failed(other, grounds)).isSuperset(of: [signature, word]))
            other.intent.statement?.octets = Array((" " + text).utf8)
            #expect(try failed(other, grounds).contains("statement is canonical"))
            other = pair
            other.intent.statement?.signature[9] ^= 1
            #expect(try failed(other, grounds) == [signature])
            other = pair
            other.intent.statement?.certificate = try #require(
                Cards.somebodies[1].image.authentication?.certificate)
            #expect(try failed(other, grounds).contains("statement names this certificate"))
            other.intent.statement?.certificate[40] ^= 1
            #expect(try !judge(other, grounds).isValid)
            other.intent.statement?.certificate = [0x30, 0]
            #expect(try failed(other, grounds).contains("certificate is readable"))
            other = pair
            other.outcome?.answer?.octets[30] ^= 1
            #expect(try failed(other, grounds).contains(word))
            other = pair
            other.outcome?.answer?.signature[9] ^= 1
            #expect(try failed(other, grounds).contains(word))
            // The answer to another statement, however well it is signed.
            other = pair
            other.outcome?.answer = nil
            #expect(try failed(other, grounds).contains(word))
            var elsewhere = grounds
            elsewhere.answerKey = try PrivateKey.generate(.ed25519).publicKey
            #expect(try failed(pair, elsewhere).contains(word))
            elsewhere = grounds
            elsewhere.anchors = TrustAnchors([])
            #expect(
                try failed(pair, elsewhere) == ["a trusted authority issued the certificate"])
        }
    }
}
