import Disclosures
import Octets
import Records
import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("A disk that fails or loses power at any write")
struct PowerCutTests {
    /// Opens a store, writes eight entries over a month's end, signs, and stops in order.
    /// Gives back the indices that were acknowledged before the disk failed.
    private func script(_ disk: MemoryDisk) -> [UInt64] {
        var acknowledged: [UInt64] = []
        do throws(HistoryError) {
            var (ring, writer, _) = try disk.opened()
            for number in 0..<8 {
                let time = Sample.noon.adding(seconds: Int64(number) * 2 * 86_400)
                let event = Sample.event("entry \(number)", at: time)
                let key = try ring.makeKey(for: .init(of: time.dateInJapan), on: disk)
                let entry = try Sealing(origin: ring.origin).seal(event, under: key)
                acknowledged.append(try writer.commit([entry])[0].index)
                writer.writeLaggingHead()
            }
            try writer.stop()
        } catch {}
        return acknowledged
    }

    private func check(_ disk: MemoryDisk, holds acknowledged: [UInt64], _ what: String) throws {
        let (ring, writer, findings) = try disk.opened()
        #expect(writer.frontier.size >= UInt64(acknowledged.count), "\(what)")
        for index in acknowledged {
            let archive = try HistoryArchive(disk: disk, ring: ring)
            #expect(
                try archive.entry(at: index).event.note == "entry \(index)", "\(what): \(index)")
        }
        for cut in findings.cuts { try cut.recorded(on: disk) }
        #expect(try HistoryArchive.verify(disk: disk).isWhole, "\(what)")
        #expect(script(disk).count == 8, "\(what): the store goes on")
    }

    @Test("power lost at every call: each acknowledged entry is there, and the store goes on")
    func powerCuts() throws {
        let whole = MemoryDisk()
        #expect(script(whole).count == 8)
        for number in 1...whole.calls {
            let disk = MemoryDisk(fault: .power(at: number))
            let acknowledged = script(disk)
            try check(
                disk.afterPowerCut(keepsWrites: false), holds: acknowledged,
                "call \(number), nothing but what was synced")
            for torn in [nil, 1, 50, 200, 512, 700] {
                try check(
                    disk.afterPowerCut(keepsWrites: true, tornAfter: torn), holds: acknowledged,
                    "call \(number), torn after \(torn ?? 0)")
            }
        }
    }

    @Test("an error at any call closes the store for good; opened anew it lost nothing")
    func errors() throws {
        let whole = MemoryDisk()
        _ = script(whole)
        for number in 1...whole.calls {
            let disk = MemoryDisk(fault: .error(at: number))
            let acknowledged = script(disk)
            try check(
                disk.afterPowerCut(keepsWrites: true), holds: acknowledged, "error \(number)")
        }
    }

    @Test("after a failed sync nothing more is written, though the disk would take it")
    func poisoned() throws {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        _ = try writer.append("before", ring: ring, disk: disk)
        disk.state.withLock { $0.fault = .error(at: $0.calls + 2) }
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
