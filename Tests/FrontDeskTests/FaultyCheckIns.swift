import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Octets
import Synchronization
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// Two people at a time, each at a reader of their own, while everything that a clearinghouse and a
/// line can do wrong is done by chance: swapped answers, too, as both ask at once.
struct FaultyCheckIns {
    typealias HouseFault = ClearinghouseSimulator.Fault
    let desk: WholeDesk
    private var numbers: SeededNumbers
    /// What was shown: each must be found in the history.
    private(set) var shown: [Shown] = []
    /// How often an answer came to somebody else's question.
    let swaps = SwapWatch()
    /// How check-ins and openings ended, by name.
    private(set) var ends: [String: Int] = [:]

    /// Something that a screen showed about somebody.
    struct Shown: Hashable, Sendable {
        let person: String
        /// The statement of the check-in.
        let statement: SHA256Digest
        /// The record's digest and where its disclosure stands.
        var record: SHA256Digest?
        var index: UInt64?
    }

    /// What one person's visit came to.
    private struct Visit: Sendable {
        var shown: [Shown] = []
        var ends: [String] = []
    }

    /// Where a session may stand.
    static let names: Set = [
        "empty", "reading", "choosing", "proving", "recordingIntent", "asking",
        "recordingOutcome", "interrupted", "accepted", "answered", "refused", "offline", "ended",
    ]

    init(desk: WholeDesk, seed: UInt64) async {
        self.desk = desk
        numbers = SeededNumbers(seed: seed)
        await desk.house.order(Self.faults)
        let swaps = swaps
        desk.wire.set { request, response throws(ClearinghouseError) in
            swaps.watch(request, response)
            return response
        }
    }

    /// Every kind of fault, some of each, of any request; swaps of what two ask at once.
    static let faults: [HouseFault] = HouseFault.Kind.allCases.flatMap { kind -> [HouseFault] in
        let paths = kind == .swap ? ["/v1/checks", "/v1/records"] : ["/v1/"]
        return paths.map { path in
            var fault = HouseFault(kind, count: 1_000_000, path: path, milliseconds: 15)
            fault.perMille = kind == .swap ? 350 : 12
            if kind == .problem { fault.problem = .cardNotRegistered }
            if kind == .code { fault.code = Behaviour.Code(table: "OQSCD012", value: "B05") }
            return fault
        }
    }

    /// What was shown since this was asked.
    mutating func takeShown() -> [Shown] {
        defer { shown = [] }
        return shown
    }

    /// Two check-ins at once, with whatever they may open afterwards.
    mutating func run() async throws {
        let people = Cards.somebodies.shuffled(using: &numbers)
        let consents = (0..<2).map { _ in
            JSONValue.object([
                "drugs": .bool(Int.random(in: 0..<10, using: &numbers) < 8),
                "checkups": .bool(Int.random(in: 0..<10, using: &numbers) < 8),
            ])
        }
        async let one = visit(people[0], on: WholeDesk.reader, consents[0])
        async let two = visit(people[1], on: WholeDesk.otherReader, consents[1])
        for visit in [try await one, try await two] {
            shown += visit.shown
            for end in visit.ends { ends[end, default: 0] += 1 }
        }
        desk.clock.advance(seconds: 20)
    }

