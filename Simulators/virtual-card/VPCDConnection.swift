internal import Glibc

/// Why there is no connection to vpcd, or no longer.
enum VPCDError: Error, Hashable, Sendable {
    /// The reader's host has no address.
    case noSuchHost(String)
    /// The system refused; for a reader that is not there, `ECONNREFUSED`.
    case system(errno: Int32, operation: String)
    /// vpcd closed: the reader is gone.
    case closed
}

/// One TCP connection to a virtual reader, owned once.
struct VPCDConnection: ~Copyable {
    private let descriptor: Int32

    deinit { close(descriptor) }

    /// Connects: puts the card into the reader, as soon as the reader is free.
    init(host: String, port: Int) throws(VPCDError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &found) == 0,
            let address = unsafe found
        else { throw .noSuchHost(host) }
        defer { unsafe freeaddrinfo(address) }
        let family = unsafe address.pointee.ai_family
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(errno: errno, operation: "socket") }
        let status = unsafe connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen)
        guard status == 0 else {
            let number = errno
            close(descriptor)
            throw .system(errno: number, operation: "connect")
        }
        self.descriptor = descriptor
        set(TCP_NODELAY)
    }

    private func set(_ option: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The octets that arrive next. Acknowledged at once: vpcd sends a command in two writes, and
    /// the second would wait 40 ms for a delayed acknowledgement. Linux forgets the option after
    /// each read, so it is set again after each.
    func receive(into buffer: inout [UInt8]) throws(VPCDError) -> Int {
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno: errno, operation: "receive") }
            guard count > 0 else { throw .closed }
            set(TCP_QUICKACK)
            return count
        }
    }

    /// Sends all of these octets.
    func send(_ octets: [UInt8]) throws(VPCDError) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system(errno: errno, operation: "send") }
            rest = rest.dropFirst(count)
        }
    }
}
