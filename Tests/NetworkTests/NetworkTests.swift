import Glibc
import HTTP
import JSON
import Network
import Secrets
import TestFolders
import Testing

@Suite("Server and client")
struct NetworkTests {
    @Test("a request over TCP is answered, many over one connection")
    func tcp() async throws {
        try await serving { port in
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: port))
            for index in 0..<20 {
                let answer = try await client.send(
                    HTTPRequest(method: "POST", target: "/x", body: Array("n\(index)".utf8)),
                    seconds: 60)
                #expect(answer.status == 200)
                #expect(try answer.json()["body"] == .string("n\(index)"))
            }
        }
    }

    @Test("a UNIX socket tells the peer's user, and a secret body goes to its own page")
    func unix() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        try await serving(.unix(path: path, mode: 0o600)) { _ in
            let client = HTTPClient(.unix(path: path))
            let answer = try await client.send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
            #expect(try answer.json()["user"] == JSONValue(Int(getuid())))
            var pin = SecretPage(capacity: 4)
            for octet in "1234".utf8 { pin.append(octet) }
            let secret = try await client.send(
                HTTPRequest(method: "POST", target: "/pin"), secret: pin)
            #expect(try secret.json()["secretOctets"] == 4)
            let none = try await client.send(
                HTTPRequest(method: "POST", target: "/pin"), secret: SecretPage(capacity: 4))
            #expect(try none.json()["secretOctets"] == 0)
        }
    }

    @Test("a socket file in use is not taken over, a stale one is")
    func stale() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        try await serving(.unix(path: path, mode: 0o600)) { _ in
            #expect(throws: NetworkError.addressInUse) {
                try HTTPServer(.unix(path: path, mode: 0o600), handler: Echo())
            }
        }
        Leftover.makeStaleSocket(path)
        try await serving(.unix(path: path, mode: 0o600)) { _ in
            let client = HTTPClient(.unix(path: path))
            let answer = try await client.send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
            #expect(answer.status == 200)
        }
    }

    @Test("nobody there is refused; a silent server times out")
    func unreachable() async throws {
        let folder = TemporaryFolder()
        await #expect(throws: NetworkError.refused) {
            try await HTTPClient(.unix(path: folder.path + "/none"))
                .send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
        }
        let silent = try Raw.listen()
        await #expect(throws: NetworkError.timedOut) {
            try await HTTPClient(.tcp(host: "127.0.0.1", port: silent.port))
                .send(HTTPRequest(method: "GET", target: "/"), seconds: 0.2)
        }
    }

    @Test(
        "what is malformed gets an answer, not a closed socket",
        arguments: [
            ("GET / HTTP/1.1\nHost: x\n\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            ("POST /pin HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", 400),
            ("GET / HTTP/1.0\r\nHost: x\r\n\r\n", 505),
            ("\u{16}\u{03}\u{01}\u{02}\n", 400),
        ])
    func malformed(wire: String, status: Int) async throws {
        try await serving { port in
            let answer = try await Raw.exchange(port, wire)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(40))")
            #expect(answer.contains("application/problem+json"))
        }
    }

    @Test("a head without end is refused as too large")
    func endless() async throws {
        try await serving { port in
            let answer = try await Raw.exchange(
                port, "GET /" + String(repeating: "a", count: 20_000))
            #expect(answer.hasPrefix("HTTP/1.1 414 "))
            let field = try await Raw.exchange(
                port, "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 20_000))
            #expect(field.hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test("requests that come in one piece are answered in order")
    func pipelined() async throws {
        try await serving { port in
            let wire =
                "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nA"
                + "POST /pin HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234"
                + "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nC\r\n0\r\n\r\n"
                + "GET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try await Raw.exchange(port, wire)
            #expect(answer.split(separator: "HTTP/1.1 200").count == 4)
            #expect(answer.contains("\"body\":\"C\"") && answer.contains("\"secretOctets\":4"))
        }
    }

    @Test("a head that dribbles is ended by its deadline")
    func slow() async throws {
        var limits = ServerLimits()
        limits.headSeconds = 0.1
        try await serving(limits: limits) { port in
            let answer = try await Raw.exchange(port, "GET / HT")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }
}
