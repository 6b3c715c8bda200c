internal import Glibc

/// A folder of a local file system. System calls of a durable write, in order: openat(O_EXCL),
/// write, fsync, renameat, fsync of the folder.
final class PosixDisk: HistoryDisk {
    private let path: String
    private let folder: Int32
    private let fileMode: mode_t

    /// Opens the folder; makes it (mode 0700) when it is absent and may be made.
    init(path: String, makesFolder: Bool, fileMode: mode_t = 0o600) throws(HistoryError) {
        if makesFolder, unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw systemFailure("mkdir", path)
        }
        folder = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        (self.path, self.fileMode) = (path, fileMode)
        guard folder >= 0 else {
            throw errno == ENOENT ? .absent(path: path) : systemFailure("open", path)
        }
    }

    deinit { close(folder) }

    func lock() throws(HistoryError) -> any HistoryLock {
        let file = try descriptor("lock", O_RDWR | O_CREAT)
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .inUse(path: path) : systemFailure("flock", full("lock"))
        }
        return file
    }

    func names() throws(HistoryError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw systemFailure("opendir", path) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func open(_ name: String, writable: Bool) throws(HistoryError) -> any HistoryFile {
        try descriptor(name, writable ? O_RDWR : O_RDONLY)
    }

    func read(_ name: String, longest: Int) throws(HistoryError) -> [UInt8]? {
        let file: PosixFile
        do throws(HistoryError) {
            file = try descriptor(name, O_RDONLY)
        } catch .absent {
            return nil
        }
        guard try file.size() <= UInt64(longest) else {
            throw .damaged(file: name, offset: UInt64(longest), reason: "longer than it can be")
        }
        return try file.read(at: 0, count: longest)
    }

    func create(_ name: String) throws(HistoryError) -> any HistoryFile {
        try descriptor(name, O_RDWR | O_CREAT | O_EXCL)
    }

    func move(_ name: String, to other: String) throws(HistoryError) {
        guard unsafe renameat(folder, name, folder, other) == 0 else {
            throw systemFailure("rename", full(other))
        }
    }

    func syncNames() throws(HistoryError) {
        guard fsync(folder) == 0 else { throw systemFailure("fsync", path) }
    }

    func remove(_ name: String) throws(HistoryError) {
        guard unsafe unlinkat(folder, name, 0) == 0 || errno == ENOENT else {
            throw systemFailure("unlink", full(name))
        }
    }

    private func descriptor(_ name: String, _ flags: Int32) throws(HistoryError) -> PosixFile {
        // Never waits: a pipe in a file's place would hold up the start for ever.
        let number = unsafe openat(
            folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, fileMode)
        guard number >= 0 else {
            switch errno {
            case ENOENT: throw .absent(path: full(name))
            case EISDIR, ELOOP, ENXIO, ENODEV: throw .foreign(file: name, reason: notAFile)
            default: throw systemFailure("open", full(name))
            }
        }
        let file = PosixFile(number: number, path: full(name))
        guard try file.isPlain() else { throw .foreign(file: name, reason: notAFile) }
        return file
    }

    private func full(_ name: String) -> String { path + "/" + name }
}

private let notAFile = "it is not a plain file but a folder, pipe, device or link"

/// An open file; closed when nobody holds it any more, which also lets go of its lock.
final class PosixFile: HistoryFile, HistoryLock {
    let number: Int32
    private let path: String

    init(number: Int32, path: String) { (self.number, self.path) = (number, path) }
    deinit { close(number) }

    func size() throws(HistoryError) -> UInt64 { UInt64(try status().st_size) }

    /// Whether it is a file with octets, and nothing that only has a file's name.
    func isPlain() throws(HistoryError) -> Bool { try status().st_mode & S_IFMT == S_IFREG }

    private func status() throws(HistoryError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw systemFailure("fstat", path) }
        return status
    }

    func read(at offset: UInt64, count: Int) throws(HistoryError) -> [UInt8] {
        var failure: HistoryError?
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let got = unsafe pread(
                    number, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = systemFailure("pread", path) }
                if got <= 0 { return }
                filled += got
            }
        }
        if let failure { throw failure }
        return octets
    }

    /// The longest single write, in octets. Linux keeps a file that was filled by long writes in
    /// large folios, and then each small write and sync walks over all blocks of one: filled by
    /// 4 MiB at a time, a synced write of 700 octets takes 15 % longer than filled like this.
    private static let longestWriteOctetCount = 64 << 10

    func write(_ octets: [UInt8], at offset: UInt64) throws(HistoryError) {
        var done = 0
        while done < octets.count {
            let put = unsafe octets.withUnsafeBytes { buffer in
                unsafe pwrite(
                    number, buffer.baseAddress?.advanced(by: done),
                    min(buffer.count - done, Self.longestWriteOctetCount),
                    off_t(offset) + off_t(done))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw systemFailure("pwrite", path) }
            done += put
        }
    }

    func sync() throws(HistoryError) {
        guard fdatasync(number) == 0 else { throw systemFailure("fdatasync", path) }
    }

    func syncWhole() throws(HistoryError) {
        guard fsync(number) == 0 else { throw systemFailure("fsync", path) }
    }

    func truncate(to size: UInt64) throws(HistoryError) {
        guard ftruncate(number, off_t(size)) == 0 else { throw systemFailure("ftruncate", path) }
    }

    func forgetCache(from offset: UInt64) {
        posix_fadvise(number, off_t(offset / 4096 * 4096), 0, POSIX_FADV_DONTNEED)
    }
}

/// The one gate from errno to error; read in the same function as the call.
func systemFailure(_ call: String, _ path: String) -> HistoryError {
    switch errno {
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EACCES, EPERM, EROFS: .notPermitted(path: path)
    case let code: .system(call: call, path: path, code: code)
    }
}
