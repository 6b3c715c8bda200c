import Dispatch
import Glibc
import Synchronization

/// Plain sockets, for what a well-behaved program never sends. Everything here blocks, for a
/// minute at most, on threads that may.
enum Raw {
    struct Failed: Error {}

    /// A connection, from either side.
    final class Connection: Sendable {
        let descriptor: Int32

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit,
                socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(descriptor) }

        func send(_ octets: [UInt8]) throws {
            guard Glibc.send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL)) == octets.count
            else { throw Failed() }
        }

        /// Reads until the other side closes, or these words have come.
        func read(untilContains words: String? = nil) throws -> [UInt8] {
            var octets: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return octets }
                octets += buffer[..<count]
                if let words, String(decoding: octets, as: UTF8.self).contains(words) {
                    return octets
                }
            }
        }
    }

    /// A listener that answers only what it is told to.
    final class Listener: Sendable {
        let descriptor: Int32
        let port: Int

        private let closings: (AsyncStream<Void>, AsyncStream<Void>.Continuation)

        init(_ descriptor: Int32, _ port: Int) {
            (self.descriptor, self.port) = (descriptor, port)
            closings = AsyncStream.makeStream(of: Void.self)
        }

        deinit { close(descriptor) }

        /// Takes one connection and gives these answers, each to one request; then closes.
        func answer(with wires: [String]) throws {
            let raw = accept(descriptor, nil, nil)
            guard raw >= 0 else { throw Failed() }
            do {
                let connection = Connection(raw)
                for wire in wires {
                    _ = try connection.read(untilContains: "\r\n\r\n")
                    if !wire.isEmpty { try connection.send(Array(wire.utf8)) }
                }
                // What the client sent on is read, so that closing does not take the answer back.
                shutdown(raw, Int32(SHUT_WR))
                var buffer = [UInt8](repeating: 0, count: 4096)
                while recv(raw, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
            }
            closings.1.yield()
        }

        /// Waits until a connection was answered and closed.
        func untilClosed() async { for await _ in closings.0 { return } }
    }

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

    /// A listener on a port of its own.
    static func listen() throws -> Listener {
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
        return Listener(descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func connect(_ port: Int) throws -> Connection {
        let connection = Connection(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = address(port)
        guard with(&address, { Glibc.connect(connection.descriptor, $0, $1) }) == 0 else {
            throw Failed()
        }
        return connection
    }

    static func connect(path: String) throws -> Connection {
        let connection = Connection(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(connection.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failed() }
        return connection
    }

    /// Sends octets and reads until the other side closes, or some words have come.
    static func exchange(
        _ port: Int, octets: [UInt8], closesHalf: Bool = false, untilContains words: String? = nil
    ) async throws -> [UInt8] {
        try await onThread {
            let connection = try connect(port)
            try connection.send(octets)
            if closesHalf { shutdown(connection.descriptor, Int32(SHUT_WR)) }
            return try connection.read(untilContains: words)
        }()
    }

    /// The same with text.
    static func exchange(
        _ port: Int, _ wire: String, closesHalf: Bool = false, untilContains words: String? = nil
    ) async throws -> String {
        String(
            decoding: try await exchange(
                port, octets: Array(wire.utf8), closesHalf: closesHalf, untilContains: words),
            as: UTF8.self)
    }

    /// Starts a body on a thread of its own; the result waits for its end.
    static func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) -> @Sendable () async throws -> Value {
        let (results, continuation) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
        DispatchQueue(label: "raw").async {
            continuation.yield(Result { try body() })
            continuation.finish()
        }
        return {
            for await result in results { return try result.get() }
            throw Failed()
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
