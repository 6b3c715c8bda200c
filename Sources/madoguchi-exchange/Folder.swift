import Glibc
import Records

/// Why a step on the shared folder did not work.
struct FolderFault: Error, CustomStringConvertible {
    var step: String
    var number: Int32
    var description: String { "\(step): \(errorText(number))" }
    init(_ step: String, _ number: Int32 = errno) { (self.step, self.number) = (step, number) }
}

/// Which file it was: another one in its place, or one that was written since, differs.
struct FileIdentity: Hashable {
    var device: UInt64
    var number: UInt64
    var octets: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init(_ status: stat) {
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        octets = Int64(status.st_size)
        (seconds, nanoseconds) = (Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec))
    }
}

/// A folder whose files others write too. It is opened anew for each step, since a share may go and
/// come back; no link is followed, and nothing that is opened can make it wait.
struct Folder {
    let path: String

    /// What was found under a name.
    enum Found {
        case file([UInt8], FileIdentity)
        case tooLarge(FileIdentity)
        /// A link, folder, pipe, socket or device.
        case notAFile(FileIdentity)
        /// It changed while it was read.
        case changing
        case gone
    }

    private func within<Value>(
        _ step: String, _ body: (Int32) throws(FolderFault) -> Value
    ) throws(FolderFault) -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FolderFault("open the folder") }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// The names in it, at most so many.
    func names(most: Int = 10_000) throws(FolderFault) -> [String] {
        try within("list") { (folder) throws(FolderFault) in
            let copy = dup(folder)
            guard copy >= 0, let stream = fdopendir(copy) else { throw FolderFault("list") }
            defer { closedir(stream) }
            var names: [String] = []
            while names.count < most, let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        String(validatingCString: $0)
                    }
                }
                if let name, name != ".", name != ".." { names.append(name) }
            }
            return names.sorted()
        }
    }

    /// What lies under a name, whole or not at all.
    func read(_ name: String, limit: Int) throws(FolderFault) -> Found {
        try within("read") { (folder) throws(FolderFault) in
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                if errno == ENOENT { return .gone }
                throw FolderFault("look at a file")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                return .notAFile(FileIdentity(status))
            }
            let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            let file = openat(folder, name, flags)
            guard file >= 0 else {
                if errno == ENOENT { return .gone }
                if errno == ELOOP { return .changing }
                throw FolderFault("open a file")
            }
            defer { close(file) }
            guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return .changing
            }
            let before = FileIdentity(status)
            guard before.octets <= limit else { return .tooLarge(before) }
            var octets: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while octets.count <= limit {
                let count = Glibc.read(file, &buffer, buffer.count)
                if count == 0 { break }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw FolderFault("read a file") }
                octets += buffer[..<count]
            }
            guard fstat(file, &status) == 0, FileIdentity(status) == before,
                octets.count == Int(before.octets)
            else { return .changing }
            return .file(octets, before)
        }
    }

    /// Writes a file of a name that no reader looks for, and has it on the disk.
    func write(_ octets: [UInt8], as name: String) throws(FolderFault) {
        try within("write") { (folder) throws(FolderFault) in
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
            let file = openat(folder, name, flags, 0o640)
            guard file >= 0 else { throw FolderFault("make a file") }
            var number: Int32 = 0
            var written = 0
            while written < octets.count, number == 0 {
                let count = octets.withUnsafeBytes { buffer in
                    Glibc.write(
                        file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                }
                if count > 0 { written += count } else if errno != EINTR { number = errno }
            }
            if number == 0, fsync(file) != 0 { number = errno }
            if close(file) != 0, number == 0 { number = errno }
            guard number == 0 else {
                unlinkat(folder, name, 0)
                throw FolderFault("write a file", number)
            }
        }
    }

    /// Gives a file its name, in one step, and has that on the disk.
    func rename(_ temporary: String, to name: String) throws(FolderFault) {
        try within("rename") { (folder) throws(FolderFault) in
            guard renameat(folder, temporary, folder, name) == 0 else {
                throw FolderFault("name a file")
            }
            guard fsync(folder) == 0 else { throw FolderFault("keep a file's name") }
        }
    }

    /// Whether something lies under a name.
    func has(_ name: String) throws(FolderFault) -> Bool {
        try within("look") { (folder) throws(FolderFault) in
            var status = stat()
            if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return true }
            guard errno == ENOENT else { throw FolderFault("look at a file") }
            return false
        }
    }

    /// Takes a file away, where it still is that one.
    func remove(_ name: String, _ identity: FileIdentity? = nil) throws(FolderFault) {
        try within("remove") { (folder) throws(FolderFault) in
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            if let identity, FileIdentity(status) != identity { return }
            guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else {
                throw FolderFault("remove a file")
            }
            fsync(folder)
        }
    }
}
