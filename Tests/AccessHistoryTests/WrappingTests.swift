import Disclosures
import JSON
import Octets
import Records
import Synchronization
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Keys wrapped by a key that lies elsewhere")
struct WrappingTests {
    let key = WrappingKey.make()

    private func text(_ disk: MemoryDisk) -> String {
        String(decoding: disk.octets("keys.json"), as: UTF8.self)
    }

    @Test("keys in clear are wrapped at the first opening with a key, and nothing else changes")
    func migration() throws {
        let disk = try MemoryDisk.killed(entries: 3)
        let old = try JSONValue(parsing: disk.octets("keys.json"))
        let segment = disk.octets(disk.segments[0])
        let (ring, writer, findings) = try disk.opened(wrapping: key)
        #expect(findings.wereKeysWrapped && writer.frontier.size == 3)
        #expect(disk.octets(disk.segments[0]) == segment)
        #expect(try HistoryArchive(disk: disk, ring: ring).entry(at: 2).event.note == "entry 2")
        let secrets = [
            old["secret"]?.stringValue, old["months"]?.arrayValue?.first?["key"]?.stringValue,
            old["signingKey"]?.stringValue?.split(separator: "\n").dropFirst().first
                .map(String.init),
        ]
        for secret in secrets {
            #expect(try !text(disk).contains(#require(secret)))
        }
        #expect(!text(disk).contains("PRIVATE"))
        #expect(try !disk.opened(wrapping: key).2.wereKeysWrapped)
        #expect(try HistoryArchive.verify(disk: disk, wrapping: key).isWhole)
    }

    @Test("power lost at any call of that opening leaves the old file or the new one, whole")
    func powerDuringMigration() throws {
        let plain = try MemoryDisk.killed(entries: 2)
        var call = 0
        var isDone = false
        while !isDone {
            call += 1
            let disk = plain.copy()
            disk.state.withLock { $0.fault = .power(at: call) }
            isDone = (try? disk.opened(wrapping: key)) != nil
            for survival in Survival.all {
                let left = disk.afterPowerCut(survival)
                let (_, writer, _) = try left.opened(wrapping: key)
                #expect(writer.frontier.size == 2, "call \(call), \(survival)")
                #expect(try HistoryArchive.verify(disk: left, wrapping: key).isWhole)
            }
        }
    }

    @Test("a key that changes: the file of both rewraps once, the old key alone then opens nothing")
    func rotation() throws {
        let disk = try MemoryDisk.killed(entries: 2)
        _ = try disk.opened(wrapping: key)
        let new = WrappingKey.make()
        let both = try #require(WrappingKey(text: new.text + key.text))
        #expect(both.text == new.text + key.text && both.previous == key)
        #expect(try disk.opened(wrapping: both).2.wereKeysWrapped)
        #expect(try !disk.opened(wrapping: both).2.wereKeysWrapped)
        #expect(throws: HistoryError.self) { try disk.opened(wrapping: key) }
        let (ring, writer, findings) = try disk.opened(wrapping: new)
        #expect(writer.frontier.size == 2 && !findings.wereKeysWrapped)
        #expect(try HistoryArchive(disk: disk, ring: ring).entry(at: 1).event.note == "entry 1")
        #expect(WrappingKey(text: new.text + key.text + key.text) == nil)
    }

    @Test("a new store never has its keys in clear; a month that begins is wrapped too")
    func new() throws {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened(wrapping: key)
        #expect(text(disk).contains("\"version\": 2"))
        _ = try writer.append("entry", ring: ring, disk: disk)
        let month = try #require(ring.key(id: 1)).octets
        #expect(!text(disk).contains(month.base64()))
        #expect(
            try KeyRing.load(origin: nil, wrapping: key, from: disk)?.key(id: 1)?.octets == month)
    }

    @Test("without the key, or with another, nothing opens, nothing is read, nothing changes")
    func without() throws {
        let disk = try MemoryDisk.killed(entries: 2)
        _ = try disk.opened(wrapping: key)
        let before = disk.contents
        for other in [nil, WrappingKey.make()] {
            #expect(throws: HistoryError.self) { try disk.opened(wrapping: other) }
            #expect(throws: HistoryError.self) {
                try HistoryArchive.verify(disk: disk, wrapping: other)
            }
        }
        #expect(disk.contents == before)
        #expect(try HistoryArchive.verify(disk: disk, usesKeys: false).isWhole)
    }

    @Test("a wrapped key moved to another month, another use or another log does not open")
    func moved() throws {
        let origin = Sample.place.logOrigin()
        let month = WrappedKey.month(id: 1, Sample.month)
        let octets = [UInt8](repeating: 5, count: 32)
        let wrapped = try key.wrap(octets, as: month, origin: origin)
        #expect(try key.unwrap(wrapped, as: month, origin: origin) == octets)
        #expect(try key.wrap(octets, as: month, origin: origin) != wrapped)
        for (kind, log) in [
            (WrappedKey.month(id: 2, Sample.month), origin), (.secret, origin),
            (.month(id: 1, Sample.month.adding(months: 1)), origin), (month, origin + "2"),
        ] {
            #expect(throws: (any Error).self) { try key.unwrap(wrapped, as: kind, origin: log) }
        }
        for place in wrapped.indices {
            var changed = wrapped
            changed[place] ^= 1
            #expect(throws: (any Error).self) {
                try key.unwrap(changed, as: month, origin: origin)
            }
            #expect(throws: (any Error).self) {
                try key.unwrap(Array(wrapped[..<place]), as: month, origin: origin)
            }
        }
    }

    @Test("any octet of a wrapped key file, changed, is refused or means the same")
    func flipped() throws {
        let disk = try MemoryDisk.killed(entries: 1)
        _ = try disk.opened(wrapping: key)
        let file = disk.octets("keys.json")
        for place in file.indices {
            let copy = disk.copy()
            copy.patch("keys.json", [file[place] ^ 0x01], at: place)
            guard let ring = try? KeyRing.load(origin: nil, wrapping: key, from: copy) else {
                continue
            }
            let held = try #require(try KeyRing.load(origin: nil, wrapping: key, from: disk))
            #expect(ring.key(id: 1)?.octets == held.key(id: 1)?.octets, "octet \(place)")
            #expect(ring.signer.key == held.signer.key, "octet \(place)")
        }
    }

    @Test(
        "what is no key is refused",
        arguments: ["", "\n", "AAAA", String(repeating: "A", count: 44), "not base64 at all!"])
    func malformed(text: String) {
        #expect(WrappingKey(text: Array(text.utf8)) == nil)
        #expect(WrappingKey(text: key.text) == key)
        #expect("\(key)" == "WrappingKey")
    }

    @Test("the opening that wrapped them says so in its entry")
    func entry() async throws {
        let folder = TemporaryFolder()
        try await HistoryStore.open(Sample.settings(folder)).close()
        var settings = Sample.settings(folder)
        settings.wrappingKey = key
        let store = try await HistoryStore.open(settings)
        let entries = try await store.events(matching: HistoryQuery())
        #expect(entries.last?.event.reason == "keysWrapped")
        #expect(try await store.verify().isWhole)
        try await store.close()
        #expect(try HistoryArchive.verify(folder: folder.path, wrapping: key).isWhole)
        await #expect(throws: HistoryError.self) {
            try await HistoryStore.open(Sample.settings(folder))
        }
    }
}
