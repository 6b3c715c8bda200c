import Commands
import Cryptography
import Executors
import Glibc

/// Where a document goes: a file that only its owner can read, written whole or not at all.
struct DocumentTarget {
    /// The path without its ending.
    let base: String
    /// The ending, which says what is written.
    let ending: String

    init(_ path: String, for kind: DocumentKind) throws(CommandFailure) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let point = name.lastIndex(of: "."), point != name.startIndex,
            case let ending = String(name[name.index(after: point)...]),
            kind.endings.contains(ending)
        else {
            throw CommandFailure(
                UsageError(
                    "--output must end in "
                        + kind.endings.map { ".\($0)" }.joined(separator: " or ")))
        }
        let folder = path.count > name.count ? String(path.dropLast(name.count)) : "."
        guard access(folder, W_OK) == 0 else {
            throw CommandFailure(
                .usage, "output", "\(folder) cannot be written: \(errorText(errno))",
                next: "Name a file in a folder of yours.")
        }
        base = String(path.dropLast(ending.count + 1))
        self.ending = ending
    }

    /// Writes the files and says their paths.
    func write(_ files: [DocumentFile]) throws(CommandFailure) -> [String] {
        var paths: [String] = []
        for file in files {
            let path = "\(base)\(file.number).\(ending)\(file.suffix)"
            try write(file.octets, to: path)
            paths.append(path)
        }
        return paths
    }

    private func write(_ octets: [UInt8], to path: String) throws(CommandFailure) {
        let draft = "\(path).\(getpid()).part"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path) }
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        let isWhole = rest.isEmpty && fsync(file) == 0
        guard close(file) == 0, isWhole, rename(draft, path) == 0 else {
            let failure = failure(path)
            unlink(draft)
            throw failure
        }
    }

    private func failure(_ path: String) -> CommandFailure {
        CommandFailure(
            .output, "output", "\(path) cannot be written: \(errorText(errno))",
            next: "The records were opened and are entered in the history; make room and repeat.")
    }
}
