import APDU
import CheckIns
import HTTP
import JSON
import Octets
import Synchronization
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// People at one desk who do anything, with cards and a clearinghouse that fail by chance. The same
/// seed makes the same choices.
struct RandomSessions {
    let desk: WholeDesk
    private var numbers: SeededNumbers
    /// Everybody's card, as it is now.
    private var cards = Cards.somebodies.map(\.card)
    /// Whose card was put in last.
    private var current = 0
    /// What was shown: it must be found in the history.
    private(set) var shown: [Shown] = []
    /// How the sessions ended, by name.
    private(set) var ends: [String: Int] = [:]
    /// How often somebody had to be given time.
    let patience = Patience()
    private var lastTriesAllowed = 0

    /// Something that a screen showed about somebody.
    struct Shown: Hashable {
        let person: String
        /// The statement of the check-in.
        let statement: SHA256Digest
        /// Where the disclosure of a record stands.
        var index: UInt64?
    }

    private static let names: Set = [
        "empty", "reading", "choosing", "proving", "recordingIntent", "asking",
        "recordingOutcome", "interrupted", "accepted", "answered", "refused", "offline", "ended",
    ]
    private static let closing: Set = ["accepted", "answered", "refused", "offline", "ended"]

    init(desk: WholeDesk, seed: UInt64) {
        self.desk = desk
        numbers = SeededNumbers(seed: seed)
    }

    /// What was shown since this was asked.
    mutating func takeShown() -> [Shown] {
        defer { shown = [] }
        return shown
    }

