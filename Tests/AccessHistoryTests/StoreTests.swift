import Disclosures
import Foundation
import Glibc
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("The store")
struct StoreTests {
    let folder = TemporaryFolder()

    @Test("what was appended is read back in order, also after closing and opening")
    func appendAndRead() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let first = try await store.append(Sample.event("one"))
        let second = try await store.append(Sample.event("two"))
        #expect(first.index == 1 && second.index == 2 && second.treeSize == 3)
        try await store.close()
        await #expect(throws: HistoryError.closed) { try await store.append(Sample.event("no")) }

        let again = try await HistoryStore.open(Sample.settings(folder))
        let entries = try await again.events(matching: HistoryQuery())
        #expect(
            entries.map(\.event.kind) == [
                .storeOpened, .viewed, .viewed, .storeClosed, .storeOpened,
            ])
        #expect(entries[1].event == Sample.event("one"))
        #expect(entries.last?.event.store?.wasStoppedCleanly == true)
        #expect(try await again.verify().isWhole)
        #expect(try await again.verify().openedCount == 5)
    }

    @Test(
        "a pipe or folder in place of one of its files is named, and never waited for",
        arguments: ["keys.json", "head", "checkpoint", "lock", ".segment"])
    func notAFile(name: String) async throws {
        try await HistoryStore.open(Sample.settings(folder)).close()
        let file = try #require(folder.names.first { $0.hasSuffix(name) })
        for makesPipe in [true, false] {
            let copy = try folder.copy()
            let path = copy.path + "/" + file
            #expect(unlink(path) == 0)
            #expect((makesPipe ? mkfifo(path, 0o600) : mkdir(path, 0o700)) == 0)
            await #expect(throws: HistoryError.self) {
                try await HistoryStore.open(Sample.settings(copy))
            }
        }
    }

    @Test("a second store on the same folder is kept out, and let in after a close")
    func oneWriter() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        await #expect(throws: HistoryError.inUse(path: folder.path)) {
            try await HistoryStore.open(Sample.settings(folder))
        }
        try await store.close()
        try await HistoryStore.open(Sample.settings(folder)).close()
    }

    @Test("many writers at once share groups, and each gets its own place")
    func manyWriters() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let receipts = try await withThrowingTaskGroup(of: HistoryReceipt.self) { group in
            for number in 0..<300 {
                group.addTask { try await store.append(Sample.event("writer \(number)")) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(receipts.map(\.index)) == Set(1...300))
        let report = try await store.verify()
        #expect(report.isWhole && report.size == 301 && report.openedCount == 301)
    }

    @Test("a store that is written, stopped and opened meanwhile verifies as whole at every look")
    func verifiedWhileWritten() async throws {
        let settings = Sample.settings(folder, growth: 8192)
        try await HistoryStore.open(settings).close()
        let path = folder.path
        let looks = onThread {
            try (0..<20).map { _ in try HistoryArchive.verify(folder: path).fault }
        }
        for round in 0..<8 {
            let store = try await HistoryStore.open(settings)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask { _ = try await store.append(Sample.event("\(round) \(number)")) }
                }
                try await group.waitForAll()
            }
            try await store.close()
        }
        #expect(try await looks().allSatisfy { $0 == nil })
    }

    @Test("a new month begins a new segment under a new key; a late entry joins the open one")
    func months() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let december = try #require(Instant(rfc3339: "2026-11-30T15:00:00Z"))
        _ = try await store.append(Sample.event("december", at: december))
        _ = try await store.append(Sample.event("november", at: Sample.noon))
        let far = try #require(Instant(rfc3339: "2099-01-01T00:00:00Z"))
        _ = try await store.append(Sample.event("a clock that ran ahead", at: far))
        _ = try await store.append(Sample.event("set right", at: december))
        #expect(
            folder.segments == [
                "000000000000-2026-11.segment", "000000000001-2026-12.segment",
                "000000000003-2099-01.segment", "000000000004-2026-12.segment",
            ])
        #expect(try await store.verify().isWhole)
        #expect(try await store.events(matching: HistoryQuery()).count == 5)
        try await store.close()
        let again = try await HistoryStore.open(Sample.settings(folder))
        #expect(try await again.verify().isWhole)
        #expect(try await again.verify().size == 7)
    }

    @Test("a segment grows when it is full, and files are for the owner alone")
    func growth() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder, growth: 8192))
        for number in 0..<100 {
            _ = try await store.append(Sample.event(String(repeating: "x", count: number + 1)))
        }
        #expect(folder.read(folder.segments[0]).count > 40_000)
        #expect(try await store.verify().isWhole)
    }

    @Test("intents without outcome are found after a kill and closed as unknown, once")
    func openIntents() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let closed = try await store.append(Sample.intent())
        _ = try await store.append(
            Sample.intent().outcome(ofIntentAt: closed.index, .succeeded, at: Sample.noon))
        let open = try await store.append(Sample.intent(card: 2))
        #expect(try await store.openIntents().isEmpty)

        let copy = try folder.copy()
        let again = try await HistoryStore.open(Sample.settings(copy))
        _ = try await again.append(Sample.intent(card: 3))
        #expect(try await again.openIntents().map(\.index) == [open.index])
        #expect(try await again.closeOpenIntents() == 1)
        #expect(try await again.closeOpenIntents() == 0)
        var query = HistoryQuery()
        query.kinds = [.outcome]
        let outcome = try #require(try await again.events(matching: query).last)
        #expect(outcome.event.outcome == .unknown && outcome.event.intentIndex == open.index)
        #expect(outcome.event.actor.role == .system && outcome.event.statement == nil)
        #expect(try await again.intent(at: open.index).closing == outcome)
        let found = try await store.intent(at: closed.index)
        #expect(found.intent.event == Sample.intent() && found.closing?.index == closed.index + 1)
        #expect(try await store.intent(at: open.index).closing == nil)
        #expect(try await store.intent(at: closed.index + 1).closing == nil)
        await #expect(throws: HistoryError.noEntry(index: 999)) {
            try await store.intent(at: 999)
        }
    }

    @Test("a patient's id also finds the intents and failures that knew only the card")
    func byPatient() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(
            Sample.scene(card: 1).proof(.pin, .failed, triesLeft: 2, at: Sample.noon))
        let intent = try await store.append(Sample.intent(card: 1))
        _ = try await store.append(Sample.intent(card: 2))
        _ = try await store.append(
            Sample.intent(card: 1).outcome(
                ofIntentAt: intent.index, .succeeded, patientID: "p-1", at: Sample.noon))
        _ = try await store.append(Sample.scene(id: "p-2").event(.viewed, at: Sample.noon))
        let mine = try await store.events(
            matching: HistoryQuery(patient: PatientReference(id: "p-1")))
        #expect(mine.map(\.event.kind) == [.proof, .intent, .outcome])
        let card = Sample.scene(card: 2).patient
        #expect(try await store.events(matching: HistoryQuery(patient: card)).count == 1)
        var query = HistoryQuery()
        query.limit = 2
        #expect(try await store.events(matching: query).map(\.index) == [4, 5])
    }

    @Test("a checkpoint is signed by the log's key, kept, and never of a smaller tree")
    func checkpoint() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let note = try await store.checkpoint()
        let head = try Checkpoint(note, of: store.logKey)
        #expect(head.origin == "madoguchi/1310000000/desk-1" && head.size == 1)
        #expect(folder.read("checkpoint") == note.octets)
        #expect(try await store.checkpoint() == note)
    }

    @Test("a receipt shows an entry to be in the log, to whoever has the log's key")
    func receipt() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        for number in 0..<20 { _ = try await store.append(Sample.event("\(number)")) }
        let (leaf, proof) = try await store.receipt(of: 7)
        let read = try ProofFile(octets: proof.octets)
        #expect(try read.check(entry: leaf, log: store.logKey).size == 21)
        await #expect(throws: HistoryError.noEntry(index: 21)) { try await store.receipt(of: 21) }
    }

    @Test("an event that is too long is refused and leaves the store usable")
    func tooLong() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        var event = Sample.intent()
        event.statement?.octets = [UInt8](repeating: 0, count: 40_000)
        await #expect(throws: HistoryError.self) { try await store.append(event) }
        #expect(try await store.append(Sample.event("after")).index == 1)
    }

    @Test("nothing of an event can be read in the folder without the keys")
    func sealed() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(Sample.event("a plain secret"))
        for name in folder.names where name != "keys.json" {
            let text = String(decoding: folder.read(name), as: UTF8.self)
            #expect(!text.contains("secret") && !text.contains("viewed"))
        }
    }
}

/// Starts a body on a thread of its own; the result waits for its end.
private func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) -> @Sendable () async throws -> Value {
    let (results, continuation) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
    Thread.detachNewThread {
        continuation.yield(Result { try body() })
        continuation.finish()
    }
    return {
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
