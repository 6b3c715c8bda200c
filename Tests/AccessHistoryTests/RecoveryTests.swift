import Disclosures
import Octets
import Records
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Opening after a crash, a fault, or a hand that changed something")
struct RecoveryTests {
    let killed: MemoryDisk
    let segment: String
    let end: Int

    init() throws {
        killed = try MemoryDisk.killed(entries: 6)
        segment = try #require(killed.segments.first)
        end = try #require(killed.octets(segment).lastIndex { $0 != 0 }) + 1
    }

    @Test("a killed store opens as it was")
    func plain() throws {
        let (_, writer, findings) = try killed.opened()
        #expect(writer.frontier.size == 6 && findings.cuts.isEmpty)
        #expect(!findings.wasStoppedCleanly && !findings.wasHeadRebuilt)
    }

    @Test("any changed octet of the header, a frame's head, a leaf or a commit frame is refused")
    func flippedStructure() throws {
        let ranges = try structure(of: killed)
        for place in ranges.flatMap(\.self) {
            let disk = killed.copy()
            disk.patch(segment, [killed.octets(segment)[place] ^ 0x20], at: place)
            #expect(throws: HistoryError.self, "octet \(place)") { try disk.opened() }
            #expect(disk.octets(segment).count == killed.octets(segment).count)
        }
    }

    @Test("any changed octet of a body is named by a verification, entry and place")
    func flippedBodies() throws {
        let outside = Set(try structure(of: killed).flatMap(\.self))
        for place in (SegmentHeader.octetCount..<end) where !outside.contains(place) {
            let disk = killed.copy()
            let old = killed.octets(segment)[place]
            disk.patch(segment, [old ^ 0x01], at: place)
            let report = try HistoryArchive.verify(disk: disk)
            let isPadding = report.isWhole
            #expect(!isPadding || old == 0)
            if let fault = report.fault {
                #expect(fault.file == segment && fault.index != nil)
            }
        }
    }

    @Test("no truncation of the segment opens, and none loses an entry quietly")
    func truncated() throws {
        let lastGroups = try killed.groupEnds()[4]
        for count in [0, 1, 4095, 4096] + Array(stride(from: 4097, to: lastGroups, by: 11))
            + Array(lastGroups..<end)
        {
            let disk = killed.copy()
            disk.set(segment, Array(killed.octets(segment)[..<count]))
            #expect(throws: HistoryError.self, "\(count) octets") { try disk.opened() }
        }
    }

    @Test("zeros in place of the last groups are refused: head knows better")
    func zeroed() throws {
        for group in try killed.groupEnds().dropLast() {
            let disk = killed.copy()
            disk.patch(segment, [UInt8](repeating: 0, count: end - group), at: group)
            #expect(throws: HistoryError.self) { try disk.opened() }
        }
    }

    @Test("an unfinished write beyond head is cut at every length, kept aside, and named")
    func torn() throws {
        let ends = try killed.groupEnds()
        let start = ends[ends.count - 2]
        for count in stride(from: 1, to: end - start, by: 7) {
            let disk = try killed.withHead(naming: 5)
            let group = Array(killed.octets(segment)[start..<end])
            let kept = Array(group[..<count]) + [UInt8](repeating: 0, count: group.count - count)
            disk.patch(segment, kept, at: start)
            let (_, writer, findings) = try disk.opened()
            #expect(writer.frontier.size == 5)
            let cut = try #require(findings.cuts.first)
            #expect(cut.note.offset == UInt64(start) && cut.note.segment == segment)
            let saved = disk.octets(cut.fileName)
            #expect(UInt64(saved.count) == cut.note.octetCount)
            #expect(kept.starts(with: saved))
            #expect(disk.octets(segment)[start...].allSatisfy { $0 == 0 })
        }
    }

    @Test("a whole group beyond head is kept: it was durable, only head had lagged")
    func lagging() throws {
        let disk = try killed.withHead(naming: 3)
        #expect(try disk.opened().1.frontier.size == 6)
    }

    @Test("a broken group with a later whole one is damage, even beyond head")
    func notTorn() throws {
        let disk = try killed.withHead(naming: 3)
        let ends = try killed.groupEnds()
        disk.patch(segment, [0xFF], at: ends[3] + 3)
        #expect(throws: HistoryError.self) { try disk.opened() }
        #expect(disk.segments.count == 1)
    }

    @Test("one broken place of head is no matter; both broken are refused, or rebuilt on a word")
    func headPlaces() throws {
        for place in [0, Head.placeOctetCount] {
            let disk = killed.copy()
            disk.patch("head", [0xFF], at: place + 30)
            #expect(try disk.opened().1.frontier.size == 6)
        }
        for octets in [[UInt8](repeating: 0xFF, count: Head.fileOctetCount), nil] {
            let disk = killed.copy()
            disk.set("head", octets)
            #expect(throws: HistoryError.self) { try disk.copy().opened() }
            let (_, writer, findings) = try disk.opened(acceptsLostMarks: true)
            #expect(writer.frontier.size == 6 && findings.wasHeadRebuilt)
            #expect(try disk.opened().2.wasHeadRebuilt == false)
        }
    }

