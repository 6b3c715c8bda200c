import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Network
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

/// A log as a terminal keeps one: entries, a key, and another story of itself.
struct WatchedLog {
    static let origin = "madoguchi/1310000000/desk-1"
    let signer: NoteSigner
    let entries: [[UInt8]]
    let prover: MerkleProver<Never>

    init(_ key: PrivateKey, origin: String = WatchedLog.origin, story: UInt8 = 0) throws {
        signer = try NoteSigner(name: origin, privateKey: key)
        // The stories part after ten entries.
        entries = (0..<70).map { $0 < 10 ? [UInt8($0)] : [UInt8($0), story] }
        prover = MerkleProver(leafHashes: entries.map(MerkleHash.leaf))
    }

    func note(_ size: UInt64) throws -> SignedNote {
        try Checkpoint(
            origin: signer.key.name, size: size, root: try #require(prover.root(size: size))
        ).signed(by: signer)
    }

    /// What is sent to go from one size to another.
    func submission(from old: UInt64, to size: UInt64) throws -> CheckpointSubmission {
        try CheckpointSubmission(
            oldSize: old, proof: prover.consistency(from: old, to: size) ?? [],
            note: try note(size))
    }
}

/// A witness in a folder, with its listener's handler.
struct Watching {
    static let now = World.now
    let folder: TemporaryFolder
    let cosigner: Cosigner
    let witness: Witness
    let service: WitnessService
    let house: House

    init(house: House, folder: TemporaryFolder? = nil, key: PrivateKey? = nil) throws {
        self.folder = folder ?? TemporaryFolder()
        if folder == nil { self.folder.write([], to: "logs") }
        cosigner = try Cosigner(
            name: Witness.name, privateKey: try key ?? PrivateKey.generate(.ed25519))
        witness = try Witness(cosigner: cosigner, folder: self.folder.path)
        service = WitnessService(witness: witness, house: house, now: { Self.now })
        self.house = house
    }

    func send(
        _ method: String, _ target: String, _ body: [UInt8] = []
    ) async -> (status: Int, text: String, response: HTTPResponse) {
        let response = await service.respond(
            to: HTTPRequest(method: method, target: target, body: body), from: ServerPeer())
        return (response.status, String(decoding: response.body, as: UTF8.self), response)
    }

    func add(_ submission: CheckpointSubmission) async -> (
        status: Int, text: String, response: HTTPResponse
    ) {
        await send("POST", "/add-checkpoint", submission.octets)
    }
}

@Suite("The witness of logs")
struct WitnessTests {
    let key: PrivateKey
    let log: WatchedLog
    let fork: WatchedLog

    init() throws {
        key = try PrivateKey.generate(.ed25519)
        log = try WatchedLog(key)
        fork = try WatchedLog(key, story: 1)
    }

    private func watching() async throws -> Watching {
        let watching = try Watching(house: try await World().house)
        try await watching.witness.watch(log.signer.key)
        return watching
    }