    // MARK: Chance

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &numbers) < percent
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[Int.random(in: choices.indices, using: &numbers)]
    }

    /// What goes wrong with a card, and when.
    private mutating func plan() -> FaultPlan {
        var plan = FaultPlan(seed: numbers.next())
        if chance(15) {
            plan.slowness = Slowness(medianMilliseconds: pick([5, 50, 500]), seed: numbers.next())
        }
        guard chance(40) else { return plan }
        let kinds: [Fault] = [
            .pulledBefore, .pulledAfter, .mute, .resetsItself, .swapped, .zeroOctets, .oneOctet,
            .overlong, .randomStatus, .flipped, .status(StatusWord(rawValue: 0x6F00)),
        ]
        for _ in 0...Int.random(in: 0...1, using: &numbers) {
            plan.faults[Int.random(in: 1...20, using: &numbers)] = pick(kinds)
        }
        return plan
    }

    // MARK: Cards

    /// Puts somebody's card in, and waits until the terminal has heard of it: choices go on from
    /// what it knows, not from what it is about to know.
    private mutating func put(_ index: Int) async throws {
        take()
        current = index
        if cards[index].pinTriesLeft == 0, chance(60) { try? cards[index].resetPINs() }
        let other = (index + 1) % cards.count
        desk.put(FaultyCard(cards[index], plan: plan(), spare: cards[other]))
        let desk = desk
        let isSeen = try await desk.until {
            if desk.slot.card?.isOut == true { return true }
            return (try? await desk.view()["cardPresent"]) == true
        }
        #expect(isSeen)
        try await settle()
    }

    /// Lets time pass, once every timer runs, and until what it woke is done.
    private func pass(_ seconds: Double) async throws {
        try await Task.sleep(for: .milliseconds(3))
        desk.clock.advance(seconds: seconds)
        try await Task.sleep(for: .milliseconds(3))
        try await settle()
    }

    private func pull() async throws {
        desk.pull()
        try await settle()
    }

    /// Takes the cards back: what they remember goes on.
    private mutating func take() {
        guard let there = desk.slot.card else { return }
        for card in [there.card, there.spare].compactMap(\.self) {
            for index in cards.indices where cards[index].image.person == card.image.person {
                cards[index] = card
            }
        }
    }

    private var reader: Somebody? {
        let person = desk.slot.card?.card.image.person
        return Cards.somebodies.first { $0.id == person }
    }

    // MARK: One session

    /// One card session from the card to the empty reader.
    mutating func run() async throws {
        if chance(25) {
            await desk.trouble(
                pick(HouseTrouble.allCases), requests: pick([1, 2, 1000]),
                path: pick(["", "/v1/challenges", "/v1/checks"]))
        }
        try await put(Int.random(in: cards.indices, using: &numbers))
        for _ in 0..<12 {
            let view = try await view()
            guard let state = view["state"]?.stringValue else { break }
            if state == "empty" || Self.closing.contains(state) { break }
            try await step(state, view)
        }
        let end = try await view()
        let name = end["closing"]?["kind"] ?? end["state"]
        ends[name?.stringValue ?? "", default: 0] += 1
        try await leave()
        judge()
    }

    private mutating func step(_ state: String, _ view: JSONValue) async throws {
        switch state {
        case "choosing":
            if chance(82) { return try await choose() }
            try await wander()
        case "proving":
            if view["readyForStaff"] == true { return try await confirm() }
            if view["readyForPIN"] == true, chance(82) { return try await enterPIN() }
            try await wander()
        case "interrupted":
            switch Int.random(in: 0..<3, using: &numbers) {
            case 0: try await put(current)
            case 1: try await put((current + 1) % cards.count)
            default: try await pass(31)
            }
        default: break
        }
        try await settle()
    }

    /// What people do instead of going on.
    private mutating func wander() async throws {
        switch Int.random(in: 0..<6, using: &numbers) {
        case 0, 1: try await pull()
        case 2:
            try await pull()
            try await put((current + 1) % cards.count)
        case 3: _ = try await ask("POST", "/v1/session/claim")
        case 4: _ = try await ask("POST", "/v1/session/back")
        default: try await pass(pick([5, 51, 61]))
        }
        try await settle()
    }

    private mutating func choose() async throws {
        var consents: [String: JSONValue] = [:]
        for item in ["drugs", "checkups"] where chance(70) { consents[item] = .bool(chance(70)) }
        let way: JSONValue = chance(88) ? "pin" : "visualCheck"
        _ = try await ask(
            "POST", "/v1/session/choice", body: ["way": way, "consents": .object(consents)])
    }

    private mutating func enterPIN() async throws {
        let pin = chance(70) ? "1234" : pick(["0000", "9999", "12", "12345", "abcd"])
        let (answer, text) = try await enter(pin, [])
        switch (try? Problem(json: text))?.name {
        case "last-try"? where chance(50):
            guard let token = try await ask("POST", "/v1/session/last-try").1["token"]?.stringValue
            else { return }
            lastTriesAllowed += 1
            let (answer, text) = try await enter(pin, [("Madoguchi-Last-Try", token)])
            try await accepted(answer, text)
        case "pin-paused"?:
            if chance(50) {
                _ = try await ask("POST", "/v1/readers/end-pause", as: "administrator")
            } else {
                try await pass(301)
            }
        default: try await accepted(answer, text)
        }
    }

    private func enter(
        _ pin: String, _ headers: [(String, String)]
    ) async throws -> (HTTPResponse, JSONValue) {
        let desk = desk
        return try await heard {
            await desk.ask("/v1/session/pin", pin: pin, as: "reception", headers: headers)
        }
    }

    private mutating func confirm() async throws {
        let (answer, text) = try await ask(
            "POST", "/v1/session/confirm", as: "reception", body: ["reason": "pinForgotten"])
        try await accepted(answer, text)
    }

    /// What an accepted patient's qualification and records show.
    private mutating func accepted(_ answer: HTTPResponse, _ text: JSONValue) async throws {
        guard text["closing"]?["kind"] == "accepted" else {
            return expect(answer, names: nil)
        }
        let id = try #require(text["checkIn"]?.stringValue)
        let person = try #require(reader)
        expect(answer, names: person)
        let checkIn = try #require(await desk.book.checkIn(id: id))
        shown.append(Shown(person: person.id, statement: checkIn.statement))
        guard chance(60) else { return }
        for item in ["drugs", "checkups"] {
            let (answer, text) = try await ask(
                "GET", "/v1/check-ins/\(id)/\(item)", as: "clinician")
            expect(answer, names: answer.status == 200 && item == "drugs" ? person : nil)
            guard answer.status == 200 else { continue }
            let index = try #require(text["historyIndex"]?.integerValue)
            shown.append(
                Shown(
                    person: person.id, statement: checkIn.statement, index: UInt64(index)))
        }
        if chance(30) {
            let act = pick(["withdraw", "close"])
            _ = try await ask("POST", "/v1/check-ins/\(id)/\(act)", as: "reception")
        }
    }

    /// The card goes, the message is seen, some minutes pass.
    private mutating func leave() async throws {
        await desk.heal()
        try await pull()
        take()
        var isEmpty = false
        for _ in 0..<40 where !isEmpty {
            _ = try await ask("POST", "/v1/session/seen")
            isEmpty = try await view()["state"] == "empty"
            if !isEmpty {
                try await pass(31)
            }
        }
        #expect(isEmpty, "the reader is free again")
        desk.slot.put(nil as FaultyCard?)
        desk.clock.advance(seconds: Double(Int.random(in: 60...600, using: &numbers)))
    }

    // MARK: Judging

    private mutating func judge() {
        let log = desk.slot.log
        #expect(log.wrongs.isEmpty, "\(log.wrongs)")
        #expect(log.lastTryCount <= lastTriesAllowed, "a last try needs a yes of its own")
        desk.slot.clearLog()
        lastTriesAllowed = 0
        for card in cards { #expect((0...3).contains(card.pinTriesLeft)) }
    }

    /// An answer names this person and nobody else.
    private func expect(_ answer: HTTPResponse, names person: Somebody?) {
        let text = String(decoding: answer.body, as: UTF8.self)
        for somebody in Cards.somebodies {
            #expect(text.contains(somebody.mark) == (somebody.id == person?.id))
        }
    }

    private func view() async throws -> JSONValue {
        let (answer, view) = try await ask("GET", "/v1/session")
        #expect(Self.names.contains(view["state"]?.stringValue ?? ""))
        expect(answer, names: nil)
        return view
    }

    /// Waits while somebody is at work, or a card is gone and nobody knows yet.
    private func settle() async throws {
        let desk = desk
        let isAtRest = try await desk.until {
            guard let view = try? await desk.view() else { return false }
            if !desk.slot.hasCard, view["cardPresent"] == true { return false }
            let busy: Set<JSONValue> = [
                "reading", "recordingIntent", "asking", "recordingOutcome",
            ]
            return view["state"].map { !busy.contains($0) } ?? false && view["busy"] != true
        }
        #expect(isAtRest, "a session hangs")
    }

    private func ask(
        _ method: String, _ target: String, as token: String? = nil, body: JSONValue? = nil
    ) async throws -> (HTTPResponse, JSONValue) {
        let desk = desk
        return try await heard { await desk.ask(method, target, as: token, body: body) }
    }

    /// An answer, and what it says. Who waits for time to pass is given some.
    private func heard(
        _ ask: @escaping @Sendable () async -> HTTPResponse
    ) async throws -> (HTTPResponse, JSONValue) {
        let (clock, patience) = (desk.clock, patience)
        let passing = Task {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil {
                patience.lose()
                clock.advance(seconds: 5)
            }
        }
        defer { passing.cancel() }
        let answer = await ask()
        return (answer, answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body))
    }
}

/// Counts.
final class Patience: Sendable {
    private let lost = Mutex(0)
    var count: Int { lost.withLock(\.self) }
    func lose() { lost.withLock { $0 += 1 } }
}
