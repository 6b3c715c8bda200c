import Authority
import ClearinghouseSimulator
import Cryptography
import JSON
import Octets
import Records
import Synchronization
import Testing

@Suite("Checks by card")
struct HouseCheckTests {
    @Test("a good check is answered, signed, and echoes statement and patient everywhere")
    func goodCheck() async throws {
        let world = try await World()
        let body = try await world.checkedIn()
        let answer = try #require(body["answer"])
        let patient = try #require(answer["patient"]?.stringValue)
        #expect(answer["grant"]?["patient"]?.stringValue == patient)
        #expect(answer["grant"]?["statementDigest"] == answer["statementDigest"])
        #expect(answer["grant"]?["items"]?.arrayValue?.count == 2)
        let qualification = try Qualification(try #require(answer["qualification"]), at: "$")
        #expect(qualification.isQualified && qualification.confirmedOn == World.now.dateInJapan)
        #expect(qualification.entitlement?.consents.drugs?.flag == .given)
        let bytes = try octets(body, "bytes")
        let signature = try octets(body, "signature")
        #expect(world.answerKey.publicKey.isValid(signature: signature, over: bytes))
        let receipt = try JSONValue(parsing: bytes)
        #expect(receipt["kind"] == "madoguchi check-in answer v1")
        #expect(receipt["patient"]?.stringValue == patient)
        #expect(receipt["certificateStatus"] == "good")
        #expect(
            receipt["answerDigest"]?.stringValue == SHA256Digest(hashing: answer.canonical).hex)
    }

    @Test("of somebody who changed insurers a card finds the qualification that holds")
    func changedInsurer() throws {
        let holder: JSONValue = ["name": "見本", "sex": "2", "birthDate": "1980-05-03"]
        let ended: JSONValue = [
            "holder": holder, "classification": "01", "insurerNumber": "01010011",
            "disqualifiedOn": "2024-03-31",
        ]
        let holds: JSONValue = [
            "holder": holder, "classification": "01", "insurerNumber": "06139992",
        ]
        let both = try Qualification(
            ["validity": "1", "entitlements": [ended, holds]], at: "$")
        func answered(on text: String) throws -> [String] {
            var qualification = both
            qualification.complete(
                on: try #require(LocalDate(text)), standing: .good, consents: [],
                givenAt: World.now)
            return qualification.entitlements.map(\.insurerNumber)
        }
        #expect(try answered(on: "2024-03-31") == ["06139992"])
        #expect(try answered(on: "2024-03-30").count == 2)
    }

