import Disclosures
import Foundation
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("The index")
struct IndexTests {
    let folder = TemporaryFolder()

    private func open(clock: SetClock = SetClock()) async throws -> HistoryStore {
        var settings = Sample.settings(folder, clock: clock)
        settings.indexTailCount = 64
        return try await HistoryStore.open(settings)
    }

    /// Three months of events of some patients, cards, actors and items.
    private func fill(_ store: HistoryStore, count: Int, from start: Int = 0) async throws {
        var batch: [HistoryEvent] = []
        for number in start..<start + count {
            let card = UInt8(number % 23)
            let knowsID = number % 3 == 0
            let scene = EventScene(
                place: Sample.place, timeQuality: .synchronised,
                actor: EventActor(id: "staff-\(number % 7)", role: .clinician),
                patient: PatientReference(
                    id: knowsID ? "patient-\(number % 23 / 2)" : nil,
                    card: SHA256Digest([UInt8](repeating: card, count: 32))
                        .map(CardReference.init(code:))),
                checkIn: "check-in-\(number / 10)")
            let time = Instant(
                milliseconds: Sample.noon.milliseconds + Int64(number) * 6_000_000)
            var event = scene.event(number % 5 == 0 ? .viewed : .disclosure, at: time)
            event.item = DisclosedItem.allCases[number % DisclosedItem.allCases.count]
            event.note = "\(number)"
            batch.append(event)
            if batch.count == 50 {
                try await append(batch, to: store)
                batch = []
            }
        }
        try await append(batch, to: store)
    }

    /// Events of one month go into one write.
    private func append(_ events: [HistoryEvent], to store: HistoryStore) async throws {
        for group in Dictionary(grouping: events, by: { YearMonth(of: $0.time.dateInJapan) })
            .sorted(by: { $0.key < $1.key })
        { _ = try await store.append(contentsOf: group.value) }
    }

    private var queries: [HistoryQuery] {
        var queries = [
            HistoryQuery(), HistoryQuery(patient: PatientReference(id: "patient-4")),
            HistoryQuery(patient: PatientReference(id: "nobody")),
            HistoryQuery(
                patient: PatientReference(
                    card: SHA256Digest([UInt8](repeating: 9, count: 32))
                        .map(CardReference.init(code:)))),
        ]
        for base in queries {
            var query = base
            query.item = .drugs
            queries.append(query)
            query.actor = "staff-3"
            queries.append(query)
            (query.from, query.until) = (
                Instant(milliseconds: Sample.noon.milliseconds + 900_000_000),
                Instant(milliseconds: Sample.noon.milliseconds + 4_000_000_000)
            )
            query.kinds = [.viewed, .proof]
            queries.append(query)
            query = base
            (query.checkIn, query.limit) = ("check-in-42", 3)
            queries.append(query)
        }
        return queries
    }

    /// Whether the index finds what reading everything finds; counts the queries that find anything.
    private func compare(_ store: HistoryStore) async throws -> Int {
        let archive = await store.archive()
        let plain = HistoryArchive(
            disk: archive.disk, ring: archive.ring, segments: archive.segments, size: archive.size)
        let all = try plain.events(matching: HistoryQuery())
        var found = 0
        for query in queries {
            let cards = Set(
                [query.patient?.card].compactMap(\.self)
                    + all.compactMap { entry in
                        entry.event.patient?.id == nil
                            || entry.event.patient?.id != query.patient?.id
                            ? nil : entry.event.patient?.card
                    })
            let matching = all.filter { query.matches($0.event, cards: cards) }
            let events = try await store.events(matching: query)
            #expect(events == matching.suffix(query.limit))
            let days = try await store.statistics(matching: query)
            #expect(days.reduce(0) { $0 + $1.entries } == matching.count)
            if !matching.isEmpty { found += 1 }
        }
        return found
    }

