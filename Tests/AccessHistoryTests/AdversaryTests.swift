import Disclosures
import Foundation
import Octets
import TestFolders
import Testing

@testable import AccessHistory

/// What somebody sees who copies what the log publishes, again and again; and somebody who has the
/// state folder, but not the credential.
@Suite("An adversary with the tiles, or with the folder")
struct AdversaryTests {
    /// Files below a folder by their names, links and folders left out.
    private func files(_ path: String) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        let names = FileManager.default.enumerator(atPath: path)
        while let name = names?.nextObject() as? String {
            if let octets = FileManager.default.contents(atPath: "\(path)/\(name)") {
                found[name] = [UInt8](octets)
            }
        }
        return found
    }

    private func event(_ patient: String, note: String) -> HistoryEvent {
        var event = Sample.scene(id: patient).event(.viewed, at: Sample.noon)
        (event.note, event.item) = (note, .drugs)
        return event
    }

    /// The tiles after each of the writes: what a mirror that never sleeps has.
    private func published(_ events: [HistoryEvent]) async throws -> [[String: [UInt8]]] {
        let (folder, export) = (TemporaryFolder(), TemporaryFolder())
        let store = try await HistoryStore.open(Sample.settings(folder))
        var seen: [[String: [UInt8]]] = []
        for event in events {
            _ = try await store.append(event)
            try await store.exportTiles(to: export.path)
            seen.append(files(export.path))
        }
        try await store.close()
        return seen
    }

    @Test("histories of other patients, other lengths and another order publish alike")
    func alike() async throws {
        let short = (0..<8).map { event("anna", note: "\($0)") }
        let mixed = (0..<8).map { number in
            event(
                ["anna", "ben", "chie"][number % 3],
                note: String(repeating: "long ", count: 20 * number + 1))
        }
        let (first, second) = (try await published(short), try await published(mixed))
        for (one, other) in zip(first, second) {
            #expect(Set(one.keys) == Set(other.keys))
            for (name, octets) in one where name != "checkpoint" {
                #expect(octets.count == other[name]?.count, "\(name)")
            }
        }
        // All that an entry shows is its version and its month's key; the rest never comes twice,
        // though the same patient was looked at in the same words.
        let entries = try #require(first.last?["tile/entries/000.p/9"])
        #expect(entries.count == 9 * (2 + Leaf.octetCount))
        var pieces: Set<[UInt8]> = []
        for start in stride(from: 0, to: entries.count, by: 2 + Leaf.octetCount) {
            let leaf = Array(entries[start + 2..<start + 2 + Leaf.octetCount])
            #expect(Array(leaf[..<5]) == [1, 0, 0, 0, 1])
            pieces.insert(Array(leaf[5..<37]))
            pieces.insert(Array(leaf[37...]))
        }
        #expect(pieces.count == 18)
        let same = try await published([event("anna", note: "x"), event("anna", note: "x")])
        let tile = try #require(same[1]["tile/0/000.p/3"])
        var hashes: Set<[UInt8]> = []
        for start in stride(from: 0, to: tile.count, by: 32) {
            hashes.insert(Array(tile[start..<start + 32]))
        }
        #expect(hashes.count == 3)
    }

    @Test("nothing of an event stands in what is published, nor in the folder")
    func plain() async throws {
        let (folder, export) = (TemporaryFolder(), TemporaryFolder())
        var settings = Sample.settings(folder)
        settings.wrappingKey = WrappingKey.make()
        settings.indexTailCount = 4
        let store = try await HistoryStore.open(settings)
        for number in 0..<20 {
            _ = try await store.append(event("patient-anna", note: "remarkable \(number)"))
        }
        try await store.catchUpIndex()
        try await store.exportTiles(to: export.path)
        try await store.close()
        let words = [
            "patient-anna", "remarkable", "viewed", "drugs", "patient", "kind", "PRIVATE KEY",
        ]
        let (tiles, kept) = (files(export.path), files(folder.path))
        #expect(tiles.count == 3 && kept.keys.contains { $0.hasSuffix(".index") })
        for (name, octets) in tiles.merging(kept, uniquingKeysWith: { first, _ in first }) {
            for word in words where !(name == "keys.json" && word == "kind") {
                #expect(Data(octets).range(of: Data(word.utf8)) == nil, "\(word) in \(name)")
            }
        }
        // The folder alone opens nothing: not an entry, not the index, not for writing.
        #expect(throws: HistoryError.self) { try HistoryArchive(folder: folder.path) }
        settings.wrappingKey = nil
        let bare = settings
        await #expect(throws: HistoryError.self) { try await HistoryStore.open(bare) }
        #expect(try HistoryArchive.verify(folder: folder.path, usesKeys: false).isWhole)
    }

    @Test("an export writes what is new: a full tile never again, the checkpoint last")
    func incremental() async throws {
        let (folder, export) = (TemporaryFolder(), TemporaryFolder())
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(
            contentsOf: (0..<300).map { event("anna", note: "\($0)") })
        try await store.exportTiles(to: export.path)
        let before = files(export.path)
        func stamp(_ name: String) throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: "\(export.path)/\(name)")[
                .modificationDate] as? Date
        }
        let long = Date(timeIntervalSince1970: 1_000_000_000)
        for name in before.keys {
            try FileManager.default.setAttributes(
                [.modificationDate: long], ofItemAtPath: "\(export.path)/\(name)")
        }
        _ = try await store.append(event("anna", note: "one more"))
        try await store.exportTiles(to: export.path)
        let after = files(export.path)
        let written = try after.keys.filter { try stamp($0) != long }
        #expect(
            Set(written) == ["checkpoint", "tile/0/001.p/46", "tile/entries/001.p/46"],
            "\(written.sorted())")
        for (name, octets) in before where name != "checkpoint" {
            #expect(after[name] == nil || after[name] == octets)
        }
        #expect(after["tile/0/000"] == before["tile/0/000"] && after["tile/0/000"] != nil)
        #expect(!after.keys.contains { $0.hasSuffix(".new") })
        try await store.close()
    }
}