    private func octets(_ body: JSONValue, _ key: String) throws -> [UInt8] {
        try #require(
            body["receipt"]?[key]?.stringValue.flatMap { [UInt8](base64: $0) })
    }

    @Test("the same bytes again get the stored answer; its nonce in another statement does not")
    func repeats() async throws {
        let world = try await World()
        let nonce = try await world.house.challenge(for: World.clinic.digest, at: World.now).nonce
        let request = try world.request(JSONValue.object(world.fields(nonce: nonce)).canonical)
        let first = try await world.answer(request)
        let second = try await world.answer(request, now: World.now.adding(seconds: 200))
        #expect(first == second)
        let other = try world.request(
            JSONValue.object(world.fields(nonce: nonce, items: [])).canonical)
        #expect(try await world.problem(other) == "nonce-used")
        let entries = await world.house.journalEntries(after: 0, limit: 10).entries
        #expect(entries.map(\.isRepeat) == [false, true, false])
    }

    @Test("many of the same request at once are decided once")
    func concurrentRepeats() async throws {
        let world = try await World()
        let nonce = try await world.house.challenge(for: World.clinic.digest, at: World.now).nonce
        let request = try world.request(JSONValue.object(world.fields(nonce: nonce)).canonical)
        let answers = try await withThrowingTaskGroup(of: AnswerStore.Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await world.answer(request) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers).count == 1 && answers.first?.status == 200)
    }

    @Test("a nonce serves the client it was given to, and its time")
    func nonces() async throws {
        let world = try await World()
        let theirs = try await world.house.challenge(for: World.pharmacy.digest, at: World.now)
        let stolen = try world.request(
            JSONValue.object(world.fields(nonce: theirs.nonce)).canonical)
        #expect(try await world.problem(stolen) == "nonce-unknown")
        let mine = try await world.house.challenge(for: World.clinic.digest, at: World.now)
        let late = try world.request(
            JSONValue.object(world.fields(nonce: mine.nonce)).canonical)
        #expect(
            try await world.problem(late, now: World.now.adding(seconds: 300)) == "nonce-ended")
    }

    @Test("certificates are judged against the anchors, and a refusal is signed too")
    func certificates() async throws {
        let world = try await World()
        let foreign = try World.foreignAuthority()
        let day: Int64 = 86_400
        let now = World.now
        let cards: [(String, Card)] = [
            ("certificate-unknown-authority", try Card(authority: foreign)),
            (
                "certificate-expired",
                try Card(
                    authority: world.authority, from: now.adding(seconds: -day * 400),
                    to: now.adding(seconds: -day * 95))
            ),
            (
                "certificate-not-yet-valid",
                try Card(authority: world.authority, from: now.adding(seconds: day))
            ),
            (
                "certificate-unusable",
                try Card(authority: world.authority, faults: [.wrongKeyUsage])
            ),
            (
                "certificate-unusable",
                try Card(authority: world.authority, faults: [.unknownCriticalExtension])
            ),
            ("certificate-unusable", try Card(authority: world.authority, faults: [.authority])),
            ("card-not-registered", try Card(authority: world.authority)),
        ]
        for (expected, card) in cards {
            if expected != "card-not-registered" {
                try await world.house.bind(card.certificate, to: "taro")
            }
            let nonce = try await world.house.challenge(for: World.clinic.digest, at: now).nonce
            let request = try world.request(
                JSONValue.object(world.fields(card: card, nonce: nonce)).canonical, card: card)
            let answer = try await world.answer(request)
            let problem = try JSONValue(parsing: answer.body)
            #expect(problem["type"]?.stringValue == "urn:madoguchi:problem:\(expected)")
            #expect(problem["patient"] == nil)
            let bytes = problem["receipt"]?["bytes"]?.stringValue.flatMap { [UInt8](base64: $0) }
            let receipt = try JSONValue(parsing: try #require(bytes))
            #expect(receipt["problem"] == problem["type"])
        }
    }

    @Test("a certificate in its three months of grace gives the qualification and nothing else")
    func grace() async throws {
        let world = try await World()
        let now = World.now
        let card = try Card(
            authority: world.authority, from: now.adding(seconds: -86_400 * 400),
            to: now.adding(seconds: -86_400 * 30))
        try await world.house.bind(card.certificate, to: "hanako")
        let nonce = try await world.house.challenge(for: World.clinic.digest, at: now).nonce
        let request = try world.request(
            JSONValue.object(world.fields(card: card, nonce: nonce)).canonical, card: card)
        let body = try JSONValue(parsing: try await world.answer(request).body)
        #expect(body["answer"]?["grant"]?["items"] == [])
        #expect(body["answer"]?["qualification"]?["note"]?["code"] == "certificate-in-grace")
        // Before the rule of grace such a card was refused.
        await world.house.setBusinessDate(LocalDate(dayNumber: 20_058))
        let earlier = try await world.house.challenge(for: World.clinic.digest, at: now).nonce
        let refused = try await world.answer(
            world.request(
                JSONValue.object(world.fields(card: card, nonce: earlier)).canonical, card: card))
        #expect(
            try JSONValue(parsing: refused.body)["type"]
                == "urn:madoguchi:problem:certificate-expired")
        let soon = try Card(authority: world.authority, to: now.adding(seconds: 86_400 * 60))
        #expect(try world.standing(soon.certificate, at: now).get() == .endingSoon)
        #expect(try world.standing(world.card.certificate, at: now).get() == .good)
    }

    @Test("faults on order are wrong in one way each")
    func wrongAnswers() async throws {
        let world = try await World()
        let right = try await world.checkedIn()
        let statement = try await world.checkedIn(fault: Fault(.wrongStatement))
        let patient = try await world.checkedIn(fault: Fault(.wrongPatient))
        let grant = try await world.checkedIn(fault: Fault(.wrongGrant))
        let signature = try await world.checkedIn(fault: Fault(.wrongSignature))
        let id = right["answer"]?["patient"]
        #expect(statement["answer"]?["patient"] == id)
        #expect(patient["answer"]?["patient"] != id)
        #expect(patient["answer"]?["grant"]?["patient"] == patient["answer"]?["patient"])
        #expect(grant["answer"]?["patient"] == id)
        #expect(grant["answer"]?["grant"]?["patient"] != id)
        for body in [right, statement, patient, grant, signature] {
            let bytes = try octets(body, "bytes")
            let isValid = world.answerKey.publicKey.isValid(
                signature: try octets(body, "signature"), over: bytes)
            #expect(isValid == (body != signature))
        }
    }

    @Test("the journal holds consents and refusals, the intent's place and the evidence")
    func journal() async throws {
        let sink = Lines()
        let world = try await World(sink: sink)
        _ = try await world.checkedIn(items: ["drugs"])
        let entries = await world.house.journalEntries(after: 0, limit: 10).entries
        let entry = try #require(entries.first)
        #expect(entry.consents.map(\.item) == ["drugs", "checkups"])
        #expect(entry.consents.map(\.decision) == [.given, .refused])
        #expect(entry.intent == .init(origin: "madoguchi/1310000000/desk-1", index: 7))
        #expect(entry.institution == "1310000000" && entry.person == "hanako")
        #expect(entry.evidence?.certificate == world.card.certificate.digest)
        #expect(sink.lines.count == 1)
        #expect(!String(decoding: sink.lines.joined(), as: UTF8.self).contains("見本"))
    }
}

/// A sink that keeps its lines.
final class Lines: JournalSink {
    private let kept = Mutex<[[UInt8]]>([])
    var lines: [[UInt8]] { kept.withLock { $0 } }
    func append(_ line: [UInt8]) { kept.withLock { $0.append(line) } }
}