    @Test("a log that grows is cosigned at each step, and monitors see the newest")
    func grows() async throws {
        let watching = try await watching()
        for (old, new) in [(0, 1), (1, 8), (8, 8), (8, 13), (13, 64), (64, 70)] {
            let submission = try log.submission(from: UInt64(old), to: UInt64(new))
            let answer = await watching.add(submission)
            #expect(answer.status == 200, "\(old) to \(new): \(answer.text)")
            #expect(
                answer.text.hasPrefix("\u{2014} \(Witness.name) ") && answer.text.hasSuffix("\n"))
            let note = try SignedNote(
                octets: submission.note.octets + Array(answer.text.utf8))
            #expect(
                try watching.witness.key.time(in: note) == UInt64(Watching.now.seconds))
        }
        let name = SHA256Digest(hashing: Array(WatchedLog.origin.utf8)).hex
        let seen = await watching.send("GET", "/\(name)/checkpoint")
        let note = try SignedNote(octets: seen.response.body)
        #expect(try Checkpoint(note, of: log.signer.key).size == 70)
        #expect(try watching.witness.key.time(in: note) > 0)
    }

    @Test("each wrong submission has its own answer, and changes nothing")
    func refused() async throws {
        let watching = try await watching()
        let other = try WatchedLog(try PrivateKey.generate(.ed25519), origin: "other/log")
        #expect(await watching.add(try other.submission(from: 0, to: 5)).status == 404)
        let imposter = try WatchedLog(try PrivateKey.generate(.ed25519))
        #expect(await watching.add(try imposter.submission(from: 0, to: 5)).status == 403)
        #expect(await watching.add(try log.submission(from: 0, to: 20)).status == 200)
        // Of another size: with the size.
        for (old, new) in [(0, 20), (0, 30), (10, 30), (10, 15), (21, 30)] {
            let answer = await watching.add(
                try log.submission(from: UInt64(old), to: UInt64(new)))
            #expect(answer.status == 409 && answer.text == "20\n", "\(old) to \(new)")
            #expect(answer.response.headers["Content-Type"] == "text/x.tlog.size")
        }
        #expect(await watching.add(try log.submission(from: 30, to: 20)).status == 400)
        // Forks: another root of the size, another growth.
        let same = try CheckpointSubmission(oldSize: 20, proof: [], note: try fork.note(20))
        #expect(await watching.add(same).status == 422)
        #expect(await watching.add(try fork.submission(from: 20, to: 30)).status == 422)
        // Proofs that are cut, longer, another's.
        let right = try log.submission(from: 20, to: 30)
        for proof in [
            [], Array(right.proof.dropLast()), right.proof + right.proof.prefix(1),
            Array(right.proof.reversed()), try log.submission(from: 19, to: 30).proof,
        ] {
            let wrong = try CheckpointSubmission(oldSize: 20, proof: proof, note: right.note)
            #expect(await watching.add(wrong).status == 422)
        }
        #expect(await watching.add(right).status == 200)
    }

    @Test("of a log that is new, size zero and roots of nothing are told apart")
    func empty() async throws {
        let watching = try await watching()
        let nothing = try Checkpoint(
            origin: WatchedLog.origin, size: 0, root: MerkleHash.emptyRoot
        ).signed(by: log.signer)
        let wrong = try Checkpoint(
            origin: WatchedLog.origin, size: 0, root: MerkleHash.leaf([1])
        ).signed(by: log.signer)
        let hashes = [MerkleHash.leaf([1])]
        #expect(
            await watching.add(
                try CheckpointSubmission(oldSize: 0, proof: [], note: wrong)
            ).status == 422)
        #expect(
            await watching.add(
                try CheckpointSubmission(oldSize: 0, proof: hashes, note: try log.note(5))
            ).status == 422)
        for _ in 0..<2 {
            #expect(
                await watching.add(
                    try CheckpointSubmission(oldSize: 0, proof: [], note: nothing)
                ).status == 200)
        }
        #expect(await watching.add(try log.submission(from: 0, to: 5)).status == 200)
    }

    @Test("what is no submission is 400, whatever it is")
    func malformed() async throws {
        let watching = try await watching()
        let good = String(
            decoding: try log.submission(from: 3, to: 9).octets, as: UTF8.self)
        var bodies: [[UInt8]] = [[], [0x0A], [0xFF], Array("old 0\n".utf8)]
        for (text, other) in [
            ("old 3\n", "old 03\n"), ("old 3\n", "old -3\n"), ("old 3\n", "old\n"),
            ("old 3\n", "Old 3\n"), ("old 3\n", "old 3 \n"), ("old 3\n", "\n"),
            ("old 3\n", "old 99999999999999999999\n"), ("old 3\n", "old 3\nAAAA\n"),
            ("\n\n", "\n"), ("\n9\n", "\n09\n"), ("\n9\n", "\nx\n"), ("\u{2014}", "-"),
            ("old 3\n", "old 3\r\n"),
        ] { bodies.append(Array(good.replacing(text, with: other, maxReplacements: 1).utf8)) }
        let line = MerkleHash.emptyRoot.base64 + "\n"
        bodies.append(
            Array(
                good.replacing("old 3\n", with: "old 3\n" + String(repeating: line, count: 64))
                    .utf8))
        bodies.append([UInt8](repeating: 0x41, count: 1 << 20))
        for count in stride(from: 0, to: good.utf8.count, by: 7) {
            bodies.append(Array(good.utf8.prefix(count)))
        }
        for body in bodies {
            let answer = await watching.send("POST", "/add-checkpoint", body)
            #expect(answer.status == 400, "\(String(decoding: body.prefix(80), as: UTF8.self))")
        }
        #expect(await watching.send("GET", "/add-checkpoint").response.headers["Allow"] == "POST")
        for target in ["/", "/x/checkpoint", "/add-checkpoint/", "//checkpoint"] {
            #expect(await watching.send("GET", target).status == 404)
        }
    }

    @Test("of many who go on from the same size exactly one is cosigned")
    func races() async throws {
        let watching = try await watching()
        #expect(await watching.add(try log.submission(from: 0, to: 10)).status == 200)
        let stories = [log, fork]
        for round in 0..<10 {
            let old = UInt64(10 + round)
            let submissions = try (0..<8).map { number in
                // Both stories, and growths of several sizes; only the first round may choose.
                try (round == 0 ? stories[number % 2] : log)
                    .submission(from: old, to: round == 0 ? 11 : old + 1)
            }
            let statuses = await withTaskGroup(of: Int.self) { group in
                for submission in submissions {
                    group.addTask { await watching.add(submission).status }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let won = statuses.count { $0 == 200 }
            let lost = statuses.count { $0 == 409 }
            #expect(lost == 8 - won)
            if round == 0 {
                #expect(won == 1)
                // Which story won is the one that goes on.
                let isOurs = await watching.add(try log.submission(from: 11, to: 11)).status == 200
                let isOther =
                    await watching.add(try fork.submission(from: 11, to: 11)).status == 200
                #expect(isOurs != isOther)
                guard isOurs else { return }
            } else {
                #expect(won == 1)
            }
        }
    }

    @Test("after a restart it goes on from what it cosigned, and never from less")
    func restart() async throws {
        let first = try await watching()
        let secret = try PrivateKey(pem: try PrivateKey.generate(.ed25519).pem)
        let folder = TemporaryFolder()
        folder.write([], to: "logs")
        do {
            let watching = try Watching(house: first.house, folder: folder, key: secret)
            try await watching.witness.watch(log.signer.key)
            #expect(await watching.add(try log.submission(from: 0, to: 20)).status == 200)
            // Two of them would be two stories waiting to happen.
            #expect(throws: SetupError.self) {
                try Watching(house: first.house, folder: folder, key: secret)
            }
        }
        let again = try Watching(house: first.house, folder: folder, key: secret)
        #expect(await again.add(try log.submission(from: 0, to: 10)).text == "20\n")
        #expect(await again.add(try fork.submission(from: 20, to: 30)).status == 422)
        let same = try CheckpointSubmission(oldSize: 20, proof: [], note: try fork.note(20))
        #expect(await again.add(same).status == 422)
        #expect(await again.witness.standings.map(\.isForked) == [true])
        #expect(await again.add(try log.submission(from: 20, to: 30)).status == 200)
    }

    @Test("a witness whose state is gone, or not its own, does not begin")
    func lostState() async throws {
        let house = try await World().house
        #expect(throws: SetupError.self) { try Watching(house: house, folder: TemporaryFolder()) }
        let secret = try PrivateKey.generate(.ed25519)
        let folder = TemporaryFolder()
        folder.write([], to: "logs")
        do {
            let watching = try Watching(house: house, folder: folder, key: secret)
            try await watching.witness.watch(log.signer.key)
            #expect(await watching.add(try log.submission(from: 0, to: 20)).status == 200)
        }
        let name = try #require(folder.names.first { $0.hasSuffix(".checkpoint") })
        let kept = folder.read(name)
        let text = String(decoding: kept, as: UTF8.self)
        for broken in [
            [], Array(kept.dropLast(3)), Array(text.replacing("\n20\n", with: "\n2\n").utf8),
        ] {
            folder.write(broken, to: name)
            #expect(throws: SetupError.self) {
                try Watching(house: house, folder: folder, key: secret)
            }
        }
        folder.write(kept, to: name)
        #expect(throws: SetupError.self) {
            try Watching(house: house, folder: folder, key: try PrivateKey.generate(.ed25519))
        }
        _ = try Watching(house: house, folder: folder, key: secret)
    }

    @Test("what cannot be kept is not cosigned")
    func notKept() async throws {
        let watching = try await watching()
        #expect(await watching.add(try log.submission(from: 0, to: 10)).status == 200)
        // A folder in the file's place: nothing can be renamed over it, root or not.
        let name = SHA256Digest(hashing: Array(WatchedLog.origin.utf8)).hex + ".checkpoint"
        let path = watching.folder.path + "/" + name
        try FileManagerFolders.replace(path)
        #expect(await watching.add(try log.submission(from: 10, to: 20)).status == 500)
        #expect(await watching.add(try log.submission(from: 20, to: 30)).text == "10\n")
    }
}
