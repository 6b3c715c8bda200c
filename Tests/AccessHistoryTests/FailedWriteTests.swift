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
}
