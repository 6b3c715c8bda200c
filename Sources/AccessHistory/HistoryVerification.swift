internal import Cryptography
internal import Disclosures
package import Octets
package import TransparencyLog

/// What a verification found.
package struct HistoryReport: Hashable, Sendable {
    /// The log's origin.
    package var origin: String
    /// How many entries are whole.
    package var size: UInt64 = 0
    /// The root over them.
    package var root = MerkleHash.emptyRoot
    /// How many segments were read.
    package var segmentCount = 0
    /// Whether the store's keys were at hand: without them codes and events were passed over.
    package var usedKeys = false
    /// How many entries were opened with their keys and found to say what they committed to.
    package var openedCount: UInt64 = 0
    /// How many entries cannot be opened any more, as a manifest in the history tells.
    package var expiredCount: UInt64 = 0
    /// How many entries were erased, as a manifest in the history tells; without keys, how many have
    /// a body of zeros.
    package var erasedCount: UInt64 = 0
    /// What the history goes on from, where its first entry says so.
    package var predecessor: Predecessor?
    /// The size of the kept checkpoint whose signature and root were checked.
    package var checkpointSize: UInt64?
    /// The size of the checkpoint that witnesses cosigned, as it lies in the store. Whoever has the
    /// store's keys could have told another story of what came after it.
    package var cosignedSize: UInt64?
    /// Which of the witnesses that were named to the verification cosigned that.
    package var cosigners: [String] = []
    /// Octets of an unfinished write behind the last group: no fault, the next opening cuts them.
    package var unfinishedOctetCount: UInt64 = 0
    /// The first thing that is wrong; nothing after it was believed.
    package var fault: HistoryFault?

    /// Whether everything fits.
    package var isWhole: Bool { fault == nil }
}

/// A checkpoint that was handed out, and what it is called: whoever holds one can ask whether the
/// history still begins with what it names.
package struct HeldCheckpoint: Hashable, Sendable {
    /// Its file's name, for what is said of it.
    package var name: String
    /// The note.
    package var note: SignedNote

    /// A checkpoint.
    package init(name: String, note: SignedNote) { (self.name, self.note) = (name, note) }
}

/// The first thing that is wrong in a store.
package struct HistoryFault: Hashable, Sendable {
    /// The file.
    package var file: String
    /// The octet.
    package var offset: UInt64
    /// The entry, where one is concerned.
    package var index: UInt64?
    /// What is wrong.
    package var reason: String
}

extension HistoryArchive {
    /// Checks a whole folder: frames, leaves, bodies, roots, codes, `head`, checkpoint, and with
    /// the keys every entry's commitment and form. Changes nothing, needs no lock.
    ///
    /// What an opening would refuse is a fault here as well: both judge by `StoreMarks` and
    /// `StoreEnd`. Without the keys (`usesKeys` false) the log's public key stands in: the codes
    /// and the sealed events are then passed over.
    ///
    /// Checkpoints that somebody holds must be the log's, and the history must begin with what they
    /// name; so must the one that lies in the store as cosigned. `witnesses` are those whose
    /// cosignatures under it count. `threads` read segments beside one another, as many as there are processors where it is
    /// not told.
    package static func verify(
        folder: String, vkey: String? = nil, wrapping: WrappingKey? = nil, usesKeys: Bool = true,
        held: [HeldCheckpoint] = [], witnesses: [WitnessKey] = [], threads: Int? = nil
    ) throws(HistoryError) -> HistoryReport {
        let disk = try PosixDisk(path: folder, makesFolder: false)
        return try verify(
            live: disk, vkey: vkey, wrapping: wrapping, usesKeys: usesKeys, held: held,
            witnesses: witnesses, threads: threads)
    }

    private static let mostLooks = 5

    static func verify(
        disk: any HistoryDisk, vkey: String? = nil, wrapping: WrappingKey? = nil,
        usesKeys: Bool = true, held: [HeldCheckpoint] = [], witnesses: [WitnessKey] = [],
        threads: Int? = nil
    ) throws(HistoryError) -> HistoryReport {
        var key: NoteKey?
        if let vkey {
            do throws(NoteError) {
                key = try NoteKey(vkey: vkey)
            } catch {
                throw .foreign(file: "key", reason: "not a verifier key")
            }
        }
        return try Verification.report(
            on: disk, log: key, wrapping: wrapping, usesKeys: usesKeys, held: held,
            witnesses: witnesses, threads: threads ?? SegmentJudge.processorCount)
    }