    private var indexFiles: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/index")) ?? [])
            .sorted()
    }

    @Test("what it finds is what reading every entry finds: while it grows, and opened again")
    func finds() async throws {
        var store = try await open()
        try await fill(store, count: 300)
        #expect(try await compare(store) > 8)
        try await fill(store, count: 900, from: 300)
        #expect(try await compare(store) > 10)
        #expect(indexFiles.contains { $0.hasSuffix(".index") })
        try await store.close()
        store = try await open()
        #expect(try await compare(store) > 10)
        // Every month but the last is one run.
        let runs = indexFiles.compactMap { IndexRunHeader.places(in: $0) }
        let segments = folder.segments
        for segment in segments.dropLast() {
            let first = try #require(UInt64(segment.prefix(12)))
            #expect(runs.filter { $0.segment == first }.count == 1)
        }
        #expect(segments.count > 2)
        try await store.close()
    }

    @Test("what is missing, cut, changed, or from elsewhere is made anew")
    func damaged() async throws {
        var store = try await open()
        try await fill(store, count: 1_000)
        _ = try await compare(store)
        try await store.close()
        for number in 0..<3 {
            for change in 0..<6 {
                // Names change as it is made anew; each round takes what is there.
                let files = indexFiles
                #expect(files.count > 2)
                let path = folder.path + "/index/" + files[number * (files.count - 1) / 2]
                var octets = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
                if octets.isEmpty { octets = [0] }
                switch change {
                case 0: octets = []
                case 1: octets.removeLast(min(7, octets.count))
                case 2: octets[min(12, octets.count - 1)] ^= 1
                case 3: octets[min(100, octets.count - 1)] ^= 1
                case 4: octets[octets.count / 2] ^= 1
                default: octets[octets.count - 1] ^= 1
                }
                if number == 1, change == 0 {
                    try FileManager.default.removeItem(atPath: path)
                } else {
                    try Data(octets).write(to: URL(fileURLWithPath: path))
                }
                store = try await open()
                #expect(try await compare(store) > 10)
                let receipt = try await store.receipt(of: 700)
                #expect(receipt.proof.index == 700)
                // Once in doubt it is thrown away; the next reading has made it anew.
                #expect(try await compare(store) > 10)
                try await store.close()
            }
        }
    }

    @Test("an expired month leaves nothing in it that opens")
    func expired() async throws {
        let clock = SetClock()
        var store = try await open(clock: clock)
        try await fill(store, count: 1_000)
        _ = try await compare(store)
        let before = indexFiles
        clock.set(Instant(milliseconds: Sample.noon.milliseconds + 9 * 366 * 86_400_000))
        _ = try await store.expire(
            before: Sample.month.adding(months: 1), retentionYears: 7, at: clock.time,
            Sample.event("expire", at: clock.time))
        #expect(try await compare(store) > 10)
        let first = before.filter { $0.hasPrefix("000000000000-") && $0.hasSuffix(".index") }
        #expect(!first.isEmpty && first.allSatisfy { !indexFiles.contains($0) } || first.count == 1)
        let none = try await store.events(matching: HistoryQuery())
        #expect(none.allSatisfy { YearMonth(of: $0.event.time.dateInJapan) > Sample.month })
        try await store.close()
        store = try await open(clock: clock)
        #expect(try await compare(store) > 10)
        try await store.close()
    }

    @Test("nothing of it tells a patient, an actor or a card to who lacks the keys")
    func sealed() async throws {
        let store = try await open()
        try await fill(store, count: 500)
        _ = try await compare(store)
        try await store.close()
        let card = [UInt8](repeating: 9, count: 8)
        let words = ["patient-4", "staff-3", "check-in-42"].map { Array($0.utf8) } + [card]
        let terms = [IndexTerm.patient("patient-4"), .actor("staff-3"), .cards(of: "patient-4")]
            .map { term in
                var octets: [UInt8] = []
                octets.append(bigEndian: term.value)
                return octets
            }
        var count = 0
        for file in indexFiles where file.hasSuffix(".index") {
            let octets = try Data(
                contentsOf: URL(fileURLWithPath: folder.path + "/index/" + file))
            for word in words + terms { #expect(octets.range(of: Data(word)) == nil) }
            count += 1
        }
        #expect(count > 0)
    }

    @Test("proofs from the tree's nodes are those from all leaves", arguments: [1, 255, 700, 1500])
    func proofs(entries: Int) async throws {
        let store = try await open()
        try await fill(store, count: entries)
        let archive = await store.archive()
        let all = MerkleProver(leafHashes: try archive.leafHashes())
        let prover = try archive.prover()
        #expect(prover.size == archive.size)
        for size in [1, 2, 200, 256, 257, 512, 700, archive.size] where size <= archive.size {
            #expect(try prover.root(size: size) == all.root(size: size))
            for index in [0, size / 3, size / 2, size - 1] {
                #expect(
                    try prover.inclusion(of: index, size: size)
                        == all.inclusion(of: index, size: size))
                #expect(
                    try prover.consistency(from: index + 1, to: size)
                        == all.consistency(from: index + 1, to: size))
            }
        }
        try await store.close()
    }

    @Test("a run with any octet changed is refused, not half read")
    func changedRun() async throws {
        let store = try await open()
        try await fill(store, count: 200)
        _ = try await store.events(matching: HistoryQuery())
        let archive = await store.archive()
        let ring = try #require(archive.ring)
        let disk = try PosixDisk(path: folder.path + "/index", makesFolder: false)
        let name = try #require(indexFiles.first { $0.hasSuffix(".index") })
        let octets = try #require(try disk.read(name, longest: 1 << 24))
        #expect(try IndexRun(name, on: disk, ring, IndexBlockCache()).header.fileName == name)
        var random = SystemRandomNumberGenerator()
        let guide = octets.count - IndexBlock.sealedOctetCount
        for place in Array(0..<IndexRunHeader.octetCount) + Array(guide..<octets.count) {
            var changed = octets
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let other = MemoryDisk()
            other.set(name, changed)
            #expect(throws: IndexDoubt.self) {
                try IndexRun(name, on: other, ring, IndexBlockCache())
            }
        }
        // A block that is not read when a run is opened is doubted when it is.
        for place in IndexRunHeader.octetCount..<guide where place.isMultiple(of: 997) {
            var changed = octets
            changed[place] ^= 1
            let other = MemoryDisk()
            other.set(name, changed)
            let run = try IndexRun(name, on: other, ring, IndexBlockCache())
            #expect(throws: IndexDoubt.self) {
                for index in run.header.first..<run.header.end { _ = try run.offset(of: index) }
                for place in 0..<run.header.postings { _ = try run.posting(place) }
                for block in 0..<2 { _ = try run.directory(block: block) }
                _ = try run.cards(
                    IndexDirectoryEntry(
                        term: .kind(.viewed), start: 0, count: run.header.cards, isCards: true))
            }
        }
        try await store.close()
    }
}
