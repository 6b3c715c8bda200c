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
    /// The size of the kept checkpoint whose signature and root were checked.
    package var checkpointSize: UInt64?
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
    /// name.
    package static func verify(
        folder: String, vkey: String? = nil, wrapping: WrappingKey? = nil, usesKeys: Bool = true,
        held: [HeldCheckpoint] = []
    ) throws(HistoryError) -> HistoryReport {
        let disk = try PosixDisk(path: folder, makesFolder: false)
        return try verify(
            live: disk, vkey: vkey, wrapping: wrapping, usesKeys: usesKeys, held: held)
    }

    private static let mostLooks = 5

    static func verify(
        disk: any HistoryDisk, vkey: String? = nil, wrapping: WrappingKey? = nil,
        usesKeys: Bool = true, held: [HeldCheckpoint] = []
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
            on: disk, log: key, wrapping: wrapping, usesKeys: usesKeys, held: held)
    }

    /// The same for a store that may be written under the reader: what is wrong is wrong when two
    /// looks, one after the other, find the same.
    static func verify(
        live disk: any HistoryDisk, vkey: String? = nil, wrapping: WrappingKey? = nil,
        usesKeys: Bool = true, held: [HeldCheckpoint] = []
    ) throws(HistoryError) -> HistoryReport {
        func look() throws(HistoryError) -> HistoryReport {
            try verify(
                disk: disk, vkey: vkey, wrapping: wrapping, usesKeys: usesKeys, held: held)
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
    /// Entries whose key is missing, by key id: how many, and the first, until a manifest tells.
    private var missing: [UInt32: (count: UInt64, first: HistoryFault)] = [:]
    private var marks: [(size: UInt64, root: SHA256Digest, file: String)] = []
    /// Sizes of held checkpoints that no group has ended at yet.
    private var unmet: [UInt64: String] = [:]

    static func report(
        on disk: any HistoryDisk, log: NoteKey?, wrapping: WrappingKey?, usesKeys: Bool,
        held: [HeldCheckpoint]
    ) throws(HistoryError) -> HistoryReport {
        var report = HistoryReport(origin: log?.name ?? "")
        do throws(HistoryError) {
            let known = try StoreMarks(
                disk, origin: nil, wrapping: wrapping, usesKeys: usesKeys, log: log)
            report.origin = known.ring?.origin ?? report.origin
            report.usedKeys = known.ring != nil
            var verification = Verification(disk: disk, known: known, report: report)
            try verification.take(held, of: log ?? known.ring?.signer.key)
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

    private init(disk: any HistoryDisk, known: StoreMarks, report: HistoryReport) {
        (self.disk, self.known, self.report) = (disk, known, report)
    }

    private mutating func take(
        _ held: [HeldCheckpoint], of log: NoteKey?
    ) throws(HistoryError) {
        for one in held {
            guard let log, let head = try? Checkpoint(one.note, of: log) else {
                throw .foreign(file: one.name, reason: "it is no checkpoint of this log")
            }
            marks.append((head.size, head.root, one.name))
            if head.size > 0 { unmet[head.size] = one.name }
        }
    }

    private mutating func run() throws(HistoryError) {
        if let lost = try known.lost().first { throw lost }
        let head = known.head ?? Head()
        marks.append((head.frontier.size, head.frontier.root, Head.fileName))
        if let signed = known.signed {
            marks.append((signed.size, signed.root, CheckpointFile.fileName))
            report.checkpointSize = signed.size
        }
        var frontier = TreeFrontier()
        for name in known.segments {
            try verify(
                name, isLast: name == known.segments.last, head: head, frontier: &frontier)
            guard report.fault == nil else { return }
        }
        (report.size, report.root) = (frontier.size, frontier.root)
        report.fault = missing.values.map(\.first).min { ($0.index ?? 0) < ($1.index ?? 0) }
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
    }

    private mutating func verify(
        _ name: String, isLast: Bool, head: Head, frontier: inout TreeFrontier
    ) throws(HistoryError) {
        let file = try disk.open(name, writable: false)
        var scan = try SegmentScan(file, name: name, key: ring?.macKey)
        report.segmentCount += 1
        if report.origin.isEmpty { report.origin = scan.header.origin }
        guard scan.header.origin.utf8.elementsEqual(report.origin.utf8) else {
            throw .foreign(file: name, reason: "it belongs to the log \(scan.header.origin)")
        }
        guard scan.header.frontier == frontier else {
            throw .damaged(file: name, offset: 0, reason: "it does not follow what is before it")
        }
        while let group = try scan.next() {
            for entry in group.entries { open(entry, in: name) }
            check(size: group.commit.size, root: group.commit.root, name, group.end)
            guard report.fault == nil else { return }
        }
        frontier = scan.frontier
        let isUnfinished = isLast && frontier.size >= head.frontier.size
        switch scan.stop {
        case .limit, nil: break
        // What lies behind the end is judged as an opening does.
        case .zeros where isLast: break
        case .fault where isUnfinished: break
        case .zeros:
            throw .damaged(file: name, offset: scan.stopOffset, reason: "zeros within the log")
        case .fault(let reason):
            report.fault = HistoryFault(
                file: name, offset: scan.stopOffset, index: scan.stopIndex, reason: reason)
        }
    }

    /// Opens an entry with its key. A key that is not there is a hole until a later entry tells of it.
    private mutating func open(_ entry: ScannedGroup.Entry, in file: String) {
        guard report.fault == nil, let ring else { return }
        guard let key = ring.key(id: entry.frame.leaf.keyID) else {
            let fault = HistoryFault(
                file: file, offset: entry.offset, index: entry.frame.index,
                reason: "the key that sealed it is missing, and nothing tells why")
            missing[entry.frame.leaf.keyID, default: (0, fault)].count += 1
            return
        }
        do throws(HistoryError) {
            let event = try Sealing(origin: ring.origin)
                .open(entry.body, leaf: entry.frame.leaf, under: key)
            report.openedCount += 1
            guard let manifest = DestructionManifest(event) else { return }
            for (id, hole) in missing where manifest.holds(id) {
                report.expiredCount += hole.count
                missing[id] = nil
            }
        } catch {
            report.fault = HistoryFault(
                file: file, offset: entry.offset, index: entry.frame.index,
                reason: "the sealed event is not what the leaf committed to")
        }
    }

    private mutating func check(
        size: UInt64, root: SHA256Digest, _ file: String, _ end: UInt64
    ) {
        unmet[size] = nil
        for mark in marks where mark.size == size && mark.root != root {
            report.fault = HistoryFault(
                file: file, offset: end, index: size - 1,
                reason: "another root than \(mark.file) has")
        }
    }
}
