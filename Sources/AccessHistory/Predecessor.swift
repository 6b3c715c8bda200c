internal import CSystem
package import Disclosures
internal import Glibc
internal import JSON
internal import Octets
internal import TransparencyLog

/// The history that a new one goes on from: one that a disk, or somebody else, made unbelievable
/// beyond a checkpoint that was handed out.
package struct Predecessor: Hashable, Sendable {
    /// The reason of the entry that names it: the first of the new history.
    package static let reason = "newOrigin"

    /// Its origin.
    package var origin: String
    /// How many entries its last checkpoint was over.
    package var size: UInt64
    /// The checkpoint with all its signatures, as it was kept.
    package var checkpoint: String
    /// Whether enough witnesses had cosigned it.
    package var isCosigned: Bool

    /// What the entry's note says.
    var note: String {
        let value: JSONValue = [
            "checkpoint": .string(checkpoint), "cosigned": .bool(isCosigned),
            "origin": .string(origin), "size": .integer(Int64(clamping: size)),
        ]
        return value.canonicalText
    }

    /// Reads an entry that names one; nothing where it names none.
    package init?(_ event: HistoryEvent) {
        guard event.kind == .administratorAct, event.reason == Self.reason,
            let note = event.note, let value = try? JSONValue(parsing: Array(note.utf8)),
            let checkpoint = value["checkpoint"]?.stringValue,
            let isCosigned = value["cosigned"]?.boolValue,
            let signed = try? SignedNote(octets: Array(checkpoint.utf8)),
            let head = try? Checkpoint(text: signed.text)
        else { return nil }
        (origin, size) = (head.origin, head.size)
        (self.checkpoint, self.isCosigned) = (checkpoint, isCosigned)
    }

    /// A checkpoint as an entry's note can hold it: with as many of its signatures as there is room for,
    /// the log's own first.
    private static func fitting(_ octets: [UInt8], _ name: String) throws(HistoryError) -> String {
        do throws(NoteError) {
            let whole = try SignedNote(octets: octets)
            var note = try SignedNote(text: whole.text)
            for signature in whole.signatures {
                var more = note
                more.append(signature)
                // Line ends are escaped, and the other fields need room too.
                guard more.octets.count <= HistoryEvent.longestNoteOctetCount - 512 else { break }
                note = more
            }
            return String(decoding: note.octets, as: UTF8.self)
        } catch { throw .damaged(file: name, offset: 0, reason: "not a checkpoint") }
    }

    /// What a folder holds of its last checkpoint: the cosigned one where there is one.
    init(on disk: any HistoryDisk) throws(HistoryError) {
        for name in [HistoryWitnesses.cosignedFileName, CheckpointFile.fileName] {
            guard let octets = try disk.read(name, longest: SignedNote.longestOctetCount) else {
                continue
            }
            do throws(NoteError) {
                let head = try Checkpoint(text: try SignedNote(octets: octets).text)
                (origin, size) = (head.origin, head.size)
            } catch { throw .damaged(file: name, offset: 0, reason: "not a checkpoint") }
            checkpoint = try Self.fitting(octets, name)
            isCosigned = name == HistoryWitnesses.cosignedFileName
            return
        }
        throw .absent(path: CheckpointFile.fileName)
    }
}

extension HistoryStore {
    /// Puts a history that cannot go on away, as it is, beside its folder under its name, and begins a
    /// new one in its place, whose first entry names the old one's last checkpoint. The new name has to
    /// be another: nobody may sign two histories under one origin.
    ///
    /// The new one is made beside the old one, whole, before the two change places at once: whenever
    /// this stops, the folder holds one of them, and doing it again ends it.
    package static func beginAnew(
        _ settings: HistorySettings, by actor: EventActor
    ) async throws(HistoryError) -> (predecessor: Predecessor, folder: String) {
        let beside = settings.folder + ".beginning"
        if let ended = try endBeginning(settings, beside: beside) { return ended }
        let old = try PosixDisk(path: settings.folder, makesFolder: false)
        let lock = try old.lock()
        defer { _ = lock }
        let predecessor = try Predecessor(on: old)
        guard !predecessor.origin.utf8.elementsEqual(settings.origin.utf8) else {
            throw .foreign(
                file: "historyName",
                reason: "the new history needs another name than \(predecessor.origin); "
                    + "set `historyName` in the configuration first")
        }
        let aside = try aside(of: predecessor, settings)
        var settings = settings
        let folder = settings.folder
        (settings.folder, settings.beginning) = (beside, (predecessor, actor))
        try await open(settings).close()
        guard unsafe csystem_exchange_names(folder, beside) == 0 else {
            throw systemFailure("renameat2", folder)
        }
        try syncFolder(around: folder)
        try move(beside, to: aside)
        return (predecessor, aside)
    }

    /// Ends what was stopped: a new history that was not whole yet goes; where the two had changed places
    /// already, the old one gets its name, and all is done.
    private static func endBeginning(
        _ settings: HistorySettings, beside: String
    ) throws(HistoryError) -> (predecessor: Predecessor, folder: String)? {
        guard unsafe access(beside, F_OK) == 0 else { return nil }
        let disk = try PosixDisk(path: beside, makesFolder: false)
        let lock = try disk.lock()
        defer { _ = lock }
        let ring = try KeyRing.load(origin: nil, wrapping: settings.wrappingKey, from: disk)
        guard let ring, !ring.origin.utf8.elementsEqual(settings.origin.utf8) else {
            try discard(beside)
            return nil
        }
        let predecessor = try Predecessor(on: disk)
        let aside = try aside(of: predecessor, settings)
        try move(beside, to: aside)
        return (predecessor, aside)
    }

    private static func aside(
        of old: Predecessor, _ settings: HistorySettings
    ) throws(HistoryError) -> String {
        let name = old.origin.split(separator: "/").last.map(String.init) ?? "old"
        let aside = "\(settings.folder).\(name)"
        guard unsafe access(aside, F_OK) != 0 else {
            throw .foreign(file: aside, reason: "it is there already; move it away first")
        }
        return aside
    }

    private static func move(_ folder: String, to other: String) throws(HistoryError) {
        guard unsafe rename(folder, other) == 0 else { throw systemFailure("rename", other) }
        try syncFolder(around: other)
    }

    /// Makes what happened to names durable.
    private static func syncFolder(around path: String) throws(HistoryError) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe Glibc.open(
            parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemFailure("open", parent) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemFailure("fsync", parent) }
    }

    /// Takes a folder away that no history was begun in.
    private static func discard(_ folder: String) throws(HistoryError) {
        for part in [folder + "/" + HistoryIndex.folderName, folder]
        where unsafe access(part, F_OK) == 0 {
            let disk = try PosixDisk(path: part, makesFolder: false)
            for name in try disk.names() { try disk.remove(name) }
            guard unsafe rmdir(part) == 0 else { throw systemFailure("rmdir", part) }
        }
    }

    /// Wraps the keys of a history that was put away by the wrapping key of today, where the one before
    /// still wraps them. Whether it had to.
    package static func rewrap(
        folder: String, wrapping: WrappingKey
    ) throws(HistoryError) -> Bool {
        let disk = try PosixDisk(path: folder, makesFolder: false)
        let lock = try disk.lock()
        defer { _ = lock }
        guard let ring = try KeyRing.load(origin: nil, wrapping: wrapping, from: disk),
            ring.isWrappingDue
        else { return false }
        try ring.wrapAll(on: disk)
        return true
    }
}
