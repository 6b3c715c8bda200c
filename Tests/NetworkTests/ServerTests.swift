import Glibc
import HTTP
import JSON
import Network
import Synchronization
import Testing

@Suite("A server under bad manners")
struct ServerTests {
    @Test("a kept connection that stays silent is closed without a word")
    func idle() async throws {
        var limits = ServerLimits()
        limits.idleSeconds = 0.1
        try await serving(limits: limits) { port in
            #expect(try await Raw.exchange(port, "") == "")
            let answer = try await Raw.exchange(port, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && !answer.contains(" 408 "))
        }
    }

    @Test("a body that dribbles is ended by its deadline")
    func slowBody() async throws {
        var limits = ServerLimits()
        limits.bodySeconds = 0.1
        try await serving(limits: limits) { port in
            let answer = try await Raw.exchange(
                port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("whoever closes their half still gets the answer, or is told what is missing")
    func halfClosed() async throws {
        try await serving { port in
            let whole = try await Raw.exchange(
                port, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", closesHalf: true
            )
            #expect(whole.hasPrefix("HTTP/1.1 200 ") && whole.contains("\"body\":\"ab\""))
            for cut in [
                "GET", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na",
                "POST /pin HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n12",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na",
            ] {
                let answer = try await Raw.exchange(port, cut, closesHalf: true)
                #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(cut)")
            }
        }
    }

    @Test("a handler can see that nobody waits any more, and that a half-closed peer still does")
    func gone() async throws {
        let seen = Mailbox()
        try await serving(handler: Watching(seen: seen)) { port in
            let half = try await Raw.exchange(
                port, "GET /here HTTP/1.1\r\nHost: x\r\n\r\n", closesHalf: true)
            #expect(half.contains("\"gone\":false"))
        }
        try await serving(handler: Watching(seen: seen)) { port in
            var line: Raw.Connection? = try Raw.connect(port)
            try line?.send(Array("GET /leave HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            await seen.untilAsked()
            // Closed at once, with a reset.
            var reset = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                line?.descriptor ?? -1, SOL_SOCKET, SO_LINGER, &reset,
                socklen_t(MemoryLayout<linger>.size))
            line = nil
            #expect(await seen.untilGone())
        }
    }

    @Test(
        "what is too large, or wrong in its expectations, is refused before it is read",
        arguments: [
            ("Content-Length: 1048577", "", 413),
            ("Transfer-Encoding: chunked", "100001\r\n", 413),
            ("Transfer-Encoding: gzip", "", 501),
            ("Content-Length: 1\r\nExpect: cake", "", 417),
            (
                (0..<70).map { "X\($0): y" }.joined(separator: "\r\n"), "", 431
            ),
        ])
    func tooLarge(fields: String, body: String, status: Int) async throws {
        try await serving { port in
            let answer = try await Raw.exchange(
                port, "POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(40))")
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test("a refusal arrives although much more was sent than read")
    func refusedWhileSending() async throws {
        try await serving { port in
            let body = String(repeating: "x", count: 900_000)
            let answer = try await Raw.exchange(
                port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n" + body)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("the body that waits for a 100 gets one; the answer comes after it")
    func expectContinue() async throws {
        try await serving { port in
            let answer = try await Raw.exchange(
                port,
                "POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                    + "Connection: close\r\n\r\nab")
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "))
        }
    }

    @Test("answers without a body have none, so that the next one is found")
    func bodiless() async throws {
        let handler = Answering(answer: { request in
            HTTPResponse(
                status: request.path == "/204" ? 204 : 200, body: Array("surprise".utf8))
        })
        try await serving(handler: handler) { port in
            let answer = try await Raw.exchange(
                port,
                "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\nGET /204 HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let parts = answer.split(separator: "HTTP/1.1 ")
            try #require(parts.count == 3)
            #expect(parts[2].hasSuffix("surprise"))
            #expect(parts[0].contains("Content-Length: 8") && parts[0].hasSuffix("\r\n\r\n"))
            #expect(parts[1].hasPrefix("204") && parts[1].hasSuffix("\r\n\r\n"))
        }
    }

    @Test("one connection too many is told so; when another ends there is room again")
    func tooMany() async throws {
        var limits = ServerLimits()
        limits.connections = 1
        try await serving(limits: limits) { port in
            let first = HTTPClient(.tcp(host: "127.0.0.1", port: port))
            let get = HTTPRequest(method: "GET", target: "/")
            #expect(try await first.send(get, seconds: 60).status == 200)
            let second = HTTPClient(.tcp(host: "127.0.0.1", port: port))
            #expect(try await second.send(get, seconds: 60).status == 503)
            let last = HTTPRequest(
                method: "GET", target: "/", headers: HTTPHeaders([("Connection", "close")]))
            #expect(try await first.send(last, seconds: 60).status == 200)
            var status = 503
            while status == 503 { status = try await second.send(get, seconds: 60).status }
            #expect(status == 200)
        }
    }

    @Test("a server that stops still sends what its handlers answer, then nobody is there")
    func drains() async throws {
        let (asked, announce) = AsyncStream.makeStream(of: Void.self)
        let release = Mutex<CheckedContinuation<Void, Never>?>(nil)
        let handler = Answering(answer: { _ in
            // Work that does not look whether it was cancelled.
            await withCheckedContinuation { continuation in
                release.withLock { $0 = continuation }
                announce.yield()
            }
            return HTTPResponse(status: Task.isCancelled ? 201 : 500)
        })
        var limits = ServerLimits()
        limits.drainSeconds = 60
        let server = try HTTPServer(
            .tcp(host: "127.0.0.1", port: 0), limits: limits, handler: handler)
        let running = Task { await server.run() }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: server.port))
        async let answer = client.send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
        for await _ in asked { break }
        running.cancel()
        release.withLock { $0 }?.resume()
        #expect(try await answer.status == 201)
        await running.value
        await #expect(throws: NetworkError.refused) {
            try await HTTPClient(.tcp(host: "127.0.0.1", port: server.port))
                .send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
        }
    }

    @Test("a handler that waits is cancelled when the server stops")
    func cancels() async throws {
        let (asked, announce) = AsyncStream.makeStream(of: Void.self)
        let handler = Answering(answer: { _ in
            announce.yield()
            try? await Task.sleep(for: .seconds(3600))
            return HTTPResponse(status: 503)
        })
        let server = try HTTPServer(.tcp(host: "127.0.0.1", port: 0), handler: handler)
        let running = Task { await server.run() }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: server.port))
        async let answer = client.send(HTTPRequest(method: "GET", target: "/"), seconds: 3600)
        for await _ in asked { break }
        running.cancel()
        await running.value
        #expect(try await answer.status == 503)
    }

    @Test("a reader who takes nothing does not hold up the end")
    func cuts() async throws {
        let (asked, announce) = AsyncStream.makeStream(of: Void.self)
        let handler = Answering(answer: { _ in
            announce.yield()
            return HTTPResponse(status: 200, body: [UInt8](repeating: 0, count: 64 << 20))
        })
        var limits = ServerLimits()
        (limits.drainSeconds, limits.writeSeconds) = (0.05, 3600)
        let server = try HTTPServer(
            .tcp(host: "127.0.0.1", port: 0), limits: limits, handler: handler)
        let running = Task { await server.run() }
        let connection = try Raw.connect(server.port)
        try connection.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        for await _ in asked { break }
        running.cancel()
        await running.value
        _ = connection
    }

    @Test("no mutation of requests stops the server")
    func mutations() async throws {
        var limits = ServerLimits()
        limits.headSeconds = 0.2
        limits.bodySeconds = 0.2
        limits.idleSeconds = 0.2
        try await serving(limits: limits) { port in
            let wire = Array(
                ("POST /a?b=%41 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                    + "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                    + "Connection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n").utf8)
            for _ in 0..<150 {
                var mutated = wire
                for _ in 0..<Int.random(in: 1...5) {
                    mutated[Int.random(in: mutated.indices)] = UInt8.random(in: 0...255)
                }
                let answer = try await Raw.exchange(port, octets: mutated)
                // An answer, or the end of a connection that waited for more.
                #expect(answer.isEmpty || answer.starts(with: Array("HTTP/1.1 ".utf8)))
            }
            let answer = try await HTTPClient(.tcp(host: "127.0.0.1", port: port))
                .send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
            #expect(answer.status == 200)
        }
    }
}

/// Says whether the peer has gone; at `/leave` it waits until it has.
private struct Watching: HTTPHandler {
    let seen: Mailbox

    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        if request.path == "/leave" {
            seen.asked()
            while !peer.isGone, !Task.isCancelled { await Task.yield() }
            seen.gone(peer.isGone)
        }
        return .json(["gone": .bool(peer.isGone)])
    }
}

/// Tells a test what a handler saw.
private final class Mailbox: Sendable {
    private let (asks, ask) = AsyncStream.makeStream(of: Void.self)
    private let (ends, end) = AsyncStream.makeStream(of: Bool.self)
    func asked() { ask.yield() }
    func gone(_ isGone: Bool) { end.yield(isGone) }
    func untilAsked() async { for await _ in asks { return } }
    func untilGone() async -> Bool {
        for await isGone in ends { return isGone }
        return false
    }
}
