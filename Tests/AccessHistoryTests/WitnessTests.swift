import ClearinghouseSimulator
import Cryptography
import Disclosures
import Octets
import Records
import Synchronization
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

/// The simulated witness, which shares no code with the client, behind its own answers in octets.
private final class SimulatedWitness: WitnessPort {
    let key: WitnessKey
    let isReachable = Mutex(true)
    private let witness: Witness
    private let folder = TemporaryFolder()
    private let notes = Mutex<[String: SignedNote]>([:])
    private let rounds = Mutex(0)

    init(name: String = "w.example", watching log: NoteKey) throws {
        let cosigner = try Cosigner(name: name, privateKey: try PrivateKey.generate(.ed25519))
        key = cosigner.key
        folder.write(Array("\(log.vkey)\n".utf8), to: "logs")
        witness = try Witness(cosigner: cosigner, folder: folder.path)
    }

    var submissions: Int { rounds.withLock(\.self) }

    func submit(_ submission: WitnessSubmission) async -> WitnessAnswer? {
        rounds.withLock { $0 += 1 }
        guard isReachable.withLock(\.self) else { return nil }
        do throws(WitnessRefusal) {
            let read: CheckpointSubmission
            do throws(NoteError) { read = try CheckpointSubmission(submission.octets) } catch {
                throw .malformed("\(error)")
            }
            let signature = try await witness.cosign(read, at: Sample.noon)
            notes.withLock { $0[read.checkpoint.origin] = read.note }
            return WitnessAnswer(
                status: 200, contentType: "text/plain", body: Array("\(signature.line)\n".utf8))
        } catch {
            switch error {
            case .otherSize(let size):
                return WitnessAnswer(
                    status: 409, contentType: "text/x.tlog.size", body: Array("\(size)\n".utf8))
            case .inconsistent:
                return WitnessAnswer(status: 422, contentType: nil, body: [])
            case .notSigned: return WitnessAnswer(status: 403, contentType: nil, body: [])
            case .unknownLog: return WitnessAnswer(status: 404, contentType: nil, body: [])
            case .malformed, .notKept:
                return WitnessAnswer(status: 400, contentType: nil, body: [])
            }
        }
    }

    func latest(of origin: String) async -> SignedNote? { notes.withLock { $0[origin] } }
}

/// A witness that says what it likes.
private struct LyingWitness: WitnessPort {
    let key: WitnessKey
    let answer: WitnessAnswer
    let note: SignedNote?

    func submit(_ submission: WitnessSubmission) async -> WitnessAnswer? { answer }
    func latest(of origin: String) async -> SignedNote? { note }
}

@Suite("Witnesses of the history")
struct WitnessTests {
    @Test(
        "round after round is cosigned; what came since is stated, and a restart goes on from there"
    )
    func rounds() async throws {
        let disk = MemoryDisk()
        let store = try await disk.store()
        let witness = try SimulatedWitness(watching: store.logKey)
        let witnesses = try await HistoryWitnesses(store, [witness], quorum: 1)
        #expect(await witnesses.standing.cosignedSize == 0)
        for number in 1...4 {
            for _ in 0..<number { _ = try await store.append(Sample.event("\(number)")) }
            try await witnesses.round()
            let standing = await witnesses.standing
            #expect(standing.cosignedSize == (await store.archive()).size)
            #expect(standing.troubles.isEmpty && witness.submissions == number)
        }
        let kept = try SignedNote(octets: disk.octets("cosigned"))
        #expect(try witness.key.time(in: kept) == UInt64(Sample.noon.seconds))
        _ = try await store.append(Sample.event("not yet"))
        #expect(await witnesses.standing.cosignedSize < (await store.archive()).size)
        try await store.close()

        let again = try await disk.store()
        let later = try await HistoryWitnesses(again, [witness], quorum: 1)
        #expect(await later.standing.cosignedSize == 11)
        try await later.round()
        #expect(witness.submissions == 5 && disk.octets("contradiction").isEmpty)
        #expect(try await again.verify().isWhole)
    }

    @Test("N of M: fewer do not count, who was away catches up with one more question")
    func quorum() async throws {
        let disk = MemoryDisk()
        let store = try await disk.store()
        let all = [
            try SimulatedWitness(name: "a.example", watching: store.logKey),
            try SimulatedWitness(name: "b.example", watching: store.logKey),
            try SimulatedWitness(name: "c.example", watching: store.logKey),
        ]
        let witnesses = try await HistoryWitnesses(store, all, quorum: 2)
        try await witnesses.round()
        #expect(await witnesses.standing.cosignedSize == 1)
        for witness in all.dropFirst() { witness.isReachable.withLock { $0 = false } }
        _ = try await store.append(Sample.event("x"))
        try await witnesses.round()
        let standing = await witnesses.standing
        #expect(standing.cosignedSize == 1)
        #expect(standing.troubles == ["b.example": "unreachable", "c.example": "unreachable"])
        for witness in all { witness.isReachable.withLock { $0 = true } }
        // Another round's memory of sizes is not needed: the witness says where it stands.
        let fresh = try await HistoryWitnesses(store, all, quorum: 2)
        try await fresh.round()
        let caughtUp = await fresh.standing
        #expect(caughtUp.cosignedSize == 2 && caughtUp.troubles.isEmpty)
    }

