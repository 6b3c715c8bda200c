import Authority
import ClearinghouseSimulator
import Cryptography
import JSON
import Octets
import Records
import Testing

extension World {
    static func foreignAuthority() throws -> CertificateAuthority {
        try CertificateAuthority.make(
            unit: "Simulated user authentication", key: try PrivateKey.generate(.p256),
            notBefore: now.adding(seconds: -86_400 * 400),
            notAfter: now.adding(seconds: 86_400 * 400))
    }

    /// A grant for these items; its id.
    func grant(items: [String]) async throws -> String {
        let body = try await checkedIn(items: items)
        return try #require(body["answer"]?["grant"]?["id"]?.stringValue)
    }

    /// What a reading is refused with; nothing if it opens.
    func refusal(
        _ item: RecordItem, _ grant: String?, intent: String? = "o 1",
        client: ClearinghouseSimulatorClient = World.clinic, now: Instant = World.now
    ) async -> ProblemKind? {
        do throws(Refusal) {
            _ = try await house.open(
                Reading(item: item, grant: grant, intent: intent), asked: client.asked(at: now))
            return nil
        } catch { return error.kind }
    }
}

@Suite("Records under a grant, and the portal")
struct AccessTests {
    @Test("a grant opens what was consented to, for its institution, until its end")
    func grants() async throws {
        let world = try await World()
        let grant = try await world.grant(items: ["drugs"])
        #expect(await world.refusal(.drugs, grant) == nil)
        #expect(await world.refusal(.checkups, grant) == .itemNotConsented)
        #expect(await world.refusal(.drugs, nil) == .grantMissing)
        #expect(await world.refusal(.drugs, grant, intent: nil) == .intentMissing)
        #expect(await world.refusal(.drugs, grant, intent: "o") == .intentMissing)
        #expect(await world.refusal(.drugs, "\(grant)A") == .grantUnknown)
        #expect(await world.refusal(.drugs, grant, client: World.pharmacy) == .grantUnknown)
        #expect(
            await world.refusal(.drugs, grant, now: World.now.adding(seconds: 86_399)) == nil)
        #expect(
            await world.refusal(.drugs, grant, now: World.now.adding(seconds: 86_400))
                == .grantEnded)
        let entries = await world.house.journalEntries(after: 1, limit: 99).entries
        #expect(entries.count == 9)
        #expect(entries.filter { $0.item == "drugs" }.count == 2)
        // How the holder was proved stands at each opening too, for the patient to see.
        #expect(entries.filter { $0.item == "drugs" }.allSatisfy { $0.way == "pin" })
        #expect(entries.compactMap(\.problem).count == 7)
    }

    @Test("no consent at all opens nothing")
    func nothingConsented() async throws {
        let world = try await World()
        let grant = try await world.grant(items: [])
        for item in RecordItem.allCases {
            #expect(await world.refusal(item, grant) == .itemNotConsented)
        }
    }

    @Test("a withdrawn grant opens nothing, and withdrawing twice changes nothing")
    func withdrawal() async throws {
        let world = try await World()
        let grant = try await world.grant(items: ["drugs"])
        await #expect(throws: Refusal(.grantUnknown)) {
            try await world.house.withdraw(grant: grant, intent: nil, asked: World.pharmacy.asked())
        }
        #expect(await world.refusal(.drugs, grant) == nil)
        let first = try await world.house.withdraw(
            grant: grant, intent: nil, asked: World.clinic.asked())
        let second = try await world.house.withdraw(
            grant: grant, intent: nil, asked: World.clinic.asked())
        #expect(first == second)
        #expect(await world.refusal(.drugs, grant) == .grantWithdrawn)
    }

    @Test("a card that was taken from the person takes its open grants with it")
    func takenCard() async throws {
        let world = try await World()
        let grant = try await world.grant(items: ["drugs"])
        try await world.house.bind(world.card.certificate, to: "taro")
        #expect(await world.refusal(.drugs, grant) == .grantEnded)
    }

    @Test("what an institution reads names neither copayment nor saving; the patient's does")
    func projections() async throws {
        let world = try await World()
        let opened = try await world.house.open(
            Reading(item: .drugs, grant: try await world.grant(items: ["drugs"]), intent: "o 1"),
            asked: World.clinic.asked())
        let record = opened.person.publishedDrugs(on: opened.date)
        #expect(record.json.canonicalText.contains("copaymentYen"))
        #expect(!record.forInstitution.json.canonicalText.contains("Yen"))
    }

    @Test("the business date moves what is published and who is how old")
    func businessDate() async throws {
        let world = try await World()
        let grant = try await world.grant(items: ["drugs"])
        let date = try #require(LocalDate("2030-01-11"))
        await world.house.setBusinessDate(date)
        let opened = try await world.house.open(
            Reading(item: .drugs, grant: grant, intent: "o 1"), asked: World.clinic.asked())
        #expect(opened.date == date)
        #expect(opened.person.drugs.first?.date == LocalDate("2029-10-12"))
    }

    @Test("the patient signs in with the portal's prefix and purpose, and sees who asked")
    func portal() async throws {
        let world = try await World()
        _ = try await world.grant(items: ["drugs"])
        let token = try await world.signedIn()
        let visit = try await world.house.visit(
            "drugs", token: token, asked: World.portal.asked())
        #expect(visit.person.id == "hanako")
        #expect(await world.house.disclosures(of: "hanako").map(\.route) == ["check"])
        #expect(await world.house.disclosures(of: "taro").isEmpty)
        await #expect(throws: Refusal(.sessionMissing)) {
            try await world.house.visit("drugs", token: nil, asked: World.portal.asked())
        }
        await #expect(throws: Refusal(.sessionEnded)) {
            try await world.house.visit("drugs", token: "x", asked: World.portal.asked())
        }
        try await world.house.closeSession(token: token, asked: World.portal.asked())
        await #expect(throws: Refusal(.sessionEnded)) {
            try await world.house.visit("drugs", token: token, asked: World.portal.asked())
        }
    }

    @Test("a statement for a check signs nobody in at the portal, and the other way round")
    func prefixes() async throws {
        let world = try await World()
        let nonce = try await world.house.challenge(for: World.portal.digest, at: World.now).nonce
        let fields = world.fields(nonce: nonce, items: [], purpose: "self")
        let request = try world.request(JSONValue.object(fields).canonical, prefix: .checkIn)
        let expected = StatementExpectation(
            prefix: .portal, audience: world.house.audience, client: .portal)
        #expect(throws: Refusal(.statementBadSignature)) {
            try StatementCheck.verify(request, against: expected, at: World.now)
        }
        let treatment = world.fields(nonce: nonce)
        let other = try world.request(JSONValue.object(treatment).canonical, prefix: .portal)
        #expect(throws: Refusal(.statementWrongPurpose)) {
            try StatementCheck.verify(other, against: expected, at: World.now)
        }
    }
}

extension World {
    func signedIn() async throws -> String {
        let nonce = try await house.challenge(for: Self.portal.digest, at: Self.now).nonce
        let fields = fields(nonce: nonce, items: [], purpose: "self")
        let request = try request(JSONValue.object(fields).canonical, prefix: .portal)
        let expected = StatementExpectation(
            prefix: .portal, audience: house.audience, client: .portal)
        let verified = try StatementCheck.verify(request, against: expected, at: Self.now)
        let answer = await house.openSession(
            verified, standing: standing(verified.certificate, at: Self.now),
            asked: Self.portal.asked(),
            key: AnswerStore.Key(
                client: Self.portal.digest, route: "session",
                body: SHA256Digest(hashing: request.statement)))
        return try #require(try JSONValue(parsing: answer.body)["session"]?.stringValue)
    }
}