    private func visit(
        _ person: Somebody, on reader: String, _ consents: JSONValue
    ) async throws -> Visit {
        var visit = Visit()
        desk.put(person.card, on: reader)
        let arrived = try await desk.until {
            let view = await self.view(reader)
            #expect(Self.names.contains(view["state"]?.stringValue ?? "none"))
            return view["cardPresent"] == true
        }
        #expect(arrived)
        let name = reader.replacing(" ", with: "%20")
        let (claimed, claim) = try await ask("POST", "/v1/session/claim?reader=\(name)")
        #expect(claimed.status == 200)
        let session = [("Madoguchi-Session", try #require(claim["session"]?.stringValue))]
        let (_, choice) = try await ask(
            "POST", "/v1/session/choice?reader=\(name)",
            body: ["way": "pin", "consents": consents], session)
        if choice["readyForPIN"] == true {
            let answer = await desk.ask(
                "/v1/session/pin?reader=\(name)", pin: "1234", as: "reception", headers: session)
            let text = try JSONValue(parsing: answer.body)
            visit.ends.append(Self.name(text))
            if text["closing"]?["kind"] == "accepted" {
                try await accepted(text, answer, person, consents, &visit)
            } else {
                expect(answer, names: nil)
            }
        } else {
            visit.ends.append(Self.name(choice))
        }
        try await leave(reader, name)
        return visit
    }

    /// The name of an end; there is always one.
    private static func name(_ text: JSONValue) -> String {
        let name =
            text["closing"]?["kind"]?.stringValue ?? text["state"]?.stringValue
            ?? text["type"]?.stringValue
        #expect(name != nil, "\(text.canonicalText.prefix(200))")
        return name ?? "none"
    }

    private func accepted(
        _ text: JSONValue, _ answer: HTTPResponse, _ person: Somebody, _ consents: JSONValue,
        _ visit: inout Visit
    ) async throws {
        expect(answer, names: person)
        let id = try #require(text["checkIn"]?.stringValue)
        let checkIn = try #require(await desk.book.checkIn(id: id))
        visit.shown.append(Shown(person: person.id, statement: checkIn.statement))
        let own = try await desk.ownRecords(of: person.id)
        for item in ["drugs", "checkups"] {
            let (answer, text) = try await ask(
                "GET", "/v1/check-ins/\(id)/\(item)", as: "clinician")
            expect(answer, names: answer.status == 200 && item == "drugs" ? person : nil)
            guard answer.status == 200 else {
                #expect(text["type"] != nil)
                visit.ends.append("\(item) not opened")
                continue
            }
            #expect(consents[item] == true, "\(item) was opened without consent")
            #expect(text["record"] == own[item], "another's \(item)")
            visit.ends.append("\(item) opened")
            visit.shown.append(
                Shown(
                    person: person.id, statement: checkIn.statement,
                    record: own[item].map { SHA256Digest(hashing: $0.canonical) },
                    index: UInt64(try #require(text["historyIndex"]?.integerValue))))
        }
    }

    /// The card goes, and the reader is free again.
    private func leave(_ reader: String, _ name: String) async throws {
        desk.put(nil, on: reader)
        let isFree = try await desk.until {
            _ = try? await ask("POST", "/v1/session/seen?reader=\(name)")
            let state = await view(reader)["state"]
            if state == "interrupted" { desk.clock.advance(seconds: 61) }
            return state == "empty"
        }
        #expect(isFree, "the reader is not free again")
    }

    private func view(_ reader: String) async -> JSONValue {
        let name = reader.replacing(" ", with: "%20")
        return (try? await ask("GET", "/v1/session?reader=\(name)").1) ?? .null
    }

    /// An answer names this person and nobody else.
    private func expect(_ answer: HTTPResponse, names person: Somebody?) {
        let text = String(decoding: answer.body, as: UTF8.self)
        for somebody in Cards.somebodies {
            #expect(text.contains(somebody.mark) == (somebody.id == person?.id))
        }
    }

    private func ask(
        _ method: String, _ target: String, as token: String? = nil, body: JSONValue? = nil,
        _ headers: [(String, String)] = [("Madoguchi-Session", "none")]
    ) async throws -> (HTTPResponse, JSONValue) {
        let answer = await desk.ask(method, target, as: token, body: body, headers: headers)
        return (answer, answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body))
    }
}

/// Counts the answers to checks that belong to another check.
final class SwapWatch: Sendable {
    private let state = Mutex<(asked: Set<String>, count: Int)>(([], 0))
    var count: Int { state.withLock(\.count) }

    func watch(_ request: HTTPRequest, _ response: HTTPResponse) {
        guard request.path == "/v1/checks/card",
            let statement = (try? request.json())?["statement"]?.stringValue
                .flatMap({ [UInt8](base64: $0) })
        else { return }
        let own = SHA256Digest(hashing: statement).hex
        let body = try? response.json()
        let answered = body?["answer"]?["statementDigest"] ?? body?["statementDigest"]
        state.withLock { state in
            state.asked.insert(own)
            if let told = answered?.stringValue, told != own, state.asked.contains(told) {
                state.count += 1
            }
        }
    }
}
