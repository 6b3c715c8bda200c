import Cryptography
import Disclosures
import Foundation
import Octets
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Checkpoints and receipts that somebody holds")
struct HeldCheckpointTests {
    /// A history with two checkpoints, entries between them and after.
    private func history() async throws -> (MemoryDisk, [SignedNote], ProofFile) {
        let disk = MemoryDisk()
        let store = try await disk.store()
        var notes: [SignedNote] = []
        var receipt: ProofFile?
        for round in 0..<3 {
            // One write of three.
            _ = try await store.append(
                contentsOf: (0..<3).map { Sample.event("\(round) \($0)", at: Sample.noon) })
            notes.append(try await store.checkpoint())
            if round == 1 { receipt = try await store.receipt(of: 2).proof }
        }
        try await store.close()
        return (disk, notes, try #require(receipt))
    }

    private func fault(_ disk: MemoryDisk, _ note: SignedNote) throws -> HistoryFault? {
        try HistoryArchive.verify(disk: disk, held: [HeldCheckpoint(name: "held", note: note)])
            .fault
    }

    @Test("each checkpoint that was handed out is one that the history begins with")
    func held() async throws {
        let (disk, notes, receipt) = try await history()
        for note in notes + [receipt.checkpoint] { #expect(try fault(disk, note) == nil) }
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        let archive = try HistoryArchive(disk: disk, ring: ring)
        #expect(try archive.check(receipt, of: ring.signer.key).size > 2)
        for index in [0, 1, 3, 4] as [UInt64] {
            var other = receipt
            other.index = index
            #expect(throws: HistoryError.self) { try archive.check(other, of: ring.signer.key) }
        }
        for place in receipt.hashes.indices {
            var other = receipt
            other.hashes[place] = SHA256Digest(hashing: [1])
            #expect(throws: HistoryError.self) { try archive.check(other, of: ring.signer.key) }
        }
    }

    @Test("one that names another past, more entries, or half a write is found")
    func forged() async throws {
        let (disk, notes, _) = try await history()
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        let signer = ring.signer
        let head = try Checkpoint(notes[1], of: signer.key)
        let archive = try HistoryArchive(disk: disk, ring: ring)
        let prover = MerkleProver(leafHashes: try archive.leafHashes())
        for (size, root) in [
            (head.size, SHA256Digest(hashing: [7])), (head.size + 1_000, head.root),
            // The right root, at a size that the log never had.
            (head.size - 1, try #require(prover.root(size: head.size - 1))),
        ] {
            let note = try Checkpoint(origin: head.origin, size: size, root: root)
                .signed(by: signer)
            #expect(try fault(disk, note) != nil, "\(size)")
        }
        // Another log's, whatever it says.
        let (other, _, _) = try await history()
        let strange = try #require(try KeyRing.load(origin: nil, from: other)).signer
        let note = try head.signed(by: strange)
        #expect(throws: HistoryError.self) { try fault(disk, note) }
    }
}
