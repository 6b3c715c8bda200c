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

    private var draft: String { path + ".new" }

    init(_ path: String) throws(Failure) {
        self.path = path
        guard path != "-" else {
            descriptor = nil
            return
        }
        unlink(path + ".new")
        let number = open(
            path + ".new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw Failure(reason: "\(path): \(errorText(errno))") }
        descriptor = number
    }

    deinit {
        guard let descriptor else { return }
        close(descriptor)
        // What was not finished goes.
        unlink(draft)
    }

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
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw Failure(reason: "\(path): \(errorText(errno))")
        }
    }
}
