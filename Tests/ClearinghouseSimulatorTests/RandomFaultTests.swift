import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Cryptography
import Disclosures
import HTTP
import JSON
import Records
import TestWorlds
import Testing

/// The terminal's own client against the simulator, without a wire.
private struct Direct: ClearinghouseTransport {
    let served: Served

    func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        await served.service.respond(to: request, certificate: served.clients[.clinic])
    }
}

@Suite("Check-ins under random faults")
struct RandomFaultTests {
    private func asking(_ served: Served, _ person: String, _ nonce: Nonce) throws -> Asking {
        let card = try #require(served.cards[person])
        let statement = Statement(
            audience: served.answerKey.publicKey.digest, institution: "1310000000",
            terminal: "desk-1", nonce: nonce.text, time: Served.now, way: .pin,
            purpose: "treatment",
            items: [
                ConsentedItem(item: .drugs, until: Served.now.adding(seconds: 86_400))
            ], certificate: card.certificate.digest, algorithm: .ecdsaP256SHA256)
        let bytes = statement.canonical
        let presented = PresentedCard(
            certificate: card.certificate.der, digest: card.certificate.digest,
            notAfter: card.certificate.notAfter, algorithm: .ecdsaP256SHA256, triesLeft: 3)
        return Asking(
            proved: Proved(
                answers: Answers(card: presented, way: .pin), attempt: Attempt(.pin),
                statement: bytes,
                signature: try card.key.sign(StatementKind.checkInByCard.signedOctets(bytes)),
                nonceUntil: nonce.until),
            intent: HistoryPlace(origin: "madoguchi/1310000000/desk-1", index: 1))
    }

    /// A check-in with a reading: whether it was believed. What is believed is this person's.
    private func checkIn(
        _ served: Served, _ client: ClearinghouseClient, _ person: String, _ known: String
    ) async throws -> Bool {
        do throws(ClearinghouseError) {
            let nonce = try await client.challenge()
            guard let asking = try? asking(served, person, nonce) else { return false }
            let acceptance = try await client.check(asking)
            // The terminal knows this card's patient (`SessionRunner`): another id is not believed.
            guard acceptance.patient == known else { return false }
            let access = RecordAccess(
                grant: acceptance.grant.id, patient: acceptance.patient,
                statement: acceptance.statement, intent: HistoryPlace(origin: "o", index: 2))
            let record = try await client.drugs(access).shown(.drugs)
            #expect(record?.dispensings.count == (person == "hanako" ? 1 : 0))
            return true
        } catch { return false }
    }

    @Test("never a record of another person, never a disclosure without an entry")
    func randomFaults() async throws {
        let served = try await Served(seed: 20_261_122)
        defer { served.close() }
        let client = ClearinghouseClient(
            transport: Direct(served: served), answerKey: served.answerKey.publicKey)
        var known: [String: String] = [:]
        for person in ["hanako", "taro"] {
            let nonce = try await client.challenge()
            known[person] = try await client.check(try asking(served, person, nonce)).patient
        }
        await served.house.order(Self.faults)
        let first = known["hanako"] ?? ""
        let second = known["taro"] ?? ""
        var believed = 0
        for _ in 0..<600 {
            async let one = checkIn(served, client, "hanako", first)
            async let two = checkIn(served, client, "taro", second)
            for isBelieved in [try await one, try await two] where isBelieved { believed += 1 }
        }
        // Some come through, most don't; each disclosure has its entry.
        #expect((80..<1120).contains(believed), "\(believed)")
        let entries = await served.house.journalEntries(after: 0, limit: 10_000).entries
        #expect(entries.count { $0.item == "drugs" } >= believed)
    }

    static let faults: [Fault] = [
        Fault.Kind.wrongPatient, .wrongStatement, .wrongGrant, .wrongSignature, .swap, .down,
        .status, .garbage, .truncated,
    ].map { kind in
        var fault = Fault(kind, count: 1_000_000, path: kind == .down ? "" : "/v1/")
        (fault.perMille, fault.milliseconds) = (kind == .swap ? 150 : 40, 5)
        return fault
    }
}
