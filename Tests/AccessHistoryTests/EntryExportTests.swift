import Disclosures
import HistoryExports
import Octets
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Entries handed to an export")
struct EntryExportTests {
    private struct Indices: EntryExport {
        var beginning: [UInt8] { Array("begin\n".utf8) }
        var end: [UInt8] { Array("end\n".utf8) }

        func octets(of entry: ExportedEntry) -> [UInt8] {
            let note = entry.opened?.event.note ?? "-"
            return Array("\(entry.index) \(note)\n".utf8)
        }
    }

    private struct Full: Error {}

    private func export(
        _ archive: HistoryArchive, from first: UInt64 = 0, under note: SignedNote
    ) throws(HistoryError) -> [Substring] {
        var octets: [UInt8] = []
        let count = try archive.export(Indices(), from: first, under: note) {
            (piece) throws(Full) in
            octets += piece
        } failure: { _ in
            .closed
        }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "begin" && lines.last == "end" && lines.count == Int(count) + 2)
        return lines.dropFirst().dropLast()
    }

    @Test("as far as the checkpoint goes, from where it is asked, each once")
    func range() async throws {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(Sample.settings(folder))
        for number in 1...4 { _ = try await store.append(Sample.event("n\(number)")) }
        let note = try await store.checkpoint()
        _ = try await store.append(Sample.event("later"))
        let archive = try HistoryArchive(folder: folder.path)
        #expect(try export(archive, under: note) == ["0 -", "1 n1", "2 n2", "3 n3", "4 n4"])
        #expect(try export(archive, from: 3, under: note) == ["3 n3", "4 n4"])
        #expect(try export(archive, from: 9, under: note).isEmpty)
        #expect(throws: HistoryError.diskFull(path: "x")) {
            try archive.export(Indices(), from: 0, under: note) { (_) throws(Full) in
                throw Full()
            } failure: { _ in
                .diskFull(path: "x")
            }
        }
    }

    @Test(
        "salt and octets give the commitment that stands in the leaf; another tree ends without end"
    )
    func commitment() async throws {
        struct Collector: EntryExport {
            func octets(of entry: ExportedEntry) -> [UInt8] {
                guard let opened = entry.opened else { return [0] }
                let commitment = Sealing(origin: entry.origin)
                    .commitment(salt: opened.salt, event: opened.octets).octets
                return [commitment == Array(entry.leaf[5..<37]) ? 1 : 0]
            }
        }
        let disk = try MemoryDisk.killed(entries: 3)
        let ring = try #require(try KeyRing.load(origin: nil, from: disk))
        let archive = try HistoryArchive(disk: disk, ring: ring)
        let prover = MerkleProver(leafHashes: try archive.leafHashes())
        for (size, root, isRight) in [
            (3, prover.root(size: 3), true), (3, prover.root(size: 2), false),
            (4, prover.root(size: 3), false),
        ] {
            let note = try Checkpoint(
                origin: ring.origin, size: UInt64(size), root: #require(root)
            ).signed(by: ring.signer)
            var octets: [UInt8] = []
            do throws(HistoryError) {
                let count = try archive.export(Collector(), from: 0, under: note) {
                    (piece) throws(Full) in
                    octets += piece
                } failure: { _ in
                    .closed
                }
                #expect(isRight && count == 3 && octets == [1, 1, 1])
            } catch {
                #expect(!isRight && octets.isEmpty)
            }
        }
    }
}
