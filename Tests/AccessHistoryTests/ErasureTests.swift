import Disclosures
import Executors
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Erasing one patient")
struct ErasureTests {
    let folder = TemporaryFolder()
    private let later = Sample.noon.adding(seconds: 9 * 366 * 86_400)

    private func store(on disk: MemoryDisk, now: SetClock = SetClock()) async throws -> HistoryStore
    {
        let settings = HistorySettings(
            folder: "memory", place: Sample.place, software: "test 1"
        ) { (now.time, .synchronised) }
        return try await HistoryStore.open(
            settings, executor: BlockingExecutor(label: "memory")
        ) { () throws(HistoryError) in disk }
    }

    /// Entries of two patients, one of them also known by a card.
    private func fill(_ store: HistoryStore) async throws {
        for number in 0..<12 {
            var event = Sample.scene(
                card: number % 3 == 0 ? 7 : nil, id: number % 3 == 1 ? "other" : "erased"
            ).event(.viewed, at: Sample.noon)
            if number % 6 == 0 { event.patient?.id = nil }
            event.note = "\(number)"
            _ = try await store.append(event)
        }
    }

    private var act: HistoryEvent {
        var event = Sample.event("", at: later)
        (event.patient, event.note) = (nil, nil)
        event.actor = EventActor(id: "admin", role: .administrator)
        return event
    }

    private func erase(_ store: HistoryStore, years: Int? = 7) async throws -> Int {
        try await store.erase(
            patient: "erased", why: "order of a court", retentionYears: years, at: later, act)
    }

    @Test("what was sealed is gone, by id and by card; the rest, roots and proofs stay")
    func erased() async throws {
        let settings = Sample.settings(folder)
        let store = try await HistoryStore.open(settings)
        try await fill(store)
        let before = try await store.verify()
        let receipt = try await store.receipt(of: 2)
        #expect(try await erase(store) == 8)
        #expect(try await store.events(matching: .init(patient: .init(id: "erased"))).isEmpty)
        #expect(try await store.events(matching: .init(patient: .init(id: "other"))).count == 4)
        await #expect(throws: HistoryError.erased) { try await store.intent(at: 1) }
        #expect(try await store.receipt(of: 2).leaf == receipt.leaf)
        let after = try await store.verify()
        #expect(after.isWhole && after.erasedCount == 8)
        #expect(after.openedCount == before.openedCount - 8 + 1)
        // Once more finds nothing.
        #expect(try await erase(store) == 0)
        #expect(try await store.finishErasures() == 0)
        try await store.close()
        // Nothing of it is in the folder any more, and it opens.
        let again = try await HistoryStore.open(settings)
        #expect(try await again.verify().isWhole)
        #expect(try await again.events(matching: .init(patient: .init(id: "other"))).count == 4)
        try await again.close()
        let checked = try HistoryArchive.verify(
            folder: folder.path, vkey: again.logKey.vkey, usesKeys: false)
        #expect(checked.isWhole && checked.erasedCount == 8)
    }

    @Test("what has to be kept goes only on an administrator's word")
    func retained() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        try await fill(store)
        let end = Sample.month.adding(months: 12 * 7 + 1)
        for years in [7, 8] {
            let early = Instant(milliseconds: Sample.noon.milliseconds + 6 * 366 * 86_400_000)
            await #expect(throws: HistoryError.self) {
                try await store.erase(
                    patient: "erased", why: "x", retentionYears: years, at: early, act)
            }
        }
        await #expect(throws: HistoryError.retained(until: end)) {
            try await store.erase(
                patient: "erased", why: "x", retentionYears: 7, at: Sample.noon, act)
        }
        #expect(try await erase(store, years: nil) == 8)
        try await store.close()
    }

    @Test("a body that is gone and that nothing tells of is the first thing wrong")
    func unexplained() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        try await fill(store)
        try await store.makeHeadDurable()
        let archive = await store.archive()
        _ = try archive.blank([4])
        let report = try await store.verify()
        #expect(report.fault?.index == 4 && report.fault?.reason.contains("nothing tells") == true)
        try await store.close()
    }

    @Test("stopped at any call, doing it again ends it, and nothing else is lost")
    func interrupted() async throws {
        let rehearsal = MemoryDisk()
        var store = try await store(on: rehearsal)
        try await fill(store)
        let start = rehearsal.calls
        #expect(try await erase(store) == 8)
        let end = rehearsal.calls
        try await store.close()
        #expect(end > start + 4)
        for call in start + 1...end {
            let disk = MemoryDisk(fault: .power(at: call))
            store = try await self.store(on: disk)
            try await fill(store)
            _ = try? await erase(store)
            for survival in [call % 2 == 0 ? .nothing : Survival.all[call % Survival.all.count]] {
                let left = disk.afterPowerCut(survival)
                store = try await self.store(on: left)
                _ = try await store.finishErasures()
                var report = try await store.verify()
                #expect(report.isWhole, "\(call) \(survival): \(report.fault?.reason ?? "")")
                _ = try await erase(store)
                #expect(
                    try await store.events(matching: .init(patient: .init(id: "erased"))).isEmpty)
                #expect(
                    try await store.events(matching: .init(patient: .init(id: "other"))).count == 4)
                report = try await store.verify()
                #expect(report.isWhole && report.erasedCount == 8)
                try await store.close()
            }
        }
    }

    @Test("long lists are told by several entries, and what looks like one is none")
    func manifests() {
        let indices = (0..<3000).map { UInt64($0 * 3) }
        let manifests = ErasureManifest.manifests(indices, why: "x")
        #expect(manifests.count > 10)
        #expect(manifests.flatMap(\.entries).flatMap { $0 } == indices)
        for manifest in manifests {
            var event = act
            (event.reason, event.note) = (ErasureManifest.reason, manifest.note)
            event.kind = .administratorAct
            #expect(ErasureManifest(event) == manifest)
            #expect(throws: Never.self) { try event.encoded() }
        }
        var event = act
        (event.kind, event.reason) = (.administratorAct, ErasureManifest.reason)
        for note in [
            "", "{}", #"{"entries":["3-1"],"why":"x"}"#, #"{"entries":["a"],"why":"x"}"#,
            #"{"entries":["1-99999999999999999999"],"why":"x"}"#, #"{"entries":[1],"why":"x"}"#,
        ] {
            event.note = note
            #expect(ErasureManifest(event) == nil)
        }
    }
}
