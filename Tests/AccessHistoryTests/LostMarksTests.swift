import Disclosures
import Records
import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Files that no crash takes away, missing or put back from an older day")
struct LostMarksTests {
    /// What a hand may do to the folder of a store that was stopped in order; `old` is the same
    /// store some entries before.
    enum Tampering: String, CaseIterable {
        case keys, head, headBroken, checkpoint, headAndCheckpoint, everySegment
        case oldSegment, oldSegmentAlone, oldSegmentAndHead, oldCheckpoint
        case octetsBeyondStop, entriesBeyondStop

        func apply(to disk: MemoryDisk, old: MemoryDisk, older: MemoryDisk) {
            func putBack(_ names: [String], from other: MemoryDisk) {
                for name in names { disk.set(name, other.octets(name)) }
            }
            let segment = disk.segments[0]
            let end = (disk.octets(segment).lastIndex { $0 != 0 } ?? 0) + 1
            switch self {
            case .keys: disk.set("keys.json", nil)
            case .head: disk.set("head", nil)
            case .headBroken:
                for place in [0, Head.placeOctetCount] {
                    disk.patch("head", [0xFF], at: place + 30)
                }
            case .checkpoint: disk.set("checkpoint", nil)
            case .headAndCheckpoint:
                disk.set("head", nil)
                disk.set("checkpoint", nil)
            case .everySegment: disk.set(segment, nil)
            case .oldSegment: putBack([segment], from: old)
            case .oldSegmentAlone:
                putBack([segment], from: old)
                Self.headAndCheckpoint.apply(to: disk, old: old, older: older)
            case .oldSegmentAndHead:
                putBack([segment, "head"], from: old)
                disk.set("checkpoint", nil)
            case .oldCheckpoint: putBack(["checkpoint"], from: older)
            case .octetsBeyondStop: disk.patch(segment, [1], at: end)
            case .entriesBeyondStop:
                // A stop that was marked before the last entries: its head put back.
                putBack(["head"], from: older)
            }
        }
    }

    /// A store on three days: each time opened, written and stopped in order.
    private func days() async throws -> [MemoryDisk] {
        let disk = MemoryDisk()
        var days: [MemoryDisk] = []
        for day in 0..<3 {
            let store = try await disk.store()
            for number in 0..<3 { _ = try await store.append(Sample.event("\(day) \(number)")) }
            try await store.close()
            days.append(disk.copy())
        }
        return days
    }

    @Test("opening refuses each of them, changes nothing, and a verification names it")
    func tampered() async throws {
        let days = try await days()
        for tampering in Tampering.allCases {
            let disk = days[2].copy()
            tampering.apply(to: disk, old: days[1], older: days[0])
            let before = disk.contents
            await #expect(throws: HistoryError.self, "\(tampering)") { try await disk.store() }
            #expect(disk.contents == before, "\(tampering)")
            let report = try HistoryArchive.verify(disk: disk)
            #expect(report.fault != nil, "\(tampering)")
        }
        #expect(try HistoryArchive.verify(disk: days[2]).isWhole)
        _ = try await days[2].copy().store()
    }

