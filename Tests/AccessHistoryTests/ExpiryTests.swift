import Disclosures
import Octets
import Records
import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Expiry by month")
struct ExpiryTests {
    private static let months = ["2018-01", "2018-02", "2019-03", "2024-05"]

    /// A store with two entries in each month, from its first in January 2018 to November 2026.
    private func store(on disk: MemoryDisk) async throws -> HistoryStore {
        let clock = SetClock()
        clock.set(try #require(Instant(rfc3339: "2018-01-10T00:00:00Z")))
        let store = try await disk.store(clock: clock)
        defer { clock.set(Sample.noon) }
        for month in Self.months {
            let time = try #require(Instant(rfc3339: month + "-10T00:00:00Z"))
            clock.set(time)
            for number in 0..<2 {
                _ = try await store.append(Sample.event("\(month) \(number)", at: time))
            }
        }
        return store
    }

    private var act: HistoryEvent {
        HistoryEvent(
            .administratorAct, at: Sample.noon, timeQuality: .synchronised, place: Sample.place,
            actor: EventActor(id: "admin", role: .administrator))
    }

    private func expire(
        _ store: HistoryStore, before month: String, years: Int = 7
    ) async throws -> DestructionManifest {
        try await store.expire(
            before: try #require(YearMonth(month)), retentionYears: years, at: Sample.noon, act)
    }

    @Test("keys go with an entry that tells, proofs stay, and a verification says how many")
    func expired() async throws {
        let disk = MemoryDisk()
        let store = try await store(on: disk)
        let before = try await store.checkpoint()
        let manifest = try await expire(store, before: "2019-04")
        #expect(manifest.keys == [1...3])
        let report = try await store.verify()
        #expect(report.isWhole && report.expiredCount == 7 && report.openedCount == 3)
        let notes = try await store.events(matching: HistoryQuery()).compactMap(\.event.note)
        #expect(notes == ["2024-05 0", "2024-05 1", manifest.note])
        let (leaf, proof) = try await store.receipt(of: 1)
        #expect(
            try ProofFile(octets: proof.octets).check(entry: leaf, log: store.logKey).size == 10)
        let archive = await store.archive()
        let prover = MerkleProver(leafHashes: try archive.leafHashes())
        let old = try Checkpoint(before, of: store.logKey)
        #expect(prover.root(size: old.size) == old.root)
        try await store.close()
        let again = try await disk.store()
        #expect(try await again.verify().isWhole)
        // A month that begins later gets an id that nobody had.
        let later = try #require(Instant(rfc3339: "2026-12-10T00:00:00Z"))
        _ = try await again.append(Sample.event("later", at: later))
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        #expect(ring.key(for: YearMonth(of: later.dateInJapan))?.id == 6)
    }

    @Test("nothing goes before its time, and nothing twice")
    func retained() async throws {
        let disk = MemoryDisk()
        let store = try await store(on: disk)
        for (month, years) in [("2019-12", 7), ("2024-06", 3), ("2026-12", 3)] {
            let until = try #require(YearMonth(month)).adding(months: 12 * years)
            await #expect(throws: HistoryError.retained(until: until)) {
                try await expire(store, before: month, years: years)
            }
        }
        let size = await store.archive().size
        #expect(try await expire(store, before: "2018-01").keys.isEmpty)
        #expect(await store.archive().size == size)
        _ = try await expire(store, before: "2018-02")
        let after = await store.archive().size
        #expect(try await expire(store, before: "2018-02").keys == [1...1])
        #expect(await store.archive().size == after)
        #expect(try await store.verify().expiredCount == 3)
    }

