import Cryptography
import Glibc
import Octets
import TransparencyLog

/// What a witness keeps, in a folder of its own:
///
/// | file | is |
/// |---|---|
/// | `logs` | the verifier keys of the logs that are watched, a line each |
/// | `<SHA-256 of the origin>.checkpoint` | the checkpoint that was cosigned last, with the cosignature |
/// | `<SHA-256 of the origin>.conflict` | another root of the same size, signed by the log |
/// | `lock` | locked by the witness that works here |
///
/// A witness that lost its state could cosign another story of a log: without `logs`, or with a
/// file that is not its own, it does not begin.
struct WitnessFiles: Sendable {
    private let folder: String
    private let lock: FileLock

    init(folder: String) throws(SetupError) {
        self.folder = folder
        lock = try FileLock("\(folder)/lock")
    }

    /// The logs that are watched.
    func logs() throws(SetupError) -> [NoteKey] {
        try setup {
            let octets = try KeyFile.read("\(folder)/logs", limit: 16 << 20)
            return try String(decoding: octets, as: UTF8.self).split(separator: "\n")
                .map { try NoteKey(vkey: String($0)) }
        }
    }

    /// What this witness cosigned last, of each log.
    func checkpoints(
        of key: WitnessKey
    ) throws(SetupError) -> [(checkpoint: Checkpoint, note: SignedNote)] {
        try setup {
            try KeyFile.names(in: folder, endingIn: ".checkpoint").map { name in
                let path = "\(folder)/\(name)"
                let octets = try KeyFile.read(path, limit: 2 * SignedNote.longestOctetCount)
                do {
                    let note = try SignedNote(octets: octets)
                    let checkpoint = try Checkpoint(text: note.text)
                    guard name == "\(Witness.digest(checkpoint.origin).hex).checkpoint",
                        try key.time(in: note) > 0
                    else { throw NoteError.notSigned }
                    return (checkpoint, note)
                } catch {
                    throw SetupError.other("\(path): not what this witness cosigned: \(error)")
                }
            }
        }
    }

    /// The logs that told two stories.
    func conflicts() throws(SetupError) -> Set<SHA256Digest> {
        try setup {
            Set(
                try KeyFile.names(in: folder, endingIn: ".conflict").compactMap {
                    SHA256Digest(hex: $0.prefix { $0 != "." })
                })
        }
    }

    /// Keeps the logs; false if the disk does not take them.
    func keep(_ logs: [NoteKey]) -> Bool {
        keep(Array((logs.map(\.vkey).joined(separator: "\n") + "\n").utf8), as: "logs")
    }

    /// Keeps what was cosigned last.
    func keep(_ note: SignedNote, of origin: SHA256Digest) -> Bool {
        keep(note.octets, as: "\(origin.hex).checkpoint")
    }

    /// Keeps a log's other story.
    func keep(conflict note: SignedNote, of origin: SHA256Digest) -> Bool {
        keep(note.octets, as: "\(origin.hex).conflict")
    }

    private func keep(_ octets: [UInt8], as name: String) -> Bool {
        do throws(KeyFile.Failure) {
            try KeyFile.write(
                octets, to: "\(folder)/\(name)", isPrivate: true, outlivesPowerLoss: true)
            return true
        } catch { return false }
    }
}

/// A file that one process has locked, until nobody holds this value any more.
final class FileLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(SetupError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(.system(path: path, errno: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            throw number == EWOULDBLOCK
                ? .other("\(path): another witness works here")
                : .file(.system(path: path, errno: number))
        }
    }

    deinit { close(descriptor) }
}
