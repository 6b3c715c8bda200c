internal import CSystem
internal import Cryptography
internal import Dispatch
internal import Glibc
internal import HTTP
internal import Secrets
internal import Synchronization

/// A hardened HTTP/1.1 server on one listener. Each connection has a thread of its own that
/// blocks in `poll`, so that nothing wakes up while nobody speaks; handlers run on Swift's
/// concurrency threads.
package final class HTTPServer: Sendable {
    private let listener: Listener
    private let tls: TLSContext?
    private let handler: any HTTPHandler
    private let limits: ServerLimits
    private let wake: WakePipe
    private let connections = Mutex(Connections())

    private struct Connections {
        /// The open connections, each with the handler at work for it.
        var open: [Int32: Task<Void, Never>?] = [:]
        var isStopping = false
    }

    /// A server that listens already; `run()` begins to accept.
    package init(
        _ address: ListenAddress, tls: TLSContext? = nil, limits: ServerLimits = ServerLimits(),
        handler: any HTTPHandler
    ) throws(NetworkError) {
        listener = try Listener(address)
        wake = try WakePipe()
        self.tls = tls
        self.handler = handler
        self.limits = limits
    }

    /// The TCP port that is listened on; zero for a UNIX socket.
    package var port: Int { listener.port }

    /// Accepts connections until the task is cancelled, then closes them all and returns when the
    /// last one is gone.
    package func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                startThread {
                    self.acceptUntilStopped()
                    continuation.resume()
                }
            }
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        connections.withLock { connections in
            connections.isStopping = true
            // A thread in `poll` or `recv` sees the end of its connection.
            for (descriptor, handler) in connections.open {
                handler?.cancel()
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
        wake.signal()
    }

    private func acceptUntilStopped() {
        let group = DispatchGroup()
        while !connections.withLock({ $0.isStopping }) {
            guard wake.waits(with: listener.descriptor.raw) else { continue }
            let raw = csystem_accept(listener.descriptor.raw)
            guard raw >= 0 else {
                // Out of descriptors: let others close some before trying again.
                if errno == EMFILE || errno == ENFILE { usleep(10_000) }
                continue
            }
            guard admit(raw) else {
                close(raw)
                continue
            }
            group.enter()
            startThread {
                self.serve(raw)
                group.leave()
            }
        }
        group.wait()
    }

    private func admit(_ raw: Int32) -> Bool {
        connections.withLock { connections in
            guard !connections.isStopping, connections.open.count < limits.connections else {
                return false
            }
            connections.open[raw] = .some(nil)
            return true
        }
    }
}

// MARK: One connection

extension HTTPServer {
    private func serve(_ raw: Int32) {
        noDelay(raw)
        guard var stream = try? open(Descriptor(raw)) else {
            forget(raw)
            return
        }
        do throws(NetworkError) {
            try stream.handshake(until: Deadline(seconds: limits.headSeconds))
            let peer = ServerPeer(certificate: stream.peerCertificate, user: peerUser(raw))
            while try serveOne(&stream, peer, raw) {}
            stream.close(lingerSeconds: 1)
        } catch {
            // The other side is gone or never spoke the protocol; nobody is left to be told.
        }
        // First forgotten, then closed: the number may belong to another connection at once, and
        // `stop()` must not shut that one down.
        forget(raw)
        end(stream)
    }

    private func forget(_ raw: Int32) {
        _ = connections.withLock { $0.open.removeValue(forKey: raw) }
    }

    private func end(_ stream: consuming Stream) {}

    private func open(_ descriptor: consuming Descriptor) throws(NetworkError) -> Stream {
        if let tls {
            let engine = try TLSEngine(tls)
            return Stream(descriptor, tls: engine)
        }
        return Stream(descriptor, tls: nil)
    }

