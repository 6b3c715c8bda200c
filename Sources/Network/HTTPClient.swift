internal import Executors
internal import Glibc
package import HTTP
package import Secrets
internal import Synchronization

/// Where a client connects.
package enum HTTPEndpoint: Hashable, Sendable {
    /// A host by name or literal address, and its port.
    case tcp(host: String, port: Int)
    /// A UNIX socket.
    case unix(path: String)
}

/// An HTTP/1.1 client of one endpoint. Connections are kept alive and used again. A request goes
/// out once, and a caller that may repeat it decides so itself; only a GET that met a connection
/// closed in the meantime goes out again by itself. What has gone out is waited for within its
/// seconds, also by a task that was cancelled: the other side acts on it all the same.
package final class HTTPClient: Sendable {
    private let endpoint: HTTPEndpoint
    private let tls: TLSContext?
    private let host: String
    private let limits: HTTPLimits
    private let idle = Mutex<[KeptStream]>([])

    /// The most connections that are kept for later.
    package static let mostIdle = 8
    /// The most interim answers (1xx) before the real one.
    package static let mostInterimAnswers = 8

    /// A client; nothing is connected yet.
    package init(
        _ endpoint: HTTPEndpoint, tls: TLSContext? = nil,
        limits: HTTPLimits = HTTPLimits(bodyOctets: 16 << 20)
    ) {
        self.endpoint = endpoint
        self.tls = tls
        self.limits = limits
        host =
            switch endpoint {
            case .tcp(let host, let port):
                host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix: "localhost"
            }
    }

    /// Sends a request and reads the answer, all within so many seconds.
    package func send(
        _ request: HTTPRequest, seconds: Double = 10
    ) async throws(NetworkError) -> HTTPResponse {
        try await onOwnThread { () throws(NetworkError) in
            try self.exchange(request, secret: nil, seconds: seconds)
        }
    }

    /// Sends a request whose body is a secret, straight from its page.
    package func send(
        _ request: HTTPRequest, secret: consuming SecretPage, seconds: Double = 60
    ) async throws(NetworkError) -> HTTPResponse {
        let box = SecretBox(secret)
        return try await onOwnThread { () throws(NetworkError) in
            try self.exchange(request, secret: box.take(), seconds: seconds)
        }
    }

    private func onOwnThread(
        _ body: @escaping @Sendable () throws(NetworkError) -> HTTPResponse
    ) async throws(NetworkError) -> HTTPResponse {
        let result: Result<HTTPResponse, NetworkError> = await withCheckedContinuation {
            continuation in
            // A thread of its own, however many others block.
            let hasStarted = startThread("http-exchange") {
                do throws(NetworkError) {
                    continuation.resume(returning: .success(try body()))
                } catch { continuation.resume(returning: .failure(error)) }
            }
            if !hasStarted {
                continuation.resume(
                    returning: .failure(.system(call: "pthread_create", errno: EAGAIN)))
            }
        }
        return try result.get()
    }

    private func exchange(
        _ request: HTTPRequest, secret: borrowing SecretPage?, seconds: Double
    ) throws(NetworkError) -> HTTPResponse {
        let deadline = Deadline(seconds: seconds)
        if let kept = takeIdle() {
            if let answer = try attempt(request, secret, on: kept, until: deadline) {
                return answer
            }
            // The other side closed it just now. Only what changes nothing there goes out again
            // (RFC 9110 §9.2.2).
            guard ["GET", "HEAD"].contains(request.method) else { throw .closed }
        }
        let fresh = try connect(until: deadline)
        guard let answer = try attempt(request, secret, on: fresh, until: deadline) else {
            throw .closed
        }
        return answer
    }

    /// One exchange on a connection; nothing where it was closed before anything came back.
    private func attempt(
        _ request: HTTPRequest, _ secret: borrowing SecretPage?, on connection: consuming Stream,
        until deadline: Deadline
    ) throws(NetworkError) -> HTTPResponse? {
        var stream = connection
        var isWhole = true
        do throws(NetworkError) {
            try send(request, secret, on: &stream, until: deadline)
            guard try stream.hasMessage(until: deadline) else { return nil }
        } catch .closed {
            // A server that refuses may answer, and close, before it has read everything; one
            // that rejects our certificate says so only now.
            isWhole = false
            do throws(NetworkError) {
                guard try stream.hasMessage(until: deadline) else { return nil }
            } catch .closed { return nil }
        }
        let (response, framing) = try readAnswer(to: request, &stream, until: deadline)
        if isWhole && response.keepsAlive && framing != .untilClose {
            keep(stream)
        } else {
            stream.close()
        }
        return response
    }

    private func send(
        _ request: HTTPRequest, _ secret: borrowing SecretPage?, on stream: inout Stream,
        until deadline: Deadline
    ) throws(NetworkError) {
        switch secret {
        case .some(let secret):
            try stream.write(
                request.head(host: host, bodyCount: secret.count), until: deadline)
            try stream.write(secret: secret, until: deadline)
        case .none:
            try stream.write(
                request.head(host: host, bodyCount: request.body.count) + request.body,
                until: deadline)
        }
    }

    private func readAnswer(
        to request: HTTPRequest, _ stream: inout Stream, until deadline: Deadline
    ) throws(NetworkError) -> (HTTPResponse, HTTPFraming) {
        // RFC 9110 §15.2: any number of interim answers may come first; here some.
        for _ in 0..<Self.mostInterimAnswers {
            let head = try stream.readHead(limits: limits, until: deadline)
            var response: HTTPResponse
            let framing: HTTPFraming
            do throws(HTTPFault) {
                response = try HTTPResponse(head: head, limits: limits)
                framing = try response.framing(answering: request.method, limits: limits)
            } catch { throw .malformed(error) }
            // Nobody here asked for another protocol.
            guard response.status != 101 else { throw .malformed(.malformed("status 101")) }
            if response.status < 200 { continue }
            response.body = try stream.readBody(framing, limits: limits, until: deadline)
            return (response, framing)
        }
        throw .malformed(.malformed("interim answers without end"))
    }

    /// A kept connection that the other side has not closed meanwhile.
    private func takeIdle() -> Stream? {
        while let kept = idle.withLock({ $0.popLast() }) {
            if let stream = kept.take(), stream.isQuiet { return stream }
        }
        return nil
    }

    private func keep(_ stream: consuming Stream) {
        let kept = KeptStream(stream)
        idle.withLock { if $0.count < Self.mostIdle { $0.append(kept) } }
    }

    private func connect(until deadline: Deadline) throws(NetworkError) -> Stream {
        let descriptor: Descriptor =
            switch endpoint {
            case .tcp(let host, let port): try connectTCP(host, port, until: deadline)
            case .unix(let path): try connectUNIX(path, until: deadline)
            }
        guard let tls else { return Stream(descriptor, tls: nil) }
        let engine = try TLSEngine(tls)
        var stream = Stream(descriptor, tls: engine)
        try stream.handshake(until: deadline)
        return stream
    }
}

/// A connection on the shelf.
private final class KeptStream: Sendable {
    private let stream: Mutex<Stream?>

    init(_ stream: consuming Stream) { self.stream = Mutex(consume stream) }

    func take() -> Stream? { stream.withLock { $0.take() } }
}
