import HTTP
import JSON
import Network
import Testing

@Suite("A client against bad servers")
struct ClientTests {
    let get = HTTPRequest(method: "GET", target: "/")
    let post = HTTPRequest(method: "POST", target: "/", body: Array("x".utf8))

    /// The client's answer where the server says exactly this and closes.
    func answer(
        _ wire: String, to request: HTTPRequest? = nil, limits: HTTPLimits = HTTPLimits()
    ) async throws -> HTTPResponse {
        let server = try Raw.listen()
        let script = Raw.onThread { try server.answer(with: [wire]) }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: server.port), limits: limits)
        let result: Result<HTTPResponse, NetworkError>
        do throws(NetworkError) {
            result = .success(try await client.send(request ?? get, seconds: 60))
        } catch { result = .failure(error) }
        try await script()
        return try result.get()
    }

    @Test("every way to end a body is understood")
    func framings() async throws {
        for wire in [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nabc",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        ] {
            #expect(try await answer(wire).body == Array("abc".utf8))
        }
        let head = HTTPRequest(method: "HEAD", target: "/")
        let bodiless = try await answer(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", to: head)
        #expect(bodiless.body.isEmpty)
    }

    @Test(
        "garbage is an error with a name",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n66\r\n",
            "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 101),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 20),
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 20_000),
        ])
    func garbage(wire: String) async throws {
        do {
            _ = try await answer(wire, limits: HTTPLimits(bodyOctets: 100))
            Issue.record("accepted")
        } catch let error as NetworkError {
            guard case .malformed = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("a server that closes before the end of its answer is an error")
    func cutShort() async throws {
        for wire in [
            "", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            await #expect(throws: NetworkError.closed, "\(wire)") { try await answer(wire) }
        }
    }

    @Test("a refusal that comes before everything was sent is still read")
    func earlyRefusal() async throws {
        try await serving { port in
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: port))
            for _ in 0..<3 {
                let large = HTTPRequest(
                    method: "POST", target: "/", body: [UInt8](repeating: 65, count: 1_500_000))
                let refusal = try await client.send(large, seconds: 60)
                #expect(refusal.status == 413)
            }
            let answer = try await client.send(get, seconds: 60)
            #expect(answer.status == 200)
        }
    }

    @Test("a kept connection that breaks: a GET goes out again, a POST does not")
    func broken() async throws {
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        for request in [get, post] {
            let server = try Raw.listen()
            // The first connection answers once, takes the second request and closes.
            let script = Raw.onThread {
                try server.answer(with: [ok, ""])
                if request == get { try server.answer(with: [ok]) }
            }
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: server.port))
            #expect(try await client.send(get, seconds: 60).status == 200)
            if request == get {
                #expect(try await client.send(request, seconds: 60).status == 200)
            } else {
                await #expect(throws: NetworkError.closed) {
                    try await client.send(request, seconds: 60)
                }
            }
            try await script()
        }
    }

    @Test("a connection that the server closed, or wrote to unasked, is not used again")
    func unsolicited() async throws {
        for rest in ["", "HTTP/1.1 408 Request Timeout\r\n\r\n"] {
            let server = try Raw.listen()
            let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            let script = Raw.onThread {
                try server.answer(with: [ok + rest])
                try server.answer(with: [ok])
            }
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: server.port))
            #expect(try await client.send(post, seconds: 60).status == 200)
            await server.untilClosed()
            #expect(try await client.send(post, seconds: 60).status == 200)
            try await script()
        }
    }
}
