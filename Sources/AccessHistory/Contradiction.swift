internal import TransparencyLog

/// A checkpoint of this log's own key that the store does not hold: the evidence that somebody else
/// writes under the key, or that the store was put back to an older state. Where it lies in the
/// folder, the store is not opened.
enum Contradiction {
    static let fileName = "contradiction"

    /// Refuses a folder that holds one.
    static func check(_ disk: any HistoryDisk) throws(HistoryError) {
        guard
            let octets = try disk.read(fileName, longest: SignedNote.longestOctetCount)
        else { return }
        let note = try? SignedNote(octets: octets)
        let checkpoint = note.flatMap { try? Checkpoint(text: $0.text) }
        throw .contradicted(size: checkpoint?.size ?? 0)
    }
}

extension HistoryStore {
    /// The last checkpoint that enough witnesses cosigned, as it was kept.
    nonisolated func cosignedCheckpoint() async throws(HistoryError) -> (
        note: SignedNote, checkpoint: Checkpoint
    )? {
        let disk = keptDisk
        return try await reading { () throws(HistoryError) in
            guard
                let octets = try disk.read(
                    HistoryWitnesses.cosignedFileName, longest: SignedNote.longestOctetCount)
            else { return nil }
            do throws(NoteError) {
                let note = try SignedNote(octets: octets)
                return (note, try Checkpoint(text: note.text))
            } catch {
                throw .damaged(
                    file: HistoryWitnesses.cosignedFileName, offset: 0, reason: "not a checkpoint")
            }
        }
    }

    /// Keeps a checkpoint that enough witnesses cosigned.
    func keep(cosigned note: SignedNote) throws(HistoryError) {
        try keptDisk.replace(HistoryWitnesses.cosignedFileName, with: note.octets)
    }

    /// Closes the store for good: evidence first, then nothing more is written, here or after a
    /// restart.
    func condemn(by evidence: SignedNote, of size: UInt64) throws(HistoryError) {
        stopWriting(.contradicted(size: size))
        try keptDisk.replace(Contradiction.fileName, with: evidence.octets)
        throw .contradicted(size: size)
    }
}
