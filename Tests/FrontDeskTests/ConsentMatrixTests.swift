import Authority
import CheckIns
import Clearinghouse
import Cryptography
import Disclosures
import Foundation
import HTTP
import JSON
import Network
import Octets
import Records
import TestFolders
import TestWorlds
import Testing
import VirtualCard

/// A daemon that gives out entries which no terminal would write.
private struct Forger: HTTPHandler {
    let intents: [HistoryEvent]
    let outcome: HistoryEvent

    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        guard let index = request.query["index"].flatMap(Int.init), intents.indices.contains(index)
        else { return HTTPResponse(status: 404) }
        return .json([
            "intent": ["index": JSONValue(index), "event": intents[index].json],
            "closing": ["index": JSONValue(index + 1), "event": outcome.json],
        ])
    }
}

@Suite("Which key may have signed which way, years later")
struct ConsentMatrixTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let now = PatientClock.start

    /// A terminal's folder, its keys, and one good statement with the clearinghouse's word for it.
    private struct Stage {
        let folder = TemporaryFolder()
        let card: PrivateKey
        let certificate: Certificate
        let otherCertificate: Certificate
        let terminal: PrivateKey
        let foreign: PrivateKey
        let answer: PrivateKey

        init() throws {
            guard let image = Cards.one, let other = Cards.other,
                let one = image.authentication, let two = other.authentication,
                let authority = Cards.authorityCertificate
            else { throw CocoaError(.fileNoSuchFile) }
            card = one.key
            certificate = try Certificate(der: one.certificate)
            otherCertificate = try Certificate(der: two.certificate)
            terminal = try PrivateKey.generate(.p256)
            foreign = try PrivateKey.generate(.p256)
            answer = try PrivateKey.generate(.ed25519)
            for name in ["terminal", "trust", "staff", "run"] {
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/" + name, withIntermediateDirectories: true)
            }
            let config = try String(
                contentsOf: root.appending(path: "Config/madoguchid.json"), encoding: .utf8)
            try Data(config.utf8).write(to: URL(filePath: folder.path + "/terminal/config.json"))
            try KeyFile.write(authority.pem, to: folder.path + "/trust/card.pem", isPrivate: false)
            try KeyFile.write(
                terminal.pem, to: folder.path + "/terminal/statement.key", isPrivate: true)
            try KeyFile.write(
                answer.publicKey.pem, to: folder.path + "/terminal/answer.pub", isPrivate: false)
            try KeyFile.write(
                Array("t\n".utf8), to: folder.path + "/staff/administrator.token",
                isPrivate: true)
        }

        func key(_ signer: WayCase.Signer) -> PrivateKey {
            switch signer {
            case .card: card
            case .terminal: terminal
            case .foreign: foreign
            }
        }

        func statement(_ row: WayCase) -> [UInt8] {
            let now = ConsentMatrixTests.now
            return Statement(
                audience: row.wrong == .audience
                    ? SHA256Digest(hashing: [1]) : answer.publicKey.digest,
                institution: row.wrong == .client ? "1310000001" : "1310000003",
                terminal: "desk-1", nonce: row.wrong == .nonce ? "AAAA" : "bm9uY2U",
                time: row.wrong == .time ? now.adding(seconds: 86_400) : now, way: row.way,
                purpose: "treatment", items: [], certificate: certificate.digest,
                algorithm: row.way == .pin ? .rsaPKCS1SHA256 : .ecdsaP256SHA256
            ).canonical
        }

        private func event(_ kind: EventKind) -> HistoryEvent {
            var event = HistoryEvent(
                kind, at: ConsentMatrixTests.now, timeQuality: .synchronised,
                place: TerminalPlace(institution: "1310000003", terminal: "desk-1"),
                actor: .patient)
            (event.act, event.item, event.purpose) = (.checkIn, .qualification, .treatment)
            return event
        }

        func intent(_ row: WayCase) throws -> HistoryEvent {
            var event = event(.intent)
            let octets = statement(row)
            event.statement = SignedStatement(
                octets: octets,
                signature: try key(row.signer).sign(row.prefix.signedOctets(octets)),
                certificate: (row.wrong == .certificate ? otherCertificate : certificate).der)
            event.way = .pin
            switch row.way {
            case .pin: break
            case .face(let matcher, let score):
                event.way = .face(matcher: matcher, scorePerMille: score)
            case .visualCheck(let staff): event.way = .visualCheck(staff: staff)
            }
            return event
        }

        /// The clearinghouse's word for the statement of a way in which nothing is wrong.
        func outcome(_ way: ProvedWay) throws -> HistoryEvent {
            var event = event(.outcome)
            let good = statement(WayCase(way: way, signer: .card))
            // The key that the clearinghouse verified with: the way's own.
            let key = way == .pin ? card : terminal
            let receipt = JSONValue.object([
                "kind": .string(CheckedReceipt.kind), "signedBy": .string(key.publicKey.digest.hex),
                "answeredAt": .string(ConsentMatrixTests.now.rfc3339), "certificateStatus": "good",
                "statementDigest": .string(SHA256Digest(hashing: good).hex),
            ]).canonical
            event.outcome = .succeeded
            event.intentIndex = 0
            event.answer = SignedAnswer(octets: receipt, signature: try answer.sign(receipt))
            return event
        }
    }

    /// What the command ends with for an entry.
    private func verify(_ index: Int, _ state: String) async throws -> Int32 {
        let process = Process()
        // Beside this very program, however and wherever that was built.
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: own).deletingLastPathComponent()
            .appending(path: "madoguchi")
        process.arguments = [
            "consent", "verify", "--index", String(index), "--state", state, "--json",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    @Test(
        "consent verify believes the way's own key over the statement that was answered, and no other",
        arguments: WayCase.ways)
    func matrix(way: ProvedWay) async throws {
        let stage = try Stage()
        let rows = WayCase.all.filter { $0.way == way }
        let forger = Forger(
            intents: try rows.map { try stage.intent($0) }, outcome: try stage.outcome(way))
        let server = try HTTPServer(
            .unix(path: stage.folder.path + "/run/madoguchid.sock", mode: 0o600), handler: forger)
        let running = Task { await server.run() }
        for (index, row) in rows.enumerated() {
            let status = try await verify(index, stage.folder.path)
            #expect(status == (row.isLawful ? 0 : 1), "\(row): \(status)")
        }
        running.cancel()
        await running.value
    }
}
