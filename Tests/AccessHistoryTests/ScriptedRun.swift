import Disclosures
import Octets
import Records
import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

/// One scripted run of a store: opened twice, groups of entries over a month's end, checkpoints,
/// clean stop in between. What it was told along the way is what a recovery is judged by.
struct ScriptedRun {
    /// The notes of the entries in their order, as far as writing them was tried.
    private(set) var tried: [String] = []
    /// How many of them were acknowledged, at the first call that lied and at the end.
    private(set) var acknowledged = 0
    private(set) var acknowledgedBeforeLie: Int?
    /// The checkpoints that were handed out, with how many entries had them before the lie.
    private(set) var checkpoints: [Checkpoint] = []
    private(set) var isWhole = false

    private static let groups = [[9, 300], [9], [600, 9, 9], [90]]
    private static let monthsEnd = 2

    /// Runs until the script's end or the disk's first error.
    static func run(
        _ disk: MemoryDisk, after earlier: ScriptedRun? = nil, openings: Int = 2
    ) -> ScriptedRun {
        var run = earlier ?? ScriptedRun()
        run.isWhole = false
        do throws(HistoryError) {
            for opening in 1...openings {
                try run.open(disk, stops: opening < openings)
            }
            run.isWhole = true
        } catch {}
        return run
    }

    private mutating func open(_ disk: MemoryDisk, stops: Bool) throws(HistoryError) {
        var (ring, writer, findings) = try disk.opened()
        // A shorter log after an error: what it has not, was not acknowledged.
        tried.removeLast(max(0, tried.count - Int(writer.frontier.size)))
        acknowledged = tried.count
        for cut in findings.cuts { try cut.recorded(on: disk) }
        for (number, lengths) in Self.groups.enumerated() {
            let days: Int64 = number < Self.monthsEnd ? 0 : 20
            let time = Sample.noon.adding(seconds: days * 86_400)
            var entries: [SealedEntry] = []
            for length in lengths {
                let note = "\(tried.count) " + String(repeating: "x", count: length)
                let key = try ring.makeKey(for: .init(of: time.dateInJapan), on: disk)
                entries.append(
                    try Sealing(origin: ring.origin).seal(Sample.event(note, at: time), under: key))
                tried.append(note)
            }
            _ = try writer.commit(entries)
            acknowledge(tried.count, on: disk)
            writer.writeLaggingHead()
            if number == 1 { try sign(&writer, ring, on: disk) }
        }
        guard stops else { return }
        try sign(&writer, ring, on: disk)
        try writer.stop()
    }

    private mutating func sign(
        _ writer: inout HistoryWriter, _ ring: KeyRing, on disk: MemoryDisk
    ) throws(HistoryError) {
        let note = try writer.signCheckpoint(ring.signer)
        noteLie(of: disk)
        guard let checkpoint = try? Checkpoint(note, of: ring.signer.key) else { return }
        checkpoints.append(checkpoint)
    }

    private mutating func acknowledge(_ count: Int, on disk: MemoryDisk) {
        noteLie(of: disk)
        acknowledged = count
    }

    private mutating func noteLie(of disk: MemoryDisk) {
        let hasLied = disk.state.withLock { state in
            state.fault.map { $0.kind.isLie && $0.call <= state.callKinds.count } ?? false
        }
        if hasLied, acknowledgedBeforeLie == nil { acknowledgedBeforeLie = acknowledged }
    }
}

extension ScriptedRun {
    /// Opens what is left and holds it to the run: every acknowledged entry is there, nothing
    /// stands that was not written, and a later run goes on.
    func expectRecovery(of disk: MemoryDisk, goesOn: Bool = true, _ what: String) throws {
        let size = try expectTruth(of: disk, what)
        #expect(size >= acknowledged, "\(what): \(size) of \(acknowledged)")
        guard goesOn else { return }
        let later = ScriptedRun.run(disk, after: self, openings: 1)
        #expect(later.isWhole, "\(what): the store goes on")
        try later.expectTruth(of: disk.restarted(), "\(what), gone on")
    }

    /// Opens what is left: what stands there was written so, in that order, and it verifies.
    @discardableResult
    func expectTruth(of disk: MemoryDisk, _ what: String) throws(HistoryError) -> Int {
        let (ring, writer, findings) = try disk.opened()
        for cut in findings.cuts { try cut.recorded(on: disk) }
        guard writer.frontier.size > 0 else { return 0 }
        let archive = try HistoryArchive(disk: disk, ring: ring)
        let notes = try archive.events(matching: HistoryQuery()).compactMap(\.event.note)
        #expect(notes.count == Int(writer.frontier.size), "\(what)")
        #expect(tried.starts(with: notes), "\(what): only what was written, in its order")
        #expect(try HistoryArchive.verify(disk: disk).isWhole, "\(what)")
        let prover = MerkleProver(leafHashes: try archive.leafHashes())
        for checkpoint in checkpoints where checkpoint.size <= writer.frontier.size {
            #expect(prover.root(size: checkpoint.size) == checkpoint.root, "\(what)")
        }
        return notes.count
    }
}
