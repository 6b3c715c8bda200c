internal import CSystem
internal import Glibc
internal import Synchronization

/// Where a server listens.
package enum ListenAddress: Hashable, Sendable {
    /// A TCP port on a literal address; port 0 takes any free one.
    case tcp(host: String, port: Int)
    /// A UNIX socket with the mode of its file.
    case unix(path: String, mode: UInt32)
    /// A socket that listens already, handed over by whoever started the process.
    case inherited(descriptor: Int32)
}

/// A listening socket, owned. It never blocks in `accept`: a connection may be gone again before
/// it is taken.
struct Listener: ~Copyable, Sendable {
    /// How many connections may wait to be accepted.
    static let backlog: Int32 = 128

    let descriptor: Descriptor
    /// The TCP port that was bound; zero for a UNIX socket.
    let port: Int
    private let file: SocketFile?
    private let isInherited: Bool

    init(_ address: ListenAddress) throws(NetworkError) {
        let descriptor: Descriptor
        let (file, isInherited): (SocketFile?, Bool)
        switch address {
        case .tcp(let host, let port):
            descriptor = try Self.bindTCP(host, port)
            (file, isInherited) = (nil, false)
        case .unix(let path, let mode):
            descriptor = try Self.bindUNIX(path, mode)
            (file, isInherited) = (SocketFile(path), false)
        case .inherited(let number):
            descriptor = Descriptor(number)
            (file, isInherited) = (nil, true)
        }
        _ = try check(
            fcntl(descriptor.raw, F_SETFL, fcntl(descriptor.raw, F_GETFL) | O_NONBLOCK), "fcntl")
        self.port = try boundPort(of: descriptor.raw)
        self.file = file
        self.isInherited = isInherited
        self.descriptor = descriptor
    }

    deinit { file?.remove() }

    /// Takes the next connection; a negative number, with errno, where there is none.
    func accept() -> Int32 { csystem_accept(descriptor.raw) }

    /// Refuses whoever comes from now on. The file goes first: the next program may put its own
    /// there as soon as nobody answers. A socket of somebody else's stays as it is.
    func stop() {
        file?.remove()
        if !isInherited { _ = shutdown(descriptor.raw, Int32(SHUT_RDWR)) }
    }

    private static func bindTCP(_ host: String, _ port: Int) throws(NetworkError) -> Descriptor {
        guard let address = SocketAddress(literal: host, port: port) else {
            throw .unknownHost(host)
        }
        let descriptor = Descriptor(try check(csystem_stream_socket(address.family), "socket"))
        var yes: Int32 = 1
        unsafe setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        _ = try check(unsafe address.with { unsafe bind(descriptor.raw, $0, $1) }, "bind")
        _ = try check(listen(descriptor.raw, backlog), "listen")
        return descriptor
    }

    /// A stale socket file is replaced only when nobody answers on it. The folder is locked
    /// meanwhile, so that of two programs that find the same stale file one is told.
    private static func bindUNIX(_ path: String, _ mode: UInt32) throws(NetworkError) -> Descriptor
    {
        let address = try SocketAddress(path: path)
        let folder = try lockedFolder(of: path)
        defer { flock(folder.raw, LOCK_UN) }
        let descriptor = Descriptor(try check(csystem_stream_socket(AF_UNIX), "socket"))
        let raw = descriptor.raw
        var result = unsafe address.with { unsafe bind(raw, $0, $1) }
        if result < 0 && errno == EADDRINUSE {
            guard isStale(path) else { throw isOtherFile(path) ? .notASocket : .addressInUse }
            unsafe unlink(path)
            result = unsafe address.with { unsafe bind(raw, $0, $1) }
        }
        _ = try check(result, "bind")
        // Nobody can connect before `listen`, so nobody meets the file with another mode.
        _ = try check(unsafe chmod(path, mode), "chmod")
        _ = try check(listen(raw, backlog), "listen")
        return descriptor
    }

    /// Whether there is a socket on which nobody listens. Any other file is somebody's property.
    private static func isStale(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return false
        }
        do throws(NetworkError) {
            _ = try connectUNIX(path, until: Deadline(seconds: 1))
            return false
        } catch { return error == .refused }
    }
}

/// The TCP port that a socket is bound to; zero for a UNIX socket.
func boundPort(of descriptor: Int32) throws(NetworkError) -> Int {
    var address = sockaddr_storage()
    var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe getsockname(descriptor, $0, &count)
        }
    }
    _ = try check(result, "getsockname")
    guard [AF_INET, AF_INET6].contains(Int32(address.ss_family)) else { return 0 }
    // The port stands at the same place in both families.
    return unsafe withUnsafeBytes(of: address) { octets in
        unsafe Int(octets[2]) << 8 | Int(octets[3])
    }
}

/// The file of a UNIX socket, removed once, and only while it is ours: what a later program put in
/// its place stays.
private final class SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t
    private let isThere = Mutex(true)

    init?(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        (self.path, device, inode) = (path, status.st_dev, status.st_ino)
    }

    func remove() {
        isThere.withLock { isThere in
            guard isThere else { return }
            isThere = false
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_dev == device,
                status.st_ino == inode
            else { return }
            unsafe unlink(path)
        }
    }
}

/// The folder of a path, locked until it is unlocked or closed.
private func lockedFolder(of path: String) throws(NetworkError) -> Descriptor {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = Descriptor(
        try check(unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open"))
    _ = try check(flock(descriptor.raw, LOCK_EX), "flock")
    return descriptor
}
