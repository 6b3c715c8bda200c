import Cryptography
import Executors
import Glibc

/// Where an export goes: a file that is there whole or not at all, mode 0600, or standard output.
final class ExportFile {
    /// Why it could not be written.
    struct Failure: Error {
        let reason: String
    }

    private let path: String
    private let descriptor: Int32?

    /// A name that no other export has.
    private var draft: String { "\(path).\(getpid()).new" }
    /// Whether the draft has no name yet: where the system knows such files, nothing of one that was
    /// killed stays behind.
    private var isNameless = false

    init(_ path: String) throws(Failure) {
        self.path = path
        guard path != "-" else {
            descriptor = nil
            return
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."
        var number = open(folder, O_WRONLY | Self.nameless | O_CLOEXEC, 0o600)
        isNameless = number >= 0
        if !isNameless {
            let name = "\(path).\(getpid()).new"
            number = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        guard number >= 0 else { throw Failure(reason: "\(path): \(errorText(errno))") }
        descriptor = number
    }

    deinit {
        guard let descriptor else { return }
        close(descriptor)
        // What was not finished goes.
        if !isNameless { unlink(draft) }
    }

    /// O_TMPFILE, which the macro hides from Swift.
    private static let nameless: Int32 = 0o20_000_000 | O_DIRECTORY

    func write(_ octets: [UInt8]) throws(Failure) {
        guard let descriptor else {
            do throws(OutputError) {
                try writeOut(String(decoding: octets, as: UTF8.self))
            } catch { throw Failure(reason: "\(error)") }
            return
        }
        var done = 0
        while done < octets.count {
            let count = octets.withUnsafeBytes { buffer in
                Glibc.write(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(reason: "\(path): \(errorText(errno))") }
            done += count
        }
    }

    /// Puts the file in its place.
    func finish() throws(Failure) {
        guard let descriptor else { return }
        var isWhole = fsync(descriptor) == 0
        if isWhole, isNameless {
            isWhole =
                linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, draft, AT_SYMLINK_FOLLOW)
                == 0
            isNameless = !isWhole
        }
        guard isWhole, rename(draft, path) == 0 else {
            throw Failure(reason: "\(path): \(errorText(errno))")
        }
    }
}
