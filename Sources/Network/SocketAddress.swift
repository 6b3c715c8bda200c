internal import Executors
internal import Glibc
internal import Synchronization

/// An address of a socket of any family.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var octetCount: socklen_t = 0

    /// The family, for `socket()`.
    var family: Int32 { Int32(storage.ss_family) }

    /// A literal IPv4 or IPv6 address; nothing for anything else.
    init?(literal host: String, port: Int) {
        guard let port = UInt16(exactly: port)?.bigEndian else { return nil }
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port
            take(four)
        } else if unsafe inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port
            take(six)
        } else {
            return nil
        }
    }

    /// The longest path of a UNIX socket; the system wants a zero after it.
    static let longestPathOctetCount = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The address of a UNIX socket's file.
    init(path: String) throws(NetworkError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        // A zero inside it would cut it short.
        guard !octets.isEmpty, octets.count <= Self.longestPathOctetCount,
            !octets.contains(0)
        else { throw .pathTooLong }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            unsafe buffer.copyBytes(from: octets)
        }
        take(address)
    }

    private init(_ pointer: UnsafePointer<sockaddr>, _ count: socklen_t) {
        octetCount = min(count, socklen_t(MemoryLayout<sockaddr_storage>.size))
        unsafe withUnsafeMutableBytes(of: &storage) { [octetCount] buffer in
            unsafe buffer.copyMemory(
                from: UnsafeRawBufferPointer(start: pointer, count: Int(octetCount)))
        }
    }

    private mutating func take<Address>(_ address: Address) {
        octetCount = socklen_t(MemoryLayout<Address>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { buffer in
            unsafe withUnsafeBytes(of: address) { unsafe buffer.copyMemory(from: $0) }
        }
    }

    /// Lends the address to a system call.
    func with(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, octetCount)
            }
        }
    }

    /// The addresses of a host: itself where it is a literal, else what the system's resolver
    /// knows. The resolver cannot be interrupted; past the deadline its thread is left to it.
    static func resolve(
        _ host: String, _ port: Int, until deadline: Deadline
    ) throws(NetworkError) -> [SocketAddress] {
        if let literal = SocketAddress(literal: host, port: port) { return [literal] }
        // RFC 6761 §6.3: these names are this machine, whatever a resolver says.
        if host == "localhost" || host.hasSuffix(".localhost") {
            return ["127.0.0.1", "::1"].compactMap { SocketAddress(literal: $0, port: port) }
        }
        let answer = Mailslot<[SocketAddress]>()
        guard startThread("resolver", { answer.put(lookUp(host, port)) }) else {
            throw .system(call: "pthread_create", errno: EAGAIN)
        }
        guard let addresses = answer.take(until: deadline) else { throw .timedOut }
        guard !addresses.isEmpty else { throw .unknownHost(host) }
        return addresses
    }

    private static func lookUp(_ host: String, _ port: Int) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = Int32(AI_ADDRCONFIG | AI_NUMERICSERV)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ai_addr {
                unsafe addresses.append(SocketAddress(address, entry.pointee.ai_addrlen))
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}

/// One value on its way from one thread to another that waits for it.
final class Mailslot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let gate = Gate()

    /// Puts the value in; once.
    func put(_ value: Value) {
        self.value.withLock { $0 = value }
        gate.open()
    }

    /// Waits for the value; nothing when the deadline passes first.
    func take(until deadline: Deadline? = nil) -> Value? {
        gate.wait(
            until: deadline.map { .now.adding(.milliseconds(Int($0.pollMilliseconds))) })
        return value.withLock { $0.take() }
    }
}