    @Test("what a wrong clock dated is kept for as long as what was written around it")
    func wrongClock() async throws {
        let disk = MemoryDisk()
        let clock = SetClock()
        let store = try await disk.store(clock: clock)
        func write(_ time: String) async throws {
            let time = try #require(Instant(rfc3339: time + "-10T00:00:00Z"))
            _ = try await store.append(Sample.event("\(time)", at: time))
        }
        for time in ["2014-03", "2099-01", "2026-12"] { try await write(time) }
        // By its date it could go; it was written in November 2026.
        let size = await store.archive().size
        #expect(try await expire(store, before: "2015-01").keys.isEmpty)
        #expect(await store.archive().size == size)
        try await write("2034-02")
        let later = try #require(Instant(rfc3339: "2034-02-10T00:00:00Z"))
        var event = act
        event.time = later
        let manifest = try await store.expire(
            before: try #require(YearMonth("2027-01")), retentionYears: 7, at: later, event)
        // The one from a clock that ran ahead stays; it holds nothing else back.
        #expect(manifest.keys == [1...2, 4...4])
        #expect(try await store.verify().isWhole)
    }

    @Test("a later manifest tells of all that went, when the earlier one has expired itself")
    func chain() async throws {
        let disk = MemoryDisk()
        let store = try await store(on: disk)
        _ = try await expire(store, before: "2018-02")
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        try await store.close()
        // As if the month of the first manifest had expired: the manifest cannot be read any more.
        let last = try await disk.store()
        let december = try #require(Instant(rfc3339: "2033-12-10T00:00:00Z"))
        _ = try await last.append(Sample.event("years later", at: december))
        var event = act
        event.time = december
        let manifest = try await last.expire(
            before: try #require(YearMonth("2026-12")), retentionYears: 7, at: december, event)
        #expect(ring.key(id: 5) != nil && manifest.keys == [1...5])
        let report = try HistoryArchive.verify(disk: disk)
        #expect(report.isWhole && report.expiredCount == 12)
    }

    @Test("a key that goes without an entry is a fault, and so is an entry that names others")
    func unexplained() async throws {
        let disk = MemoryDisk()
        let store = try await store(on: disk)
        _ = try await expire(store, before: "2018-02")
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        try ring.destroy([3], on: disk)
        let report = try HistoryArchive.verify(disk: disk)
        #expect(report.fault?.index == 5 && report.expiredCount == 3)
    }

    @Test("power lost at any call of an expiry: the store opens, verifies, and may end it")
    func power() async throws {
        for survival in [Survival.nothing, .everything, .random(seed: 4)] {
            var call = 0
            var isDone = false
            while !isDone {
                call += 1
                let disk = MemoryDisk()
                let store = try await store(on: disk)
                disk.state.withLock { $0.powerCall = $0.callKinds.count + call }
                isDone = (try? await expire(store, before: "2019-04")) != nil
                let left = disk.afterPowerCut(survival)
                let again = try await left.store()
                #expect(try await again.verify().isWhole, "call \(call), \(survival)")
                #expect(try await expire(again, before: "2019-04").keys == [1...3])
                #expect(try await again.verify().expiredCount == 7, "call \(call), \(survival)")
            }
        }
    }

    @Test("a manifest is read back, and nothing else is one")
    func manifest() throws {
        let month = try #require(YearMonth("2019-04"))
        let manifest = DestructionManifest(ids: [1, 2, 3, 7, 9, 10], before: month)
        #expect(manifest.keys == [1...3, 7...7, 9...10])
        #expect(manifest.holds(3) && !manifest.holds(4))
        var event = act
        (event.reason, event.note) = (DestructionManifest.reason, manifest.note)
        #expect(DestructionManifest(event) == manifest)
        for note in [
            "", "{}", "{\"before\":\"2019-04\",\"keys\":[\"3-1\"]}",
            "{\"before\":\"2019-04\",\"keys\":[\"0-1\"]}", "{\"before\":\"x\",\"keys\":[]}",
            "{\"before\":\"2019-04\",\"keys\":[\"1-99999999999\"]}",
        ] {
            event.note = note
            #expect(DestructionManifest(event) == nil, "\(note)")
        }
        event.note = manifest.note
        event.reason = "other"
        #expect(DestructionManifest(event) == nil)
    }
}
