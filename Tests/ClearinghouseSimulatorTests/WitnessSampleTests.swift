import ClearinghouseSimulator
import Cryptography
import Foundation
import HTTP
import JSON
import Octets
import Records
import Testing
import TransparencyLog

/// Folders where files should be.
enum FileManagerFolders {
    static func replace(_ path: String) throws {
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path + "/in-the-way", withIntermediateDirectories: true)
    }
}

@Suite("The witness asks for intents it was told of")
struct WitnessSampleTests {
    /// A proof that an entry stands in a cosigned tree.
    private func proof(
        _ log: WatchedLog, _ watching: Watching, _ index: UInt64, size: UInt64,
        entry: [UInt8]? = nil
    ) async throws -> ProofFile {
        let name = SHA256Digest(hashing: Array(log.signer.key.name.utf8))
        let note = try #require(await watching.witness.cosigned(name))
        return ProofFile(
            extra: entry ?? log.entries[Int(index)], index: index,
            hashes: try #require(log.prover.inclusion(of: index, size: size)), checkpoint: note)
    }

    @Test("entries are named that the tree should hold; shown with a proof, they are asked no more")
    func samples() async throws {
        let world = try await World()
        // Each check tells of the intent 7 of desk-1.
        _ = try await world.checkedIn()
        let log = try WatchedLog(try PrivateKey.generate(.ed25519))
        let watching = try Watching(house: world.house)
        try await watching.witness.watch(log.signer.key)
        let early = await watching.add(try log.submission(from: 0, to: 7))
        #expect(early.status == 200)
        #expect(early.response.headers[WitnessService.samplesField] == nil)
        #expect(await watching.house.intents(of: WatchedLog.origin, size: 7).beyond == 1)
        let answer = await watching.add(try log.submission(from: 7, to: 20))
        #expect(answer.response.headers[WitnessService.samplesField] == "7")
        func show(_ proof: ProofFile) async -> Int {
            await watching.send("POST", "/add-proof", proof.octets).status
        }
        let right = try await proof(log, watching, 7, size: 20)
        #expect(await show(try await proof(log, watching, 7, size: 20, entry: [9])) == 422)
        #expect(await show(try await proof(log, watching, 8, size: 20)) == 404)
        var wrong = right
        wrong.hashes.removeLast()
        #expect(await show(wrong) == 422)
        (wrong, wrong.extra) = (right, nil)
        #expect(await show(wrong) == 400)
        // A checkpoint that the witness never saw proves nothing.
        (wrong, wrong.checkpoint) = (right, try log.note(20))
        #expect(await show(wrong) == 403)
        let stranger = try WatchedLog(try PrivateKey.generate(.ed25519), origin: "other")
        (wrong, wrong.checkpoint) = (right, try stranger.note(20))
        #expect(await show(wrong) == 404)
        #expect(await watching.send("POST", "/add-proof", [1, 2]).status == 400)
        #expect(await show(right) == 204)
        #expect(await show(right) == 404)
        let next = await watching.add(try log.submission(from: 20, to: 30))
        #expect(next.response.headers[WitnessService.samplesField] == nil)
        let (told, beyond) = await watching.house.intents(of: WatchedLog.origin, size: 30)
        #expect(told.told == 1 && told.shown == 1 && beyond == 0)
    }

    @Test("at most some are named, the same by the same seed, and what is remembered is bounded")
    func bounds() {
        var intents = ToldIntents()
        for index in 0..<20_000 {
            intents.tell(JournalEntry.IntentPlace(origin: "o", index: Int64(index)))
        }
        #expect(intents["o"].told == 20_000)
        #expect(intents.count(of: "o", beyond: 0) < 2 * ToldIntents.mostWaiting)
        let drawn = intents.draw(from: "o", below: 19_999, count: 4, chance: Chance(seed: 1))
        #expect(drawn.count == 4 && Set(drawn).count == 4 && drawn.allSatisfy { $0 < 19_999 })
        #expect(
            intents.draw(from: "o", below: 19_999, count: 4, chance: Chance(seed: 1)) == drawn)
        #expect(intents.draw(from: "o", below: 1, count: 4, chance: Chance()).isEmpty)
        #expect(intents.draw(from: "p", below: 9, count: 4, chance: Chance()).isEmpty)
        for number in 0..<2000 {
            intents.tell(JournalEntry.IntentPlace(origin: "log \(number)", index: 1))
        }
        #expect(intents["log 1"].told == 1 && intents["log 1999"].told == 0)
    }

    @Test("the administration port shows how logs stand, and lets one be watched")
    func administration() async throws {
        let world = try await World()
        let watching = try Watching(house: world.house)
        let log = try WatchedLog(try PrivateKey.generate(.ed25519))
        func order(_ body: JSONValue?) async throws -> JSONValue {
            let service = AdministrationService(
                house: world.house, trust: TrustFolder(path: "/nonexistent"), token: "t",
                port: BoundPort(1), witness: watching.witness, now: { World.now })
            let fields = [("Host", "localhost:1"), ("Authorization", "Bearer t")]
            let response = await service.respond(
                to: body.map { .json("POST", "/admin/witness/logs", $0, headers: fields) }
                    ?? HTTPRequest(
                        method: "GET", target: "/admin/witness", headers: HTTPHeaders(fields)))
            return try response.json()
        }
        #expect(try await order(nil)["logs"] == [])
        for wrong in ["", "x", log.signer.key.vkey + "A", watching.witness.key.vkey] {
            let answer = try await order(["key": .string(wrong)])
            let isShape = wrong.isEmpty
            #expect(
                answer["type"]?.stringValue?.hasSuffix(
                    isShape ? "malformed-body" : "log-key-malformed") == true)
        }
        for _ in 0..<2 {
            let answer = try await order(["key": .string(log.signer.key.vkey)])
            #expect(answer["logs"]?.arrayValue?.count == 1)
            #expect(answer["key"] == .string(watching.witness.key.vkey))
        }
        #expect(await watching.add(try log.submission(from: 0, to: 12)).status == 200)
        let shown = try await order(nil)["logs"]?.arrayValue?.first
        #expect(shown?["size"] == 12 && shown?["forked"] == false)
        #expect(shown?["cosignedAt"] == .string(World.now.rfc3339))
    }
}
