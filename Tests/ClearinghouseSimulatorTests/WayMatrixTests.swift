import CheckIns
import ClearinghouseSimulator
import Cryptography
import JSON
import Octets
import Records
import TestWorlds
import Testing

@Suite("Which key may sign which way, at the clearinghouse")
struct WayMatrixTests {
    /// A house that knows the terminal's statement key, and who may speak to it.
    private struct Stage {
        let world: World
        let house: House
        let terminalKey: PrivateKey
        let foreignKey: PrivateKey
        let clinic: ClearinghouseSimulatorClient
        let other: ClearinghouseSimulatorClient

        init() async throws {
            world = try await World(kind: .p256)
            terminalKey = try PrivateKey.generate(.p256)
            foreignKey = try PrivateKey.generate(.p256)
            clinic = ClearinghouseSimulatorClient(
                digest: World.digest(4),
                identity: .institution(
                    code: "1310000000", terminal: "desk-1", statementKey: terminalKey.publicKey))
            other = ClearinghouseSimulatorClient(
                digest: World.digest(5),
                identity: .institution(
                    code: "1310000000", terminal: "desk-2", statementKey: terminalKey.publicKey))
            house = House(
                keys: HouseKeys(
                    answer: try PrivateKey.generate(.ed25519),
                    grants: [UInt8](repeating: 7, count: 32),
                    patients: [UInt8](repeating: 8, count: 32)),
                clients: ClientRegister([
                    clinic.digest: clinic.identity, other.digest: other.identity,
                ]), enrolments: Enrolments(), population: try World.people(),
                journal: ClearinghouseSimulator.Journal())
            try await house.bind(world.card.certificate, to: "hanako")
        }

        func key(_ signer: WayCase.Signer) -> PrivateKey {
            switch signer {
            case .card: world.card.key
            case .terminal: terminalKey
            case .foreign: foreignKey
            }
        }

        /// The statement of a case, sent by whoever sends it; the problem, or nothing.
        func problem(_ row: WayCase) async throws -> String? {
            let nonce = try await house.challenge(for: clinic.digest, at: World.now).nonce
            let late = World.now.adding(seconds: StatementCheck.maximumLeadSeconds + 1)
            let statement = Statement(
                audience: row.wrong == .audience ? World.digest(9) : house.audience,
                institution: "1310000000", terminal: "desk-1",
                nonce: (row.wrong == .nonce ? [UInt8](repeating: 0, count: 32) : nonce)
                    .base64(.urlSafe),
                time: row.wrong == .time ? late : World.now, way: row.way, purpose: "treatment",
                items: [], certificate: world.card.certificate.digest,
                algorithm: .ecdsaP256SHA256
            ).canonical
            var request = try world.request(statement)
            request.signature = try key(row.signer).sign(row.prefix.signedOctets(statement))
            if row.wrong == .certificate {
                request.certificate = world.otherCard.certificate.der
            }
            let client = row.wrong == .client ? other : clinic
            do {
                let verified = try StatementCheck.verify(
                    request,
                    against: StatementExpectation(
                        prefix: .checkIn, audience: house.audience, client: client.identity),
                    at: World.now)
                let answer = await house.check(
                    verified, standing: world.standing(verified.certificate, at: World.now),
                    asked: client.asked(),
                    key: AnswerStore.Key(
                        client: client.digest, route: "check",
                        body: SHA256Digest(hashing: request.statement + request.signature)))
                return try JSONValue(parsing: answer.body)["type"]?.stringValue
            } catch let refusal as ClearinghouseSimulator.Refusal {
                return refusal.kind.type
            }
        }
    }

    @Test("only the way's own key, over a statement with nothing wrong in it, is believed")
    func matrix() async throws {
        let stage = try await Stage()
        #expect(WayCase.all.count == 63 && WayCase.all.filter(\.isLawful).count == 3)
        let named: [WayCase.Wrong: String] = [
            .prefix: "statement-bad-signature", .nonce: "nonce-unknown",
            .audience: "statement-wrong-audience", .client: "statement-wrong-institution",
            .time: "statement-wrong-time", .certificate: "statement-wrong-certificate",
        ]
        for row in WayCase.all {
            let problem = try await stage.problem(row)
            #expect((problem == nil) == row.isLawful, "\(row): \(problem ?? "answered")")
            let isRightKey = row.signer == (row.way == .pin ? .card : .terminal)
            guard isRightKey, let wrong = row.wrong, let name = named[wrong] else { continue }
            #expect(problem?.hasSuffix(":" + name) == true, "\(row): \(problem ?? "answered")")
        }
    }

    @Test("a terminal without a statement key proves nobody without a PIN, the portal neither")
    func withoutKey() async throws {
        let stage = try await Stage()
        for identity in [World.clinic.identity, World.portal.identity] {
            for way in WayCase.ways where way != .pin {
                let statement = Statement(
                    audience: stage.house.audience, institution: "1310000000",
                    terminal: "desk-1", nonce: "AAAA", time: World.now, way: way,
                    purpose: "treatment", items: [],
                    certificate: stage.world.card.certificate.digest,
                    algorithm: .ecdsaP256SHA256
                ).canonical
                for signer in WayCase.Signer.allCases {
                    var request = try stage.world.request(statement)
                    request.signature = try stage.key(signer).sign(
                        way.statementKind.signedOctets(statement))
                    #expect(throws: ClearinghouseSimulator.Refusal.self) {
                        try StatementCheck.verify(
                            request,
                            against: StatementExpectation(
                                prefix: .checkIn, audience: stage.house.audience,
                                client: identity, purpose: "treatment"), at: World.now)
                    }
                }
            }
        }
    }

    @Test("the patient is told of each check-in without a PIN, by face and by sight")
    func notices() async throws {
        let stage = try await Stage()
        for way in WayCase.ways {
            let signer: WayCase.Signer = way == .pin ? .card : .terminal
            #expect(try await stage.problem(WayCase(way: way, signer: signer)) == nil)
        }
        var people = try World.people()
        let hanako = try #require(try people.person("hanako", on: World.now.dateInJapan))
        let notices = await stage.house.notices(of: hanako, on: World.now.dateInJapan)
        #expect(notices.filter { $0.kind == .checkInWithoutPIN }.count == 2)
    }
}
