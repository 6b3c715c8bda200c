import Disclosures
import Foundation
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("A history that goes on from another")
struct PredecessorTests {
    let folder = TemporaryFolder()
    private let administrator = EventActor(id: "administrator", role: .administrator)

    private func settings(_ terminal: String) -> HistorySettings {
        let place = TerminalPlace(institution: "1310000000", terminal: terminal)
        return HistorySettings(
            folder: folder.path + "/history", place: place, software: "test 1",
            clock: { (Sample.noon, .synchronised) })
    }

    @Test("the old folder stays as it is, and the first entry names its last checkpoint")
    func begin() async throws {
        let store = try await HistoryStore.open(settings("desk-1"))
        for number in 0..<5 { _ = try await store.append(Sample.event("\(number)")) }
        await #expect(throws: HistoryError.inUse(path: settings("desk-2").folder)) {
            try await HistoryStore.beginAnew(settings("desk-2"), by: administrator)
        }
        try await store.close()
        // The same name would mean two histories under one origin.
        await #expect(throws: HistoryError.self) {
            try await HistoryStore.beginAnew(settings("desk-1"), by: administrator)
        }
        let before = try HistoryArchive.verify(folder: folder.path + "/history")
        let (predecessor, aside) = try await HistoryStore.beginAnew(
            settings("desk-2"), by: administrator)
        #expect(aside == folder.path + "/history.desk-1")
        #expect(predecessor.origin == "madoguchi/1310000000/desk-1" && !predecessor.isCosigned)
        #expect(predecessor.size == before.size)
        #expect(try HistoryArchive.verify(folder: aside).root == before.root)

        let report = try HistoryArchive.verify(folder: folder.path + "/history")
        #expect(report.isWhole && report.predecessor == predecessor)
        let first = try HistoryArchive(folder: folder.path + "/history").entry(at: 0)
        #expect(Predecessor(first.event) == predecessor)
        // The checkpoint in it is signed by the old log's key.
        let note = try SignedNote(octets: Array(predecessor.checkpoint.utf8))
        let key = try #require(try HistoryArchive(folder: aside).logKey)
        #expect(try Checkpoint(note, of: key).root == before.root)

        // It goes on under its own name, and the old one can be opened by nobody under the new.
        let next = try await HistoryStore.open(settings("desk-2"))
        _ = try await next.append(Sample.event("after"))
        try await next.close()
        await #expect(throws: HistoryError.self) {
            try await HistoryStore.open(settings("desk-1"))
        }
        await #expect(throws: HistoryError.self) {
            try await HistoryStore.beginAnew(settings("desk-2"), by: administrator)
        }
    }

    @Test(
        "stopped at any step, doing it again ends it, and no history ever begins without its word")
    func stopped() async throws {
        let store = try await HistoryStore.open(settings("desk-1"))
        _ = try await store.append(Sample.event("old"))
        try await store.close()
        let (here, beside) = (folder.path + "/history", folder.path + "/history.beginning")
        let files = FileManager.default
        // Stopped while the new one was made: it was not whole, and goes.
        let half = TemporaryFolder()
        var early = settings("desk-2")
        early.folder = half.path + "/history"
        try await HistoryStore.open(early).close()
        try files.copyItem(atPath: half.path + "/history", toPath: beside)
        try files.removeItem(atPath: beside + "/head")
        let (predecessor, aside) = try await HistoryStore.beginAnew(
            settings("desk-2"), by: administrator)
        #expect(!files.fileExists(atPath: beside))
        #expect(try HistoryArchive.verify(folder: here).predecessor == predecessor)
        // Stopped after they had changed places: the old one only lacks its name.
        try files.moveItem(atPath: aside, toPath: beside)
        let again = try await HistoryStore.beginAnew(settings("desk-2"), by: administrator)
        #expect(again.predecessor == predecessor && again.folder == aside)
        #expect(try HistoryArchive.verify(folder: aside).isWhole)
        #expect(try HistoryArchive.verify(folder: here).predecessor == predecessor)
        #expect(!files.fileExists(atPath: beside))
    }

    @Test("what was put away stays readable when the wrapping key changes")
    func rewrapped() async throws {
        let key = WrappingKey.make()
        func wrapped(_ terminal: String, _ key: WrappingKey) -> HistorySettings {
            var settings = settings(terminal)
            settings.wrappingKey = key
            return settings
        }
        let store = try await HistoryStore.open(wrapped("desk-1", key))
        _ = try await store.append(Sample.event("old"))
        try await store.close()
        let (_, aside) = try await HistoryStore.beginAnew(
            wrapped("desk-2", key), by: administrator)
        let both = try #require(key.successor())
        #expect(try HistoryStore.rewrap(folder: aside, wrapping: both))
        #expect(try !HistoryStore.rewrap(folder: aside, wrapping: both))
        let alone = try #require(both.withoutPrevious())
        #expect(try HistoryArchive(folder: aside, wrapping: alone).entry(at: 1).event.note == "old")
        #expect(throws: HistoryError.self) { try HistoryArchive(folder: aside, wrapping: key) }
        #expect(throws: HistoryError.self) {
            try HistoryStore.rewrap(folder: aside, wrapping: WrappingKey.make())
        }
    }

    @Test("where nothing was ever signed, or the new one cannot be made, nothing is moved")
    func refused() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/history", withIntermediateDirectories: true)
        await #expect(throws: HistoryError.absent(path: "checkpoint")) {
            try await HistoryStore.beginAnew(settings("desk-2"), by: administrator)
        }
        try Data("no checkpoint".utf8).write(
            to: URL(fileURLWithPath: folder.path + "/history/checkpoint"))
        await #expect(throws: HistoryError.self) {
            try await HistoryStore.beginAnew(settings("desk-2"), by: administrator)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/history.desk-1"))
    }

    @Test("an entry that only looks like one is none")
    func hostile() {
        var event = Sample.event("x")
        (event.kind, event.reason) = (.administratorAct, Predecessor.reason)
        for note in ["", "{}", "[1]", #"{"checkpoint":"a","cosigned":true}"#, "{\"cosigned\":1}"] {
            event.note = note
            #expect(Predecessor(event) == nil)
        }
    }
}
