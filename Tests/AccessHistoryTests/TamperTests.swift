import ClearinghouseSimulator
import Cryptography
import Disclosures
import Octets
import Records
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

/// What somebody does to a history who has the folder, and then who has its keys as well.
@Suite("Entries that are swapped, repeated, dropped, back-dated; a tail that is forged")
struct TamperTests {
    /// Six entries, each a write of its own and all as long as each other; stopped in order, so that
    /// `head` names them all.
    private func history() throws -> (MemoryDisk, groups: [Range<Int>]) {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        for number in 0..<6 { _ = try writer.append("entry \(number)", ring: ring, disk: disk) }
        try writer.stop()
        let ends = try disk.groupEnds()
        return (disk, zip(ends, ends.dropFirst()).map { $0..<$1 })
    }

    /// What opening and verification say of a segment that was changed: the same entry, and nothing
    /// on the disk is touched.
    private func found(
        _ disk: MemoryDisk, _ change: (inout [UInt8]) -> Void
    ) throws -> HistoryFault {
        let copy = disk.copy()
        let name = try #require(copy.segments.first)
        var octets = copy.octets(name)
        change(&octets)
        copy.set(name, octets)
        #expect(throws: HistoryError.self) { try copy.opened() }
        #expect(copy.octets(name) == octets)
        return try #require(try HistoryArchive.verify(disk: copy).fault)
    }

    @Test("without the keys each is refused, and a verification names the first entry")
    func without() throws {
        let (disk, groups) = try history()
        #expect(groups.count == 6 && Set(groups.map(\.count)).count == 1)
        let swapped = try found(disk) { octets in
            let (second, third) = (Array(octets[groups[2]]), Array(octets[groups[3]]))
            octets.replaceSubrange(groups[2], with: third)
            octets.replaceSubrange(groups[3], with: second)
        }
        #expect(swapped.index == 2 && swapped.offset == UInt64(groups[2].lowerBound))
        let repeated = try found(disk) { octets in
            octets.replaceSubrange(groups[3], with: Array(octets[groups[2]]))
        }
        #expect(repeated.index == 3 && repeated.offset == UInt64(groups[3].lowerBound))
        let dropped = try found(disk) { octets in
            octets.removeSubrange(groups[2])
            octets += [UInt8](repeating: 0, count: groups[2].count)
        }
        #expect(dropped.index == 2 && dropped.offset == UInt64(groups[2].lowerBound))
        let lastDropped = try found(disk) { octets in
            octets.replaceSubrange(groups[5], with: [UInt8](repeating: 0, count: groups[5].count))
        }
        #expect(lastDropped.index == 5)
    }

    /// A history of `count` entries, `cosigned` of them with a witness's word, and what somebody with
    /// all its keys makes of it from entry `from` on: another tail, back-dated, signed anew.
    private struct Forgery {
        let disk: MemoryDisk
        let witness: WitnessKey
        let cosigned: SignedNote

        init(from first: Int, cosignedAfter: Int) async throws {
            let cosigner = try Cosigner(
                name: "w.example", privateKey: try PrivateKey.generate(.ed25519))
            witness = cosigner.key
            let disk = MemoryDisk()
            let store = try await disk.store()
            var kept: MemoryDisk?
            var note: SignedNote?
            for number in 1...6 {
                if number == first { kept = disk.copy() }
                _ = try await store.append(Sample.event("entry \(number)"))
                guard number == cosignedAfter else { continue }
                var signed = try await store.checkpoint()
                signed.append(try cosigner.cosignature(over: signed.text, atSeconds: 1_795_348_800))
                note = signed
            }
            let forged = try #require(kept)
            self.disk = forged
            cosigned = try #require(note)
            // Whoever has the keys needs no trick: the store itself writes and signs the other tail.
            let again = try await forged.store()
            for number in first...8 {
                let earlier = Sample.noon.adding(seconds: -60 * 60 * 24 * Int64(number))
                _ = try await again.append(Sample.event("never happened \(number)", at: earlier))
            }
            try await again.close()
        }

        /// The store with the cosigned checkpoint beside it, as the terminal keeps it.
        func verified() throws -> HistoryReport {
            disk.set("cosigned", cosigned.octets)
            return try HistoryArchive.verify(disk: disk, witnesses: [witness])
        }
    }

    @Test("a tail that is forged with all keys is found from the last cosignature on")
    func forged() async throws {
        let forgery = try await Forgery(from: 3, cosignedAfter: 4)
        // By itself it fits together: nobody's word but its own keys'.
        #expect(try HistoryArchive.verify(disk: forgery.disk).isWhole)
        let fault = try #require(try forgery.verified().fault)
        #expect(fault.index == 4 && fault.reason.contains("cosigned"), "\(fault)")
        // The witness's own copy says the same where the terminal's was taken away.
        let held = HeldCheckpoint(name: "held", note: forgery.cosigned)
        #expect(try HistoryArchive.verify(disk: forgery.disk, held: [held]).fault != nil)
    }

    @Test("what was forged after it cannot be seen, and the report says how much that could be")
    func window() async throws {
        let forgery = try await Forgery(from: 5, cosignedAfter: 4)
        let report = try forgery.verified()
        #expect(report.isWhole && report.cosigners == ["w.example"])
        #expect(report.cosignedSize == 5)
        #expect(report.size > 5)
    }

    @Test("a cosigned checkpoint that is none is named; without keys of witnesses nobody counts")
    func cosigned() async throws {
        let forgery = try await Forgery(from: 5, cosignedAfter: 4)
        #expect(try forgery.verified().isWhole)
        let disk = forgery.disk
        #expect(try HistoryArchive.verify(disk: disk).cosigners.isEmpty)
        var octets = forgery.cosigned.octets
        octets[octets.count - 8] ^= 1
        disk.set("cosigned", octets)
        #expect(
            try HistoryArchive.verify(disk: disk, witnesses: [forgery.witness]).fault?.file
                == "cosigned")
        disk.set("cosigned", Array("cosigned\n".utf8))
        #expect(try HistoryArchive.verify(disk: disk).fault?.file == "cosigned")
    }
}
