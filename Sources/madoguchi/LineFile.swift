import Commands
import Cryptography
import Glibc

/// A text file read line by line, however long it is.
final class LineFile {
    private let descriptor: Int32

    /// Opens a file; nothing where the system refuses, with errno set.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            errno = EISDIR
            return nil
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Hands over each line without its end; what is longer than `longest` octets is passed over.
    func forEach(longest: Int, _ body: (String) -> Void) {
        var (line, isTooLong): ([UInt8], Bool) = ([], false)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func end() {
            if !isTooLong, !line.isEmpty { body(String(decoding: line, as: UTF8.self)) }
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return end() }
            for octet in buffer[..<count] {
                if octet == UInt8(ascii: "\n") {
                    end()
                } else if line.count < longest {
                    line.append(octet)
                } else {
                    isTooLong = true
                }
            }
        }
    }
}

/// Held as long as it lives, so that one feed runs at a time.
final class FeedLock {
    private let descriptor: Int32

    /// Takes the lock, or says that another feed runs.
    init(_ path: String) throws(CommandFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(
                .usage, "cursor", "\(path): \(errorText(errno))",
                next: "Name a cursor's file in a folder that can be written.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure(
                .negative, "feed-runs", "Another feed is on its way (\(path)).",
                next: "Wait until it has ended.")
        }
    }

    deinit { close(descriptor) }
}
