import Cryptography
import Glibc
import HTTP
import JSON
import Octets
import Secrets
import Testing

@testable import Network

@Suite("TLS")
struct TLSTests {
    let identities: Identities
    let get = HTTPRequest(method: "GET", target: "/")

    init() throws { identities = try Identities() }

    /// Why a client of this identity does not get an answer.
    func failure(_ context: TLSContext?, _ port: Int) async -> NetworkError? {
        do throws(NetworkError) {
            _ = try await HTTPClient(.tcp(host: "127.0.0.1", port: port), tls: context)
                .send(get, seconds: 60)
            return nil
        } catch { return error }
    }

    @Test("both sides show a certificate, and many requests go over one connection")
    func mutual() async throws {
        try await serving(tls: identities.server) { port in
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: port), tls: identities.client)
            for _ in 0..<3 {
                let answer = try await client.send(
                    HTTPRequest(
                        method: "POST", target: "/x", body: [UInt8](repeating: 65, count: 100_000)),
                    seconds: 60)
                #expect(try answer.json()["peer"]?.stringValue?.hasPrefix("CN=terminal") == true)
                #expect(try answer.json()["body"]?.stringValue?.utf8.count == 100_000)
            }
        }
    }

    @Test("a secret goes through TLS from page to page")
    func secret() async throws {
        try await serving(tls: identities.server) { port in
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: port), tls: identities.client)
            var pin = SecretPage(capacity: 4)
            for octet in "1234".utf8 { pin.append(octet) }
            let answer = try await client.send(
                HTTPRequest(method: "POST", target: "/pin"), secret: pin)
            #expect(try answer.json()["secretOctets"] == 4)
        }
    }

    /// RFC 8446 §6.2: certificate_required, unknown_ca, certificate_expired,
    /// unsupported_certificate.
    @Test("a client that cannot prove itself is told by an alert, each time")
    func refusedClients() async throws {
        try await serving(tls: identities.server) { port in
            for _ in 0..<5 {
                #expect(await failure(identities.namelessClient, port) == .tls(.alert(116)))
                #expect(await failure(identities.foreignClient, port) == .tls(.alert(48)))
                #expect(await failure(identities.expiredClient, port) == .tls(.alert(45)))
                #expect(await failure(identities.serverAsClient, port) == .tls(.alert(43)))
            }
            #expect(await failure(identities.client, port) == nil)
        }
    }

    @Test("a server of another name or authority is not spoken to")
    func refusedServers() async throws {
        try await serving(tls: identities.server) { port in
            for context in [identities.wrongName, identities.wrongAnchor] {
                guard case .tls(.certificateRejected) = await failure(context, port) else {
                    Issue.record("accepted")
                    continue
                }
            }
        }
    }

    @Test("a context without a server's name is refused: it would accept every name")
    func noName() {
        #expect(throws: (any Error).self) {
            try TLSContext(nil, [], serverName: "", isServer: false)
        }
    }

    @Test("plain HTTP and TLS do not understand each other, and both end at once")
    func plain() async throws {
        try await serving(tls: identities.server) { port in
            let error = await failure(nil, port)
            #expect(error != nil && error != .timedOut)
        }
        try await serving { port in
            guard case .tls = await failure(identities.client, port) else {
                Issue.record("accepted")
                return
            }
        }
    }

    /// A ClientHello that offers TLS 1.2 only.
    @Test("an older version is answered by the alert protocol_version")
    func olderVersion() async throws {
        let hello = try #require(
            [UInt8](
                hex: "16030100"
                    + "3d010000390303" + String(repeating: "5a", count: 32) + "00"
                    + "0004c02fc030" + "0100" + "000c000a00080006001d00170018"))
        try await serving(tls: identities.server) { port in
            let answer = try await Raw.exchange(port, octets: hello)
            #expect(answer.starts(with: [0x15, 0x03]) && answer.suffix(2) == [2, 70])
        }
    }

    @Test("a handshake works octet by octet, and garbage in it is an error")
    func engines() throws {
        let client = try TLSEngine(identities.client)
        let server = try TLSEngine(identities.server)
        var progress = (TLSEngine.Progress.needsInput, TLSEngine.Progress.needsInput)
        while progress != (.done, .done) {
            progress.0 = try client.handshake()
            for octet in client.takeOutput() {
                withUnsafeBytes(of: octet) { server.receive($0) }
                progress.1 = try server.handshake()
            }
            for octet in server.takeOutput() {
                withUnsafeBytes(of: octet) { client.receive($0) }
                progress.0 = try client.handshake()
            }
        }
        #expect(server.peerCertificate()?.subject.hasPrefix("CN=terminal") == true)

        for seed in 0..<200 {
            var hello = { () -> [UInt8] in
                guard let engine = try? TLSEngine(identities.client) else { return [] }
                _ = try? engine.handshake()
                return engine.takeOutput()
            }()
            hello[seed % hello.count] ^= UInt8(truncatingIfNeeded: 1 + seed)
            let victim = try TLSEngine(identities.server)
            hello.withUnsafeBytes { victim.receive($0) }
            _ = try? victim.handshake()
        }
    }

    @Test("an answer whose end is only the end of the connection counts with TLS's goodbye alone")
    func truncation() async throws {
        for saysGoodbye in [true, false] {
            let listener = try Raw.listen()
            let context = identities.server
            let server = Raw.onThread {
                var stream = Stream(
                    Descriptor(accept(listener.descriptor, nil, nil)), tls: try TLSEngine(context))
                let deadline = Deadline(seconds: 60)
                try stream.handshake(until: deadline)
                _ = try stream.readHead(limits: HTTPLimits(), until: deadline)
                try stream.write(Array("HTTP/1.1 200 OK\r\n\r\nhalf".utf8), until: deadline)
                if saysGoodbye { stream.close() }
            }
            let client = HTTPClient(
                .tcp(host: "127.0.0.1", port: listener.port), tls: identities.client)
            if saysGoodbye {
                #expect(try await client.send(get, seconds: 60).body == Array("half".utf8))
            } else {
                await #expect(throws: NetworkError.closed) {
                    try await client.send(get, seconds: 60)
                }
            }
            try await server()
        }
    }
}
