import Disclosures
import Executors
import Records
import Testing
import TransparencyLog

@testable import AccessHistory

extension MemoryDisk {
    /// Opens the disk as a store does, without writing the entries that tell of it.
    func opened(
        acceptsLostMarks: Bool = false, wrapping: WrappingKey? = nil
    ) throws(HistoryError) -> (KeyRing, HistoryWriter, OpeningFindings) {
        try HistoryOpening(
            disk: self, origin: Sample.place.logOrigin(), growthOctetCount: 16 << 10,
            wrapping: wrapping, acceptsLostMarks: acceptsLostMarks
        ).run()
    }

    /// Opens the disk as the service does: with the entries that tell of it, and signed.
    func store(
        acceptsLostMarks: Bool = false, clock: SetClock = SetClock()
    ) async throws(HistoryError) -> HistoryStore {
        var settings = HistorySettings(folder: "memory", place: Sample.place, software: "test 1") {
            (clock.time, .synchronised)
        }
        settings.growthOctetCount = 16 << 10
        settings.acceptsLostMarks = acceptsLostMarks
        return try await HistoryStore.open(
            settings, executor: BlockingExecutor(label: "memory")
        ) { () throws(HistoryError) in self }
    }

    /// A store with single-entry groups, as a killed process leaves it.
    static func killed(entries: Int) throws -> MemoryDisk {
        let disk = MemoryDisk()
        var (ring, writer, _) = try disk.opened()
        for number in 0..<entries {
            _ = try writer.append("entry \(number)", ring: ring, disk: disk)
        }
        return disk
    }
}

extension MemoryDisk {
    /// Where the first segment's header and each of its groups end.
    func groupEnds() throws(HistoryError) -> [Int] {
        let name = segments.first ?? ""
        var ends = [SegmentHeader.octetCount]
        var scan = try SegmentScan(try open(name, writable: false), name: name, key: nil)
        while let group = try scan.next() { ends.append(Int(group.end)) }
        return ends
    }

    /// The same store of single-entry groups with a head that knows only the first of them.
    func withHead(naming entries: Int) throws -> MemoryDisk {
        let copy = copy()
        let ring = try #require(try KeyRing.load(origin: nil, from: self))
        let hashes = try HistoryArchive(disk: self, ring: nil).leafHashes()
        copy.set("head", [UInt8](repeating: 0, count: Head.fileOctetCount))
        // Both places, the one before and the one that counts.
        for (number, count) in [(2, entries - 1), (3, entries)] {
            var head = Head()
            head.number = UInt64(number)
            for hash in hashes[..<count] { head.frontier.append(hash) }
            head.segmentEnd = UInt64(try groupEnds()[count])
            copy.patch("head", head.encoded(key: ring.macKey), at: Int(head.place))
        }
        return copy
    }
}

extension HistoryWriter {
    /// Appends one event in a group of its own.
    mutating func append(
        _ note: String, ring: KeyRing, disk: MemoryDisk
    ) throws(HistoryError) -> HistoryReceipt {
        let event = Sample.event(note)
        let key = try ring.makeKey(for: .init(of: event.time.dateInJapan), on: disk)
        let entry = try Sealing(origin: ring.origin).seal(event, under: key)
        let receipt = try commit([entry])[0]
        writeLaggingHead()
        return receipt
    }
}
