import Cryptography
import Disclosures
import Foundation
import HistoryExports
import JSON
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Other keys, and keys in escrow")
struct KeyRotationTests {
    private var act: HistoryEvent {
        HistoryEvent(
            .administratorAct, at: Sample.noon, timeQuality: .synchronised, place: Sample.place,
            actor: EventActor(id: "admin", role: .administrator))
    }

    @Test("another key seals from its entry on; what was sealed opens, before and after a restart")
    func rotated() async throws {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(Sample.event("before"))
        #expect(try await store.rotateMonthKey(act) == 2)
        _ = try await store.append(Sample.event("after"))
        let archive = await store.archive()
        let keys = try (0..<4).map { try archive.sealedEntry(at: $0).leaf.keyID }
        #expect(keys == [1, 1, 2, 2])
        #expect(try archive.entry(at: 2).event.reason == "keyRotated")
        #expect(try archive.entry(at: 2).event.note == #"{"key":2,"month":"2026-11"}"#)
        #expect(try await store.verify().isWhole)
        try await store.close()
        let again = try await HistoryStore.open(Sample.settings(folder))
        _ = try await again.append(Sample.event("later"))
        let notes = try await again.events(matching: HistoryQuery()).compactMap(\.event.note)
        #expect(notes.filter { $0.first != "{" } == ["before", "after", "later"])
        #expect(try await again.archive().sealedEntry(at: 6).leaf.keyID == 2)
        #expect(try await again.verify().isWhole)
        try await again.close()
    }

    @Test("keys are made while others write, and each entry opens")
    func busy() async throws {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(Sample.settings(folder))
        let act = act
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<20 {
                        _ = try await store.append(Sample.event("\(writer) \(number)"))
                    }
                }
            }
            group.addTask { for _ in 0..<5 { _ = try await store.rotateMonthKey(act) } }
            try await group.waitForAll()
        }
        let report = try await store.verify()
        #expect(report.isWhole && report.openedCount == 1 + 160 + 5)
        try await store.close()
    }

    @Test("the wrapping key changes in two steps, each of them once")
    func successor() throws {
        let key = WrappingKey.make()
        #expect(key.withoutPrevious() == nil)
        let both = try #require(key.successor())
        #expect(both.previous == key && both.successor() == nil)
        let alone = try #require(both.withoutPrevious())
        #expect(alone.previous == nil && alone != key)
        #expect(both.text == alone.text + key.text)
    }

    /// An exported line for each entry: its number and its note.
    private struct Notes: EntryExport {
        let beginning: [UInt8] = []
        let end: [UInt8] = []
        func octets(of entry: ExportedEntry) -> [UInt8] {
            Array("\(entry.index) \(entry.opened?.event.note ?? "-")\n".utf8)
        }
    }

    private func notes(
        _ folder: TemporaryFolder, with keys: EscrowedKeys
    ) throws -> [String] {
        let (archive, note) = try HistoryArchive.opened(folder: folder.path, with: keys)
        var octets: [UInt8] = []
        _ = try archive.export(Notes(), from: 0, under: note) { (piece) throws(HistoryError) in
            octets += piece
        } failure: {
            $0
        }
        return String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("a copy opens with keys from escrow alone; erased stays erased, later keys are not there")
    func escrow() async throws {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(Sample.event("one"))
        let ring = store.keptRing
        let keys = try EscrowedKeys(parsing: EscrowedKeys(ring).json.canonical)
        _ = try await store.append(Sample.event("two"))
        _ = try await store.rotateMonthKey(act)
        _ = try await store.append(Sample.event("three"))
        try await store.close()
        let copy = try folder.copy()
        try FileManager.default.removeItem(atPath: copy.path + "/keys.json")
        #expect(try notes(copy, with: keys) == ["0 -", "1 one", "2 two", "3 -", "4 -", "5 -"])
        #expect(throws: HistoryError.self) { try HistoryArchive(folder: copy.path).entry(at: 1) }
        // A changed entry gives another root than the one that is signed, and its body does not open.
        let name = try #require(copy.segments.first)
        var octets = copy.read(name)
        octets[SegmentHeader.octetCount + EntryFrame.headOctetCount + 60] ^= 1
        copy.write(octets, to: name)
        #expect(throws: HistoryError.self) { try notes(copy, with: keys) }
    }

    @Test("what is no escrow is named; keys of another log open nothing of this one")
    func foreign() async throws {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(Sample.settings(folder))
        let good = EscrowedKeys(store.keptRing).json.canonicalText
        try await store.close()
        let edits = [
            ("\"version\":1", "\"version\":2"), ("\"id\":1", "\"id\":0"),
            ("1310000000", "1310000001"),
            ("}", ""), ("2026-11", "2026-13"), ("\"months\"", "\"other\""),
        ]
        for (old, new) in edits {
            let text = good.replacing(old, with: new)
            #expect(text != good)
            #expect(throws: HistoryError.self, "\(old)") {
                try EscrowedKeys(parsing: Array(text.utf8))
            }
        }
        let other = TemporaryFolder()
        let elsewhere = try await HistoryStore.open(Sample.settings(other))
        let foreign = try EscrowedKeys(
            parsing: EscrowedKeys(elsewhere.keptRing).json.canonical)
        try await elsewhere.close()
        #expect(throws: HistoryError.self) { try notes(folder, with: foreign) }
    }
}
