internal import CSystem
internal import Glibc

/// Where a server listens.
package enum ListenAddress: Hashable, Sendable {
    /// A TCP port on a literal IPv4 address; port 0 takes any free one.
    case tcp(host: String, port: Int)
    /// A UNIX socket with the mode of its file.
    case unix(path: String, mode: UInt32)
}

/// A listening socket, owned.
struct Listener: ~Copyable, Sendable {
    /// How many connections may wait to be accepted.
    static let backlog: Int32 = 128

    let descriptor: Descriptor
    /// The TCP port that was bound; zero for a UNIX socket.
    let port: Int
    private let path: String?

    init(_ address: ListenAddress) throws(NetworkError) {
        let descriptor: Descriptor =
            switch address {
            case .tcp(let host, let port): try Self.bindTCP(host, port)
            case .unix(let path, let mode): try Self.bindUNIX(path, mode)
            }
        var port = 0
        var path: String?
        switch address {
        case .tcp: port = try Self.boundPort(descriptor.raw)
        case .unix(let socketPath, _): path = socketPath
        }
        self.port = port
        self.path = path
        self.descriptor = descriptor
    }

    deinit { if let path { unsafe _ = unlink(path) } }

    private static func bindTCP(_ host: String, _ port: Int) throws(NetworkError) -> Descriptor {
        let descriptor = Descriptor(
            try check(csystem_stream_socket(AF_INET), "socket"))
        var yes: Int32 = 1
        unsafe setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        var address = try internetAddress(host, port)
        _ = try check(
            unsafe withSocketAddress(&address) { pointer, count in
                unsafe bind(descriptor.raw, pointer, count)
            }, "bind")
        _ = try check(listen(descriptor.raw, backlog), "listen")
        return descriptor
    }

    private static func boundPort(_ descriptor: Int32) throws(NetworkError) -> Int {
        var address = sockaddr_in()
        var count = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &count)
            }
        }
        _ = try check(result, "getsockname")
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// A stale socket file is replaced only when nobody answers on it.
    private static func bindUNIX(_ path: String, _ mode: UInt32) throws(NetworkError) -> Descriptor
    {
        var address = try unixAddress(path)
        let raw = try check(csystem_stream_socket(AF_UNIX), "socket")
        let descriptor = Descriptor(raw)
        var result = unsafe withSocketAddress(&address) { unsafe bind(raw, $0, $1) }
        if result < 0 && errno == EADDRINUSE {
            do throws(NetworkError) {
                _ = try connectUNIX(path)
                throw .addressInUse
            } catch .refused {
                unsafe unlink(path)
                result = unsafe withSocketAddress(&address) { unsafe bind(raw, $0, $1) }
            }
        }
        _ = try check(result, "bind")
        _ = try check(unsafe chmod(path, mode), "chmod")
        _ = try check(listen(raw, backlog), "listen")
        return descriptor
    }
}

func internetAddress(_ host: String, _ port: Int) throws(NetworkError) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
        throw .system(call: "inet_pton", errno: EINVAL)
    }
    return address
}

func unixAddress(_ path: String) throws(NetworkError) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
        unsafe buffer.copyBytes(from: octets)
    }
    return address
}

func withSocketAddress<Address>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body($0, socklen_t(MemoryLayout<Address>.size))
        }
    }
}

/// Connects to a UNIX socket.
func connectUNIX(_ path: String) throws(NetworkError) -> Descriptor {
    var address = try unixAddress(path)
    let descriptor = Descriptor(
        try check(csystem_stream_socket(AF_UNIX), "socket"))
    _ = try check(
        unsafe withSocketAddress(&address) { unsafe connect(descriptor.raw, $0, $1) }, "connect")
    return descriptor
}

/// Connects to a TCP port within a deadline.
func connectTCP(_ host: String, _ port: Int, until deadline: Deadline) throws(NetworkError)
    -> Descriptor
{
    var address = try internetAddress(host, port)
    let descriptor = Descriptor(
        try check(csystem_stream_socket(AF_INET), "socket"))
    let flags = fcntl(descriptor.raw, F_GETFL)
    _ = fcntl(descriptor.raw, F_SETFL, flags | O_NONBLOCK)
    let result = unsafe withSocketAddress(&address) { unsafe connect(descriptor.raw, $0, $1) }
    if result < 0 {
        guard errno == EINPROGRESS else { throw systemError("connect") }
        try descriptor.wait(for: POLLOUT, until: deadline)
        var number: Int32 = 0
        var count = socklen_t(4)
        unsafe getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &number, &count)
        if number != 0 {
            errno = number
            throw systemError("connect")
        }
    }
    _ = fcntl(descriptor.raw, F_SETFL, flags)
    noDelay(descriptor.raw)
    return descriptor
}

/// Small messages go at once.
func noDelay(_ descriptor: Int32) {
    var yes: Int32 = 1
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
}
