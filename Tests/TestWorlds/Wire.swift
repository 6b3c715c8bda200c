internal import Authority
package import Clearinghouse
internal import ClearinghouseSimulator
internal import Cryptography
internal import Foundation
package import HTTP
internal import Network
internal import Records
internal import Synchronization

/// How a desk's terminal speaks to its clearinghouse.
package enum Line: Hashable, Sendable {
    /// In one process, without a wire; faults of the line are told as they would be met.
    case direct
    /// Over mutual TLS on loopback, with a listener of the test's own.
    case tls

    /// When the certificates begin that this line needs: TLS knows no time but the real one.
    func start(at now: Instant) -> Instant {
        switch self {
        case .direct: now
        case .tls: Instant(seconds: Int64(Date().timeIntervalSince1970) - 3600)
        }
    }
}

/// The certificates of a desk's connections.
struct Clients {
    let authority: Certificate
    let server: (certificate: Certificate, key: PrivateKey)
    let terminal: (certificate: Certificate, key: PrivateKey)
    let portal: (certificate: Certificate, key: PrivateKey)
    let statementKey: PrivateKey

    init(from: Instant) throws {
        let to = from.adding(seconds: 86_400 * 365)
        let authority = try CertificateAuthority.make(
            unit: "Simulated connections", key: try PrivateKey.generate(.p256),
            notBefore: from, notAfter: to)
        func identity(
            _ profile: CertificateProfile
        ) throws -> (certificate: Certificate, key: PrivateKey) {
            let key = try PrivateKey.generate(.p256)
            return (
                try authority.issue(
                    CertificateRequest(
                        commonName: "SIM", publicKey: key.publicKey, notBefore: from,
                        notAfter: to, profile: profile)), key
            )
        }
        self.authority = authority.certificate
        statementKey = try PrivateKey.generate(.p256)
        server = try identity(.tlsServer(names: ["house.localhost"]))
        terminal = try identity(.tlsClient)
        portal = try identity(.tlsClient)
    }
}

/// The way to the simulator; what goes over it can be held up or changed.
package final class Wire: ClearinghouseTransport {
    private enum Way: Sendable {
        case direct(ClearinghouseService, Certificate)
        case tls(NetworkTransport, server: Task<Void, Never>)
    }
    private let way: Way
    private let change = Mutex<Change?>(nil)
    /// What becomes of an answer on its way.
    package typealias Change =
        @Sendable (HTTPRequest, HTTPResponse) async throws(ClearinghouseError) -> HTTPResponse

    init(
        _ line: Line, _ service: ClearinghouseService, _ clients: Clients,
        as client: (certificate: Certificate, key: PrivateKey)
    ) throws {
        switch line {
        case .direct: way = .direct(service, client.certificate)
        case .tls:
            let server = try HTTPServer(
                .tcp(host: "127.0.0.1", port: 0),
                tls: try .server(
                    certificate: clients.server.certificate, key: clients.server.key,
                    clientAnchors: [clients.authority]), handler: service)
            let context = try TLSContext.client(
                certificate: client.certificate, key: client.key,
                serverAnchors: [clients.authority], serverName: "house.localhost")
            way = .tls(
                NetworkTransport(
                    HTTPClient(.tcp(host: "127.0.0.1", port: server.port), tls: context)),
                server: Task { await server.run() })
        }
    }

    /// Ends the listener, where there is one.
    package func close() {
        if case .tls(_, let server) = way { server.cancel() }
    }

    /// Changes every answer from now on.
    package func set(_ change: Change?) { self.change.withLock { $0 = change } }

    package func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        let answer = try await answer(to: request)
        guard let change = change.withLock({ $0 }) else { return answer }
        return try await change(request, answer)
    }

    private func answer(
        to request: HTTPRequest
    ) async throws(ClearinghouseError) -> HTTPResponse {
        switch way {
        case .tls(let transport, _): return try await transport.send(request)
        case .direct(let service, let certificate):
            let peer = ServerPeer(certificate: certificate)
            switch await service.stream(to: request, from: peer) {
            case .whole(let response), .pieces(let response, _): return response
            case .faulty(let response, let fault):
                return try Self.met(fault, response)
            }
        }
    }

    /// A fault of the line, as the terminal's client would meet it.
    private static func met(
        _ fault: WireFault, _ response: HTTPResponse
    ) throws(ClearinghouseError) -> HTTPResponse {
        switch fault {
        case .dribble: return response
        case .reset, .halfClose, .stall: throw .lineLost
        case .tlsAlert: throw .tlsRefused("a test")
        case .wrongLength(let difference):
            guard difference < 0 else { throw .lineLost }
            var cut = response
            cut.body = Array(cut.body.dropLast(-difference))
            return cut
        }
    }
}