    @Test("without head nothing may be cut but on an administrator's word, and the cut is kept")
    func headless() throws {
        let disk = killed.copy()
        disk.set("head", nil)
        disk.patch(segment, [1, 2, 3], at: end)
        #expect(throws: HistoryError.self) { try disk.opened() }
        #expect(try disk.opened(acceptsLostMarks: true).2.cuts.map(\.note.octetCount) == [3])
    }

    @Test("a head of a later version is named, not overwritten")
    func futureHead() throws {
        let disk = killed.copy()
        disk.patch("head", [0, 0, 0, 2], at: 8)
        let head = disk.octets("head")
        #expect(throws: HistoryError.self) { try disk.opened() }
        #expect(disk.octets("head") == head)
    }

    @Test("after a clean stop nothing may be found behind the end")
    func cleanStop() throws {
        let disk = killed.copy()
        var writer = try disk.opened().1
        try writer.stop()
        #expect(try disk.copy().opened().2.wasStoppedCleanly)
        disk.patch(segment, [1], at: end)
        #expect(throws: HistoryError.self) { try disk.opened() }
    }

    @Test(
        "what is missing is named: keys, every segment, the first of two",
        arguments: ["keys.json", ".segment", "000000000000-2026-11.segment"])
    func missing(name: String) throws {
        let disk = killed.copy()
        var (ring, writer, _) = try disk.opened()
        let december = try #require(Instant(rfc3339: "2026-12-05T00:00:00Z"))
        let key = try ring.makeKey(for: .init(of: december.dateInJapan), on: disk)
        let entry = try Sealing(origin: ring.origin)
            .seal(Sample.event("december", at: december), under: key)
        _ = try writer.commit([entry])
        #expect(disk.segments.count == 2)
        for other in try disk.names() where other.hasSuffix(name) { disk.set(other, nil) }
        #expect(throws: HistoryError.self) { try disk.opened() }
    }

    @Test("a checkpoint that was signed is never fallen behind, whatever head says")
    func signed() async throws {
        let disk = killed.copy()
        let signer = try #require(try KeyRing.load(origin: nil, from: disk)).signer
        let archive = try HistoryArchive(disk: disk, ring: nil)
        let prover = MerkleProver(leafHashes: try archive.leafHashes())
        for (size, isRight) in [(6, true), (6, false), (7, true)] {
            let root = isRight ? prover.root(size: 6) : prover.root(size: 5)
            let note = try Checkpoint(
                origin: signer.key.name, size: UInt64(size), root: try #require(root)
            ).signed(by: signer)
            let copy = disk.copy()
            copy.set("checkpoint", note.octets)
            if size == 6, isRight {
                _ = try copy.opened()
            } else {
                #expect(throws: HistoryError.self) { try copy.opened() }
            }
        }
        disk.set("checkpoint", Array("nonsense".utf8))
        #expect(throws: HistoryError.self) { try disk.opened() }
    }

    @Test(
        "a month's key that is gone is a hole that nothing explains; without keys roots are judged")
    func keyGone() throws {
        let disk = killed.copy()
        let text = String(decoding: disk.octets("keys.json"), as: UTF8.self)
        disk.set("keys.json", Array(text.replacing("\"id\": 1,", with: "\"id\": 2,").utf8))
        let report = try HistoryArchive.verify(disk: disk)
        #expect(report.fault?.index == 0 && report.usedKeys)
        let keyless = try HistoryArchive.verify(disk: disk, usesKeys: false)
        #expect(keyless.isWhole && keyless.size == 6 && !keyless.usedKeys)
        disk.patch(segment, [0xFF], at: SegmentHeader.octetCount + 120)
        #expect(try HistoryArchive.verify(disk: disk, usesKeys: false).fault?.index == 0)
    }

    @Test("another terminal's store is foreign")
    func foreign() throws {
        #expect(throws: HistoryError.self) {
            try HistoryOpening(
                disk: killed, origin: "madoguchi/1310000000/desk-2", growthOctetCount: 16 << 10
            ).run()
        }
    }
}

extension RecoveryTests {
    /// The octets that hold the store together: header, frame heads, leaves, commit frames.
    func structure(of disk: MemoryDisk) throws -> [Range<Int>] {
        var ranges = [0..<200, 4000..<SegmentHeader.octetCount]
        var scan = try SegmentScan(try disk.open(segment, writable: false), name: segment, key: nil)
        while let group = try scan.next() {
            for entry in group.entries {
                let start = Int(entry.offset)
                ranges.append(start..<start + EntryFrame.headOctetCount)
            }
            ranges.append(Int(group.end) - CommitFrame.octetCount..<Int(group.end))
        }
        return ranges
    }
}
