import Authority
import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Cryptography
import Disclosures
import HTTP
import Network
import Records
import TestWorlds
import Testing

/// The certificates of a connection, all from one authority.
struct Connections {
    let authority: CertificateAuthority
    let server: Identity
    let terminal: Identity

    struct Identity {
        let certificate: Certificate
        let key: PrivateKey
    }

    init() throws {
        authority = try CertificateAuthority.make(
            unit: "Simulated connections", key: try PrivateKey.generate(.p256),
            notBefore: Instant(seconds: 1_000_000_000), notAfter: Instant(seconds: 4_000_000_000))
        server = try Self.identity(authority, .tlsServer(names: ["clearinghouse.localhost"]))
        terminal = try Self.identity(authority, .tlsClient)
    }

    static func identity(
        _ authority: CertificateAuthority, _ profile: CertificateProfile
    ) throws -> Identity {
        let key = try PrivateKey.generate(.p256)
        return Identity(
            certificate: try authority.issue(
                CertificateRequest(
                    commonName: "desk-1", publicKey: key.publicKey,
                    notBefore: Instant(seconds: 1_000_000_000),
                    notAfter: Instant(seconds: 4_000_000_000), profile: profile)), key: key)
    }

    func serverTLS() throws -> TLSContext {
        try .server(
            certificate: server.certificate, key: server.key,
            clientAnchors: [authority.certificate])
    }

    /// A client's side; by default the right one. Its patience is for a run of all tests at once,
    /// when other suites keep the few threads of Swift's pool busy for seconds.
    func transport(
        port: Int, as identity: Identity? = nil, trusting anchor: Certificate? = nil,
        seconds: Double = 90
    ) throws -> NetworkTransport {
        let identity = identity ?? terminal
        return NetworkTransport(
            HTTPClient(
                .tcp(host: "127.0.0.1", port: port),
                tls: try .client(
                    certificate: identity.certificate, key: identity.key,
                    serverAnchors: [anchor ?? authority.certificate],
                    serverName: "clearinghouse.localhost")), seconds: seconds)
    }
}

@Suite("The clearinghouse over mutual TLS")
struct WireTests {
    /// Runs a server while a body runs.
    private func serving(
        _ handler: any HTTPHandler, _ connections: Connections,
        _ body: (Int) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            .tcp(host: "127.0.0.1", port: 0), tls: try connections.serverTLS(), handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await body(server.port)
            group.cancelAll()
        }
    }

    private func stage(_ connections: Connections) async throws -> Stage {
        try await Stage(terminal: connections.terminal.certificate)
    }

    @Test("a whole check and a reading go over the wire, and a slow answer is named")
    func wholeWay() async throws {
        let connections = try Connections()
        let stage = try await stage(connections)
        try await serving(stage.service, connections) { port in
            let client = ClearinghouseClient(
                transport: try connections.transport(port: port),
                answerKey: stage.answerKey.publicKey)
            let acceptance = try await client.check(
                try stage.asking(nonce: try await client.challenge()))
            let drugs = try await client.drugs(stage.access(acceptance))
            #expect(await drugs.shown(.drugs)?.dispensings.count == 1)
            await stage.house.order([Fault(.slow, milliseconds: 800)])
            let hasty = ClearinghouseClient(
                transport: try connections.transport(port: port, seconds: 0.3),
                answerKey: stage.answerKey.publicKey)
            #expect(await failure { _ = try await hasty.challenge() } == .timedOut)
            #expect(await failure { _ = try await client.challenge() } == nil)
        }
    }

    @Test("nobody there, a foreign server, a foreign client: each has its name")
    func refusals() async throws {
        let connections = try Connections()
        let foreign = try Connections()
        let stage = try await stage(connections)
        try await serving(stage.service, connections) { port in
            func failed(_ transport: NetworkTransport) async -> ClearinghouseError? {
                let client = ClearinghouseClient(
                    transport: transport, answerKey: stage.answerKey.publicKey)
                return await failure { _ = try await client.challenge() }
            }
            let strange = await failed(
                try connections.transport(port: port, trusting: foreign.authority.certificate))
            #expect(strange?.trouble == .tlsRefused)
            let stranger = await failed(
                try connections.transport(port: port, as: foreign.terminal))
            #expect(stranger?.trouble == .tlsRefused)
            let unregistered = await failed(
                try connections.transport(
                    port: port, as: try Connections.identity(connections.authority, .tlsClient)))
            #expect(unregistered?.problemName == "client-unknown")
            let nobody = await failed(try connections.transport(port: 1))
            #expect(nobody?.trouble == .unreachable && nobody?.isLineLost == true)
        }
    }

    @Test("garbage on the wire is garbage, and the next question is answered")
    func garbage() async throws {
        let connections = try Connections()
        let stage = try await stage(connections)
        try await serving(stage.service, connections) { port in
            let client = ClearinghouseClient(
                transport: try connections.transport(port: port),
                answerKey: stage.answerKey.publicKey)
            for kind in [Fault.Kind.garbage, .truncated, .down] {
                await stage.house.order([Fault(kind)])
                let error = await failure { _ = try await client.challenge() }
                #expect(error != nil && error?.isLineLost == false)
                #expect(await failure { _ = try await client.challenge() } == nil)
            }
        }
    }
}