    @Test("what is lost may be made anew on an administrator's word: an entry says so, once")
    func accepted() async throws {
        let days = try await days()
        for (tampering, file) in [
            (Tampering.head, "head"), (.headBroken, "head"), (.headAndCheckpoint, "head"),
            (.checkpoint, "checkpoint"), (.oldCheckpoint, "checkpoint"),
        ] {
            let disk = days[2].copy()
            tampering.apply(to: disk, old: days[1], older: days[0])
            let store = try await disk.store(acceptsLostMarks: true)
            let entry = try #require(
                try await store.events(matching: HistoryQuery()).last?.event)
            #expect(entry.kind == .storeOpened && entry.reason == "lostMarkAccepted")
            #expect(entry.note?.hasPrefix(file) == true)
            #expect(entry.store?.wasHeadRebuilt == (file == "head"))
            try await store.close()
            let again = try await disk.store(acceptsLostMarks: true)
            let next = try #require(try await again.events(matching: HistoryQuery()).last?.event)
            #expect(next.kind == .storeOpened && next.reason == nil && next.note == nil)
            #expect(try await again.verify().isWhole)
        }
    }

    @Test("stopped at any call of such an opening, the next one still says what was accepted")
    func acceptedThenStopped() async throws {
        let days = try await days()
        var call = 0
        var isDone = false
        while !isDone {
            call += 1
            let disk = days[2].copy()
            Tampering.head.apply(to: disk, old: days[1], older: days[0])
            disk.state.withLock { $0.fault = .power(at: call) }
            isDone = (try? await disk.store(acceptsLostMarks: true)) != nil
            let left = disk.afterPowerCut(.everything)
            // Where nothing was done yet, it is asked again.
            guard let store = try? await left.store() else {
                #expect(!isDone, "call \(call)")
                continue
            }
            let words = try await store.events(matching: HistoryQuery()).compactMap(\.event.reason)
            // Twice where the stop came between the entry and the end of its reminder.
            let count = words.filter { $0 == "lostMarkAccepted" }.count
            #expect((1...2).contains(count), "call \(call)")
            #expect(try !left.names().contains("opening"))
            #expect(try await store.verify().isWhole)
        }
    }

    @Test("no word helps where the files contradict each other, or the keys are gone")
    func notAccepted() async throws {
        let days = try await days()
        for tampering in [
            Tampering.keys, .everySegment, .oldSegment, .octetsBeyondStop, .entriesBeyondStop,
        ] {
            let disk = days[2].copy()
            tampering.apply(to: disk, old: days[1], older: days[0])
            await #expect(throws: HistoryError.self, "\(tampering)") {
                try await disk.store(acceptsLostMarks: true)
            }
        }
    }

    @Test("whatever octet is turned in whatever file: what verifies as whole opens")
    func agreement() async throws {
        let killed = try MemoryDisk.killed(entries: 4)
        for disk in [killed, try await days()[1]] {
            for name in try disk.names() {
                let used = (disk.octets(name).lastIndex { $0 != 0 } ?? 0) + 200
                for place in stride(from: 0, to: min(used, disk.octets(name).count), by: 211) {
                    let copy = disk.copy()
                    copy.patch(name, [copy.octets(name)[place] ^ 0x10], at: place)
                    guard let report = try? HistoryArchive.verify(disk: copy), report.isWhole
                    else { continue }
                    #expect(throws: Never.self, "\(name) at \(place)") { try copy.opened() }
                }
            }
        }
    }

    @Test("an empty folder is no whole history, but a new one may be made there")
    func nothing() async throws {
        let disk = MemoryDisk()
        #expect(try HistoryArchive.verify(disk: disk).fault != nil)
        let store = try await disk.store()
        // From the first opening on there is a checkpoint, and head knows.
        #expect(!disk.octets("checkpoint").isEmpty)
        #expect(try await store.verify().isWhole)
    }

    @Test("power lost or the process killed at any call of the first two openings")
    func firstOpenings() async throws {
        func script(_ disk: MemoryDisk) async -> Int {
            var acknowledged = 0
            for _ in 0..<2 {
                guard let store = try? await disk.store() else { break }
                if (try? await store.append(Sample.event("x"))) != nil { acknowledged += 1 }
                try? await store.close()
            }
            return acknowledged
        }
        let whole = MemoryDisk()
        #expect(await script(whole) == 2)
        for number in 1...whole.calls {
            let disk = MemoryDisk(fault: .power(at: number))
            let acknowledged = await script(disk)
            for survival in [Survival.nothing, .everything, .random(seed: 3)] {
                let after = disk.afterPowerCut(survival)
                let store = try await after.store()
                var query = HistoryQuery()
                query.kinds = [.viewed]
                let found = try await store.events(matching: query).count
                #expect(found >= acknowledged, "call \(number), \(survival)")
                #expect(try await store.verify().isWhole, "call \(number), \(survival)")
                try await store.close()
                #expect(try HistoryArchive.verify(disk: after).isWhole)
            }
        }
    }

    @Test("of the two places of head one is always on the disk as it should be")
    func onePlaceStays() async throws {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        for number in 0..<9 {
            _ = try writer.append("entry \(number)", ring: ring, disk: disk)
            if number == 4 { try writer.writeHead(isDurable: true) }
            let blob = try #require(
                disk.state.withLock { state in state.names["head"].flatMap { state.inodes[$0] } })
            let differing = [0, Head.placeOctetCount].filter { start in
                let range = start..<start + Head.placeOctetCount
                return blob.cache[range] != blob.durable[range]
            }
            #expect(differing.count <= 1, "after \(number)")
            // The one that is there is this store's, and whole.
            for start in differing {
                var torn = blob.durable
                torn.replaceSubrange(start..<start + 512, with: [UInt8](repeating: 7, count: 512))
                #expect(try Head.latest(in: torn, key: ring.macKey) != nil)
            }
        }
    }
}