    /// Serves one request; false when the connection is to be closed.
    private func serveOne(
        _ stream: inout Stream, _ peer: ServerPeer, _ raw: Int32
    ) throws(NetworkError) -> Bool {
        let response: HTTPResponse
        var keepsAlive: Bool
        do throws(NetworkError) {
            let head = try stream.readHead(
                limits: limits.http, idle: Deadline(seconds: limits.idleSeconds),
                seconds: limits.headSeconds)
            guard let head else { return false }
            (response, keepsAlive) = try answer(head, &stream, peer, raw)
        } catch .malformed(let fault) {
            // A refused message leaves the position in the stream unknown: answer, then close.
            (response, keepsAlive) = (.problem(fault.problem), false)
        } catch .timedOut {
            (response, keepsAlive) = (.problem(.requestTimeout), false)
        }
        if connections.withLock({ $0.isStopping }) { keepsAlive = false }
        try stream.write(
            response.head(keepsAlive: keepsAlive) + response.body,
            until: Deadline(seconds: limits.writeSeconds))
        return keepsAlive
    }

    private func answer(
        _ head: [UInt8], _ stream: inout Stream, _ peer: ServerPeer, _ raw: Int32
    ) throws(NetworkError) -> (HTTPResponse, Bool) {
        var request: HTTPRequest
        let framing: HTTPFraming
        do throws(HTTPFault) {
            request = try HTTPRequest(head: head, limits: limits.http)
            framing = try request.framing(limits: limits.http)
        } catch { throw .malformed(error) }
        let deadline = Deadline(seconds: limits.bodySeconds)
        if handler.takesSecret(request) {
            guard case .length(let count) = framing, count <= limits.secretOctets else {
                throw .malformed(.malformed("a secret body has a short Content-Length"))
            }
            let secret = try stream.readSecret(count, until: deadline)
            return (respond(to: request, secret: secret, from: peer, raw), request.keepsAlive)
        }
        request.body = try stream.readBody(framing, limits: limits.http, until: deadline)
        return (respond(to: request, from: peer, raw), request.keepsAlive)
    }

    /// Waits on this connection's own thread for the handler, which runs elsewhere.
    private func respond(
        to request: HTTPRequest, from peer: ServerPeer, _ raw: Int32
    ) -> HTTPResponse {
        let answer = Answer()
        let handler = self.handler
        let task = Task { answer.give(await handler.respond(to: request, from: peer)) }
        return wait(for: answer, task, raw)
    }

    /// The server's end cancels handlers that are still at work, so that it never waits for them
    /// longer than they take to notice.
    private func wait(
        for answer: Answer, _ task: Task<Void, Never>, _ raw: Int32
    ) -> HTTPResponse {
        let isStopping = connections.withLock { connections in
            connections.open[raw] = task
            return connections.isStopping
        }
        if isStopping { task.cancel() }
        defer { connections.withLock { $0.open[raw] = .some(nil) } }
        return answer.take()
    }

    private func respond(
        to request: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer,
        _ raw: Int32
    ) -> HTTPResponse {
        let answer = Answer()
        let handler = self.handler
        let box = SecretBox(secret)
        let task = Task {
            guard let secret = box.take() else { return answer.give(HTTPResponse(status: 500)) }
            answer.give(await handler.respond(to: request, secret: secret, from: peer))
        }
        return wait(for: answer, task, raw)
    }
}

/// An answer on its way from a task to a thread that waits for it.
private final class Answer: Sendable {
    private let response = Mutex<HTTPResponse?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    func give(_ value: HTTPResponse) {
        response.withLock { $0 = value }
        semaphore.signal()
    }

    func take() -> HTTPResponse {
        semaphore.wait()
        return response.withLock { $0 } ?? HTTPResponse(status: 500)
    }
}

extension Problem {
    /// The request did not arrive in time.
    static var requestTimeout: Problem {
        Problem(
            "request-timeout", status: 408, title: "The request did not arrive in time.",
            titleJapanese: "要求が時間内に届きませんでした。")
    }
}

/// The user on the other end of a UNIX socket; nothing for TCP.
private func peerUser(_ descriptor: Int32) -> UInt32? {
    UInt32(exactly: csystem_peer_user(descriptor))
}
