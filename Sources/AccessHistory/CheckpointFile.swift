internal import TransparencyLog

/// The largest checkpoint ever signed: kept before it is handed out.
enum CheckpointFile {
    static let fileName = "checkpoint"

    /// Reads a kept checkpoint, which must be this log's.
    static func read(_ octets: [UInt8], log: NoteKey) throws(HistoryError) -> Checkpoint {
        do throws(NoteError) {
            return try Checkpoint(try SignedNote(octets: octets), of: log)
        } catch {
            throw .damaged(file: fileName, offset: 0, reason: "not a checkpoint of this log")
        }
    }
}