    @Test(
        "of two writers on copies of one store the one that the witness does not know stops for good"
    )
    func copies() async throws {
        let disk = MemoryDisk()
        let first = try await disk.store()
        let witness = try SimulatedWitness(watching: first.logKey)
        let mine = try await HistoryWitnesses(first, [witness], quorum: 1)
        try await mine.round()
        let copy = disk.copy()
        let second = try await copy.store()
        let theirs = try await HistoryWitnesses(second, [witness], quorum: 1)
        for number in 0..<3 { _ = try await first.append(Sample.event("first \(number)")) }
        _ = try await second.append(Sample.event("second"))
        try await mine.round()
        await #expect(throws: HistoryError.contradicted(size: 4)) { try await theirs.round() }
        await #expect(throws: HistoryError.contradicted(size: 4)) {
            try await second.append(Sample.event("more"))
        }
        await #expect(throws: HistoryError.contradicted(size: 4)) { try await second.checkpoint() }
        #expect(HistoryError.contradicted(size: 4).stopsDisclosure)
        // Over a restart too, and a verification says so.
        await #expect(throws: HistoryError.contradicted(size: 4)) { try await copy.copy().store() }
        #expect(try HistoryArchive.verify(disk: copy).fault?.file == "contradiction")
        _ = try await first.append(Sample.event("the first goes on"))
        try await mine.round()
    }

    @Test("an older state put back is found at the next round, though it fits together")
    func rolledBack() async throws {
        let disk = MemoryDisk()
        let store = try await disk.store()
        let witness = try SimulatedWitness(watching: store.logKey)
        let old = disk.copy()
        for number in 0..<5 { _ = try await store.append(Sample.event("\(number)")) }
        try await HistoryWitnesses(store, [witness], quorum: 1).round()
        #expect(try HistoryArchive.verify(disk: old).isWhole)
        let back = try await old.store()
        let witnesses = try await HistoryWitnesses(back, [witness], quorum: 1)
        await #expect(throws: HistoryError.contradicted(size: 6)) { try await witnesses.round() }
    }

    @Test("a witness that lies stops nobody: it must show what our own key signed")
    func liars() async throws {
        let disk = MemoryDisk()
        let store = try await disk.store()
        let other = try await MemoryDisk().store()
        let cosigner = try Cosigner(
            name: "liar.example", privateKey: try PrivateKey.generate(.ed25519))
        let own = try await store.checkpoint()
        let foreign = try await other.checkpoint()
        let forged = try cosigner.cosignature(over: "other text\n", atSeconds: 1)
        for answer in [
            WitnessAnswer.otherSize(99), .inconsistent, .signed([forged]), .signed([]),
            .refused("no"),
        ] {
            for note in [nil, own, foreign] {
                let liar = LyingWitness(key: cosigner.key, answer: answer, note: note)
                let witnesses = try await HistoryWitnesses(store, [liar], quorum: 1)
                try await witnesses.round()
                let standing = await witnesses.standing
                #expect(standing.cosignedSize == 0 && standing.troubles.count == 1)
            }
        }
        _ = try await store.append(Sample.event("goes on"))
    }

    @Test("answers are read strictly")
    func answers() throws {
        func read(_ status: Int, _ body: String, _ type: String? = nil) -> WitnessAnswer {
            WitnessAnswer(status: status, contentType: type, body: Array(body.utf8))
        }
        #expect(read(409, "12\n", "text/x.tlog.size") == .otherSize(12))
        #expect(read(422, "") == .inconsistent)
        for answer in [
            read(200, ""), read(200, "hello\n"), read(409, "12\n"), read(500, "x"),
            read(409, "+12\n", "text/x.tlog.size"), read(409, "012\n", "text/x.tlog.size"),
            read(409, "", "text/x.tlog.size"),
            read(409, "99999999999999999999\n", "text/x.tlog.size"),
            WitnessAnswer(status: 200, contentType: nil, body: [0xFF]),
            WitnessAnswer(
                status: 200, contentType: nil,
                body: [UInt8](repeating: 0x41, count: WitnessAnswer.longestOctetCount + 1)),
        ] {
            guard case .refused = answer else {
                Issue.record("\(answer)")
                continue
            }
        }
    }

    @Test("power lost at any call of a round leaves a store that opens and goes on")
    func power() async throws {
        for survival in [Survival.nothing, .everything] {
            var call = 0
            var isDone = false
            while !isDone {
                call += 1
                let disk = MemoryDisk()
                let store = try await disk.store()
                let witness = try SimulatedWitness(watching: store.logKey)
                let witnesses = try await HistoryWitnesses(store, [witness], quorum: 1)
                _ = try await store.append(Sample.event("one"))
                disk.state.withLock { $0.powerCall = $0.callKinds.count + call }
                isDone = (try? await witnesses.round()) != nil
                // What was cosigned was durable: nothing that the witness knows is lost.
                let left = disk.afterPowerCut(survival)
                let again = try await left.store()
                try await HistoryWitnesses(again, [witness], quorum: 1).round()
                #expect(try HistoryArchive.verify(disk: left).isWhole, "call \(call)")
            }
        }
    }
}
