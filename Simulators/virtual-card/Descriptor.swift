internal import CSystem
internal import Glibc

/// A socket that is closed with its last owner.
final class Descriptor {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }

    /// Makes every call on it return at once.
    func dontWait() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL, 0) | O_NONBLOCK) }

    /// The octets that are there; nothing to read yet is `[]`, the end is nothing.
    func receive(into buffer: inout [UInt8]) -> ArraySlice<UInt8>? {
        let count = unsafe recv(number, &buffer, buffer.count, 0)
        if count > 0 { return buffer[..<count] }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
    }

    /// Sends what the other side takes now and says how many octets that was; nothing on failure.
    func send(_ octets: ArraySlice<UInt8>) -> Int? {
        let count = unsafe octets.withUnsafeBytes { buffer in
            unsafe Glibc.send(number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// A path as a UNIX socket's address, with a body that uses it; nothing for one too long.
    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Connects to a UNIX socket; nothing where nobody listens.
    static func connected(to path: String) -> Descriptor? {
        let socket = Descriptor(csystem_stream_socket(AF_UNIX))
        let status = unsafe withAddress(path) { unsafe connect(socket.number, $0, $1) }
        return status == 0 ? socket : nil
    }

    /// Listens on a UNIX socket that only its owner may use; nothing where that fails (`errno`).
    static func listening(at path: String) -> Descriptor? {
        let socket = Descriptor(csystem_stream_socket(AF_UNIX))
        let mask = umask(0o177)
        defer { _ = umask(mask) }
        let status = unsafe withAddress(path) { unsafe bind(socket.number, $0, $1) }
        guard status == 0, listen(socket.number, 16) == 0 else { return nil }
        socket.dontWait()
        return socket
    }

    /// Begins to connect to a reader on TCP.
    static func connecting(to host: String, port: Int) -> Descriptor? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &found) == 0,
            let address = unsafe found
        else { return nil }
        defer { unsafe freeaddrinfo(address) }
        let socket = Descriptor(csystem_stream_socket(unsafe address.pointee.ai_family))
        socket.dontWait()
        let status = unsafe connect(
            socket.number, address.pointee.ai_addr, address.pointee.ai_addrlen)
        return status == 0 || errno == EINPROGRESS ? socket : nil
    }

    /// Sets an option of TCP that is on or off.
    func set(_ option: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(
            number, Int32(IPPROTO_TCP), option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Whether a connection that was begun has failed.
    var hasFailed: Bool {
        var code: Int32 = 0
        var count = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &count) != 0 || code != 0
    }
}

/// Milliseconds of a clock that never jumps.
func monotonicMilliseconds() -> Int {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}
