import Disclosures
import Octets
import Records
import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("A writer after a failed sync, and without room")
struct FailedWriteTests {
    @Test("after a failed sync nothing more is written, though the disk would take it")
    func poisoned() throws {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        _ = try writer.append("before", ring: ring, disk: disk)
        disk.state.withLock { $0.fault = .error(at: $0.callKinds.count + 2) }
        #expect(throws: MemoryDisk.failure) {
            try writer.append("at the fault", ring: ring, disk: disk)
        }
        let calls = disk.calls
        #expect(throws: HistoryError.poisoned) {
            try writer.append("after", ring: ring, disk: disk)
        }
        #expect(throws: HistoryError.poisoned) { try writer.stop() }
        #expect(disk.calls == calls)
    }

    @Test("no room to grow refuses the entry and nothing else")
    func noRoom() throws {
        // Which call is the first of a growth? The one that follows the last plain append.
        let rehearsal = MemoryDisk()
        var (ring, writer, _) = try rehearsal.opened()
        var count = 0
        var calls = 0
        while rehearsal.octets(rehearsal.segments.first ?? "").count <= 16 << 10 {
            calls = rehearsal.calls
            _ = try writer.append("entry", ring: ring, disk: rehearsal)
            count += 1
        }
        let disk = MemoryDisk(fault: .error(at: calls + 1))
        (ring, writer, _) = try disk.opened()
        for _ in 1..<count { _ = try writer.append("entry", ring: ring, disk: disk) }
        #expect(throws: MemoryDisk.failure) {
            try writer.append("no room", ring: ring, disk: disk)
        }
        let receipt = try writer.append("room again", ring: ring, disk: disk)
        #expect(receipt.index == UInt64(count - 1))
        #expect(try HistoryArchive.verify(disk: disk).isWhole)
    }

    @Test("on a full disk what ends something is still written, and what begins something is not")
    func fullDisk() throws {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        let key = try ring.makeKey(for: Sample.month, on: disk)
        let sealing = Sealing(origin: ring.origin)
        func sealed(_ event: HistoryEvent) throws(HistoryError) -> [SealedEntry] {
            [try sealing.seal(event, under: key)]
        }
        let intents = try (0..<5).map { _ in
            try writer.commit(try sealed(Sample.intent()))[0].index
        }
        // Room for a few kilobytes, less than a step.
        disk.state.withLock { $0.capacity = $0.octetCount + 9_000 }
        var count = 0
        while true {
            do throws(HistoryError) {
                _ = try writer.commit(try sealed(Sample.event("view \(count)")))
                count += 1
            } catch {
                #expect(error == .diskFull(path: "memory"))
                break
            }
        }
        #expect(count > 5)
        let free = disk.state.withLock { ($0.capacity ?? 0) - $0.octetCount }
        #expect(free == 9_000)
        for intent in intents {
            let outcome = Sample.intent().outcome(
                ofIntentAt: intent, .unknown, reason: "diskFull", at: Sample.noon)
            _ = try writer.commit(try sealed(outcome))
            #expect(throws: HistoryError.diskFull(path: "memory")) {
                try writer.commit(try sealed(Sample.event("not this")))
            }
        }
        #expect(writer.openIntents.isEmpty)
        _ = try writer.signCheckpoint(ring.signer)
        try writer.stop()
        #expect(try HistoryArchive.verify(disk: disk).isWhole)
        // Room again: it goes on.
        disk.state.withLock { $0.capacity = nil }
        (ring, writer, _) = try disk.opened()
        _ = try writer.commit(try sealed(Sample.event("again")))
        #expect(try HistoryArchive.verify(disk: disk).isWhole)
    }
}

@Suite("Room on the disk")
struct DiskRoomTests {
    @Test(
        "four fifths are a word, nineteen twentieths another",
        arguments: [(0, false), (79, false), (80, true), (94, true), (95, true), (100, true)])
    func levels(used: Int, isTold: Bool) {
        let room = DiskRoom(freeOctets: 1 << 30, usedPercent: used)
        #expect((room.warning(of: "x") != nil) == isTold)
        #expect(
            room.warning(of: "x")?.contains("nothing more is disclosed") == (used >= 95) || !isTold)
    }

    @Test("a real disk tells what the system's own tool tells")
    func real() throws {
        let room = try #require(DiskRoom(folder: "/tmp"))
        #expect((0...100).contains(room.usedPercent) && room.freeOctets > 0)
        #expect(DiskRoom(folder: "/nowhere/at/all") == nil)
    }
}
