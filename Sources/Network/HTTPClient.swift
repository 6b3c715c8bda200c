internal import Dispatch
package import HTTP
package import Secrets
internal import Synchronization

/// Where a client connects.
package enum HTTPEndpoint: Hashable, Sendable {
    case tcp(host: String, port: Int)
    case unix(path: String)
}

/// An HTTP/1.1 client of one endpoint. Connections are kept alive and used again; a request goes
/// out once: a caller that may repeat it decides so itself.
package final class HTTPClient: Sendable {
    private let endpoint: HTTPEndpoint
    private let tls: TLSContext?
    private let host: String
    private let limits: HTTPLimits
    private let idle = Mutex<[KeptStream]>([])

    /// The most connections that are kept for later.
    package static let mostIdle = 8

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
            case .tcp(let host, let port): "\(host):\(port)"
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
            // A serial queue of its own gets a thread of its own, however many others block.
            DispatchQueue(label: "http-exchange").async {
                do throws(NetworkError) {
                    continuation.resume(returning: .success(try body()))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        return try result.get()
    }

    private func exchange(
        _ request: HTTPRequest, secret: consuming SecretPage?, seconds: Double
    ) throws(NetworkError) -> HTTPResponse {
        let deadline = Deadline(seconds: seconds)
        var stream: Stream
        if let kept = takeIdle() {
            stream = kept
        } else {
            stream = try connect(until: deadline)
        }
        let count = secretCount(secret) ?? request.body.count
        try stream.write(
            request.head(host: host, bodyCount: count) + request.body, until: deadline)
        if let secret { try stream.write(secret: secret, until: deadline) }
        return try readAnswer(to: request, stream, until: deadline, seconds: seconds)
    }

    private func secretCount(_ secret: borrowing SecretPage?) -> Int? {
        switch secret {
        case .some(let page): page.count
        case .none: nil
        }
    }

    private func readAnswer(
        to request: HTTPRequest, _ stream: consuming Stream, until deadline: Deadline,
        seconds: Double
    ) throws(NetworkError) -> HTTPResponse {
        let head = try stream.readHead(limits: limits, idle: deadline, seconds: seconds)
        guard let head else { throw .closed }
        var response: HTTPResponse
        let framing: HTTPFraming
        do throws(HTTPFault) {
            response = try HTTPResponse(head: head, limits: limits)
            framing = try response.framing(answering: request.method, limits: limits)
        } catch { throw .malformed(error) }
        response.body = try stream.readBody(framing, limits: limits, until: deadline)
        if response.keepsAlive && framing != .untilClose {
            keep(stream)
        } else {
            stream.close()
        }
        return response
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
            case .unix(let path): try connectUNIX(path)
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
