import Authority
import Cryptography
import Glibc
import HTTP
import JSON
import Network
import Records
import Secrets
import Testing

/// Says what it got; takes a secret at `/pin`.
struct Echo: HTTPHandler {
    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        .json([
            "method": .string(request.method), "path": .string(request.path),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
            "peer": JSONValue(peer.certificate?.subject), "user": JSONValue(Int(peer.user ?? 9)),
        ])
    }

    func takesSecret(_ head: HTTPRequest) -> Bool { head.path == "/pin" }

    func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        .json(["secretOctets": JSONValue(secret.count)])
    }
}

/// A folder of this test's own, removed afterwards.
final class Folder: Sendable {
    let path = "/tmp/madoguchi-test-" + RandomOctets.make(8).map { String($0) }.joined()
    init() { mkdir(path, 0o700) }
    deinit { _ = path.withCString { rmdir($0) } }
}

@Suite("Network")
struct NetworkTests {
    /// Runs a server for the time of a body.
    func serving(
        _ address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), tls: TLSContext? = nil,
        limits: ServerLimits = ServerLimits(),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let server = try HTTPServer(address, tls: tls, limits: limits, handler: Echo())
        try await withThrowingTaskGroup { group in
            group.addTask { await server.run() }
            do { try await body(server.port) } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

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
        let folder = Folder()
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
        }
    }

    @Test("a socket file in use is not taken over, a stale one is")
    func stale() async throws {
        let folder = Folder()
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
        let folder = Folder()
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

    @Test("TLS: both sides must show a certificate of a trusted authority")
    func mutualTLS() async throws {
        let identities = try Identities()
        try await serving(tls: identities.server) { port in
            let endpoint = HTTPEndpoint.tcp(host: "127.0.0.1", port: port)
            let good = HTTPClient(endpoint, tls: identities.client)
            for _ in 0..<3 {
                let answer = try await good.send(
                    HTTPRequest(
                        method: "POST", target: "/x", body: [UInt8](repeating: 65, count: 100_000)),
                    seconds: 60)
                #expect(try answer.json()["peer"]?.stringValue?.hasPrefix("CN=terminal") == true)
            }
            await #expect(throws: NetworkError.self) {
                try await HTTPClient(endpoint, tls: identities.foreignClient)
                    .send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
            }
            for context in [identities.wrongName, identities.wrongAnchor] {
                do throws(NetworkError) {
                    _ = try await HTTPClient(endpoint, tls: context)
                        .send(HTTPRequest(method: "GET", target: "/"), seconds: 60)
                    Issue.record("accepted")
                } catch {
                    guard case .tls(.certificateRejected) = error else {
                        Issue.record("\(error)")
                        continue
                    }
                }
            }
            await #expect(throws: NetworkError.self) {
                try await HTTPClient(endpoint).send(
                    HTTPRequest(method: "GET", target: "/"), seconds: 60)
            }
        }
    }
}

/// Certificates for both sides, right and wrong.
struct Identities {
    let server, client, foreignClient, wrongName, wrongAnchor: TLSContext

    init() throws {
        let now = Instant(seconds: Int64(time(nil)))
        let later = now.adding(seconds: 3600)
        let earlier = now.adding(seconds: -3600)
        func authority(_ name: String) throws -> CertificateAuthority {
            try CertificateAuthority.make(
                unit: name, key: .generate(.p256), notBefore: earlier, notAfter: later)
        }
        let (one, other) = (try authority("One"), try authority("Other"))
        func identity(
            _ authority: CertificateAuthority, _ profile: CertificateProfile, _ name: String
        ) throws -> (Certificate, PrivateKey) {
            let key = try PrivateKey.generate(.p256)
            return (
                try authority.issue(
                    CertificateRequest(
                        commonName: name, publicKey: key.publicKey, notBefore: earlier,
                        notAfter: later, profile: profile)), key
            )
        }
        let service = try identity(one, .tlsServer(names: ["house.simulation"]), "house")
        let terminal = try identity(one, .tlsClient, "terminal")
        let stranger = try identity(other, .tlsClient, "terminal")
        server = try TLSContext.server(
            certificate: service.0, key: service.1, clientAnchors: [one.certificate])
        func client(
            _ identity: (Certificate, PrivateKey), _ anchor: CertificateAuthority,
            _ name: String = "house.simulation"
        ) throws -> TLSContext {
            try TLSContext.client(
                certificate: identity.0, key: identity.1, serverAnchors: [anchor.certificate],
                serverName: name)
        }
        self.client = try client(terminal, one)
        foreignClient = try client(stranger, one)
        wrongName = try client(terminal, one, "other.simulation")
        wrongAnchor = try client(terminal, other)
    }
}
