import Dispatch
import Glibc

/// Plain sockets, for what a well-behaved client never sends.
enum Raw {
    final class Silent: Sendable {
        let descriptor: Int32
        let port: Int
        init(_ descriptor: Int32, _ port: Int) { (self.descriptor, self.port) = (descriptor, port) }
        deinit { close(descriptor) }
    }

    struct Failed: Error {}

    static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    static func with<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A listener that never answers.
    static func listen() throws -> Silent {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(0)
        guard with(&address, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 8) == 0
        else { throw Failed() }
        var count = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &count)
            }
        }
        return Silent(descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Sends octets and reads until the other side closes, or a minute has passed; on a
    /// thread that may block, because the servers under test need the others.
    static func exchange(_ port: Int, _ wire: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "raw-exchange").async {
                continuation.resume(with: Result { try blockingExchange(port, wire) })
            }
        }
    }

    private static func blockingExchange(_ port: Int, _ wire: String) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port)
        guard with(&address, { connect(descriptor, $0, $1) }) == 0 else { throw Failed() }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let octets = Array(wire.utf8)
        guard send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL)) == octets.count else {
            throw Failed()
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }
}

enum Leftover {
    /// Leaves the file of a socket behind that nobody listens on.
    static func makeStaleSocket(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(descriptor)
    }
}
