internal import Executors
internal import Glibc
internal import HTTP

/// A hardened HTTP/1.1 server on one listener. Each connection has a thread of its own that
/// blocks in `poll`, so that nothing wakes up while nobody speaks; handlers run on Swift's
/// concurrency threads.
package final class HTTPServer: Sendable {
    private let listener: Listener
    private let bell: Bell
    let tls: TLSContext?
    let handler: any HTTPHandler
    let limits: ServerLimits
    let connections: ConnectionTable

    /// A server that listens already; `run()` begins to accept.
    package init(
        _ address: ListenAddress, tls: TLSContext? = nil, limits: ServerLimits = ServerLimits(),
        handler: any HTTPHandler
    ) throws(NetworkError) {
        listener = try Listener(address)
        bell = try Bell()
        connections = ConnectionTable(limit: limits.connections)
        self.tls = tls
        self.handler = handler
        self.limits = limits
    }

    /// The TCP port that is listened on; zero for a UNIX socket.
    package var port: Int { listener.port }

    /// Accepts connections until the task is cancelled; then cancels the handlers at work, sends
    /// what they still answer, and returns when the last connection is gone.
    package func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasStarted = startThread("http-accept") {
                    self.acceptUntilStopped()
                    continuation.resume()
                }
                precondition(hasStarted, "the system has no thread to give")
            }
        } onCancel: {
            connections.drain()
            bell.ring()
        }
    }

    private func acceptUntilStopped() {
        while !connections.isStopping {
            guard bell.wait(with: listener.descriptor.raw, for: Int16(POLLIN)) == .descriptor
            else { continue }
            let raw = listener.accept()
            guard raw >= 0 else {
                // Out of descriptors: let others close some before trying again.
                if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { usleep(10_000) }
                continue
            }
            admit(raw)
        }
        listener.stop()
        connections.waitUntilEmpty(patienceSeconds: limits.drainSeconds)
    }

    private func admit(_ raw: Int32) {
        guard connections.admit(raw) else { return turnAway(raw) }
        guard startThread("http", stack: .small, { self.serve(raw) }) else {
            connections.forget(raw)
            return turnAway(raw)
        }
    }

    /// Says that there are too many, where that can be said without a handshake.
    private func turnAway(_ raw: Int32) {
        if tls == nil {
            let answer = HTTPResponse.problem(.busy)
            let octets = answer.head(keepsAlive: false) + answer.body
            unsafe octets.withUnsafeBytes { buffer in
                _ = unsafe send(
                    raw, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            shutdown(raw, Int32(SHUT_WR))
        }
        close(raw)
    }
}

extension Problem {
    /// The request did not arrive in time.
    static var requestTimeout: Problem {
        Problem(
            "request-timeout", status: 408, title: "The request did not arrive in time.",
            titleJapanese: "要求が時間内に届きませんでした。")
    }

    /// The handler was cancelled, or there are too many connections.
    static var busy: Problem {
        Problem(
            "busy", status: 503, title: "The service is busy or about to stop.",
            titleJapanese: "サービスが混み合っているか、停止しようとしています。",
            nextStep: "Try again shortly.", nextStepJapanese: "少し待ってからやり直してください。")
    }
}
