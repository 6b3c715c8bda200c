import Cryptography
import Glibc
import JSON
import Octets
import Records

/// What became of each request and check-in: it is written before and after an answer gets its name,
/// so that after a kill at any step it is known whether the answer is out.
struct Journal {
    /// A line of it.
    struct Entry {
        /// The digest of what was asked.
        var digest: String
        /// Which folder the answer goes to: `res` or `face`.
        var folder: String
        /// The answer under the name that no reader looks for.
        var temporary: String
        /// Its name.
        var answer: String
        /// Whether it has its name.
        var isDone: Bool
        /// When it was made.
        var at: Instant
    }

    private let folder: String
    private let files: Folder

    /// A journal in a folder, which is made where it is not there.
    init(folder: String) throws(FolderFault) {
        self.folder = folder
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw FolderFault("make the journal's folder")
        }
        files = Folder(path: folder)
        // Two processes would take each other's files for what a kill left. Held until the process
        // ends, however it does.
        let lock = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw FolderFault("open the journal's lock") }
        guard lockf(lock, F_TLOCK, 0) == 0 else {
            let number = errno
            close(lock)
            guard number == EAGAIN || number == EACCES else {
                throw FolderFault("lock the journal", number)
            }
            throw FolderFault("another madoguchi-exchange has this journal", number)
        }
    }

    /// The line of a request.
    func entry(_ key: String) -> Entry? {
        guard let value = value(key), let digest = value["digest"]?.stringValue,
            let folder = value["folder"]?.stringValue, ["res", "face"].contains(folder),
            let temporary = value["temporary"]?.stringValue,
            let answer = value["answer"]?.stringValue, case .bool(let isDone)? = value["done"],
            let at = value["at"]?.stringValue.flatMap({ Instant(rfc3339: $0) }),
            !temporary.contains("/"), !answer.contains("/")
        else { return nil }
        return Entry(
            digest: digest, folder: folder, temporary: temporary, answer: answer, isDone: isDone,
            at: at)
    }

    /// Writes a line; it is on the disk when this returns.
    func put(_ key: String, _ entry: Entry) throws(FolderFault) {
        try put(
            key,
            value: [
                "digest": .string(entry.digest), "folder": .string(entry.folder),
                "temporary": .string(entry.temporary), "answer": .string(entry.answer),
                "done": .bool(entry.isDone), "at": .string(entry.at.rfc3339),
            ])
    }

    /// A value kept under a key.
    func value(_ key: String) -> JSONValue? {
        let path = folder + "/" + key + ".json"
        guard let text = try? KeyFile.read(path, isPrivate: true, isOurs: true) else { return nil }
        return try? JSONValue(parsing: text)
    }

    /// Keeps a value.
    func put(_ key: String, value: JSONValue) throws(FolderFault) {
        do throws(KeyFile.Failure) {
            try KeyFile.write(
                value.canonical, to: folder + "/" + key + ".json", isPrivate: true,
                outlivesPowerLoss: true)
        } catch {
            var number = EIO
            if case .system(_, let cause) = error { number = cause }
            throw FolderFault("write the journal", number)
        }
    }

    /// Every key.
    func keys() throws(FolderFault) -> [String] {
        try files.names(most: 1_000_000).compactMap { name in
            name.hasSuffix(".json") ? String(name.dropLast(5)) : nil
        }
    }

    /// Forgets one.
    func forget(_ key: String) throws(FolderFault) { try files.remove(key + ".json") }
}