    /// The same for a store that may be written under the reader: what is wrong is wrong when two
    /// looks, one after the other, find the same.
    static func verify(
        live disk: any HistoryDisk, vkey: String? = nil, wrapping: WrappingKey? = nil,
        usesKeys: Bool = true, held: [HeldCheckpoint] = [], witnesses: [WitnessKey] = [],
        threads: Int? = nil
    ) throws(HistoryError) -> HistoryReport {
        func look() throws(HistoryError) -> HistoryReport {
            try verify(
                disk: disk, vkey: vkey, wrapping: wrapping, usesKeys: usesKeys, held: held,
                witnesses: witnesses, threads: threads)
        }
        var report = try look()
        for _ in 1..<mostLooks {
            guard let fault = report.fault else { return report }
            report = try look()
            if report.fault == fault { break }
        }
        return report
    }
}

/// One pass over a store.
private struct Verification {
    let disk: any HistoryDisk
    let known: StoreMarks
    private var ring: KeyRing? { known.ring }
    var report: HistoryReport
    private let threads: Int
    /// Entries whose key is missing, until a manifest tells.
    private var missing: SegmentVerdict.Holes = [:]
    /// Entries whose body is gone, until a manifest tells.
    private var blanks: [UInt64: HistoryFault] = [:]
    private var marks: [SegmentJudge.Mark] = []
    /// Sizes of held checkpoints that no group has ended at yet.
    private var unmet: [UInt64: String] = [:]

    static func report(
        on disk: any HistoryDisk, log: NoteKey?, wrapping: WrappingKey?, usesKeys: Bool,
        held: [HeldCheckpoint], witnesses: [WitnessKey], threads: Int
    ) throws(HistoryError) -> HistoryReport {
        var report = HistoryReport(origin: log?.name ?? "")
        do throws(HistoryError) {
            let known = try StoreMarks(
                disk, origin: nil, wrapping: wrapping, usesKeys: usesKeys, log: log)
            report.origin = known.ring?.origin ?? report.origin
            report.usedKeys = known.ring != nil
            var verification = Verification(
                disk: disk, known: known, report: report, threads: threads)
            try verification.take(held, of: log ?? known.ring?.signer.key)
            try verification.takeCosigned(of: log ?? known.ring?.signer.key, by: witnesses)
            do throws(HistoryError) {
                try verification.run()
            } catch {
                report = verification.report
                throw error
            }
            return verification.report
        } catch .damaged(let file, let offset, let reason) {
            report.fault = HistoryFault(file: file, offset: offset, reason: reason)
        } catch .contradicted(let size) {
            report.fault = HistoryFault(
                file: Contradiction.fileName, offset: 0, index: nil,
                reason: "this log's key signed \(size) entries that are not these")
        } catch .markLost(let file, let reason) {
            report.fault = HistoryFault(file: file, offset: 0, reason: reason)
        }
        return report
    }

    private init(
        disk: any HistoryDisk, known: StoreMarks, report: HistoryReport, threads: Int
    ) {
        (self.disk, self.known, self.report, self.threads) = (disk, known, report, threads)
    }

    private mutating func take(
        _ held: [HeldCheckpoint], of log: NoteKey?
    ) throws(HistoryError) {
        for one in held {
            guard let log, let head = try? Checkpoint(one.note, of: log) else {
                throw .foreign(file: one.name, reason: "it is no checkpoint of this log")
            }
            marks.append(SegmentJudge.Mark(size: head.size, root: head.root, file: one.name))
            if head.size > 0 { unmet[head.size] = one.name }
        }
    }

    /// What lies there as cosigned must be a checkpoint of this log, and the history must hold it.
    private mutating func takeCosigned(
        of log: NoteKey?, by witnesses: [WitnessKey]
    ) throws(HistoryError) {
        guard let octets = known.cosignedOctets, let log else { return }
        let name = HistoryWitnesses.cosignedFileName
        do throws(NoteError) {
            let note = try SignedNote(octets: octets)
            let head = try Checkpoint(note, of: log)
            marks.append(SegmentJudge.Mark(size: head.size, root: head.root, file: name))
            report.cosignedSize = head.size
            for witness in witnesses {
                do throws(NoteError) { _ = try witness.time(in: note) } catch .notSigned {
                    continue
                }
                report.cosigners.append(witness.name)
            }
        } catch {
            throw .damaged(
                file: name, offset: 0,
                reason: "not a checkpoint of this log with its witnesses' cosignatures")
        }
    }

    private mutating func run() throws(HistoryError) {
        if let lost = try known.lost().first { throw lost }
        let head = known.head ?? Head()
        marks.append(
            SegmentJudge.Mark(
                size: head.frontier.size, root: head.frontier.root, file: Head.fileName))
        if let signed = known.signed {
            marks.append(
                SegmentJudge.Mark(
                    size: signed.size, root: signed.root, file: CheckpointFile.fileName))
            report.checkpointSize = signed.size
        }
        var frontier = TreeFrontier()
        let verdicts = SegmentJudge(
            disk: disk, ring: ring, marks: marks,
            // Without keys `head` cannot be judged, and nothing is known to be beyond it.
            erasedLimit: known.head.map(\.frontier.size) ?? .max
        )
        .judge(known.segments, threads: threads)
        for (name, verdict) in zip(known.segments, verdicts) {
            try take(
                try verdict.get(), on: name, isLast: name == known.segments.last, head: head,
                frontier: &frontier)
            guard report.fault == nil else { return }
        }
        (report.size, report.root) = (frontier.size, frontier.root)
        report.fault = (missing.values.map(\.first) + blanks.values).min {
            ($0.index ?? 0) < ($1.index ?? 0)
        }
        guard report.fault == nil else { return }
        for mark in marks where mark.size > frontier.size {
            report.fault = HistoryFault(
                file: mark.file, offset: 0, index: frontier.size,
                reason: "it names \(mark.size) entries, but the segments end before")
        }
        if let (size, name) = unmet.first, report.fault == nil {
            report.fault = HistoryFault(
                file: name, offset: 0, index: size,
                reason: "it names \(size) entries, and no write of this history ended there")
        }
        guard report.fault == nil else { return }
        let end = try StoreEnd(
            disk: disk, origin: report.origin, key: ring?.macKey, names: known.segments
        ).read(head: head, signed: known.signed, isForWriting: false)
        report.unfinishedOctetCount = UInt64(end.tail?.octets.count ?? 0)
        // A cut that no entry names yet has to be one of this store.
        _ = try Cut.pending(on: disk)
    }

    /// Joins a segment to those before it.
    private mutating func take(
        _ verdict: SegmentVerdict, on name: String, isLast: Bool, head: Head,
        frontier: inout TreeFrontier
    ) throws(HistoryError) {
        report.segmentCount += 1
        let header = verdict.header
        if report.origin.isEmpty { report.origin = header.origin }
        guard header.origin.utf8.elementsEqual(report.origin.utf8) else {
            throw .foreign(file: name, reason: "it belongs to the log \(header.origin)")
        }
        guard header.frontier == frontier else {
            throw .damaged(file: name, offset: 0, reason: "it does not follow what is before it")
        }
        for erasure in verdict.erasures { report.erasedCount += erasure.fill(&blanks) }
        report.erasedCount += verdict.erasedCount
        blanks.merge(verdict.blanks) { first, _ in first }
        for manifest in verdict.manifests { report.expiredCount += manifest.fill(&missing) }
        report.predecessor = report.predecessor ?? verdict.predecessor
        report.openedCount += verdict.openedCount
        report.expiredCount += verdict.expiredCount
        for (id, hole) in verdict.holes {
            missing[id, default: (0, hole.first)].count += hole.count
        }
        for size in verdict.metSizes { unmet[size] = nil }
        report.fault = verdict.fault
        guard report.fault == nil else { return }
        frontier = verdict.frontier
        let isUnfinished = isLast && frontier.size >= head.frontier.size
        switch verdict.stop {
        case .limit, nil: break
        // What lies behind the end is judged as an opening does.
        case .zeros where isLast: break
        case .fault where isUnfinished: break
        case .zeros:
            throw .damaged(file: name, offset: verdict.stopOffset, reason: "zeros within the log")
        case .fault(let reason):
            report.fault = HistoryFault(
                file: name, offset: verdict.stopOffset, index: verdict.stopIndex, reason: reason)
        }
    }
}
