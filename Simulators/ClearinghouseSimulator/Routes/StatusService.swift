package import HTTP
package import Network
import Octets
package import Records

/// How certificates stand, for anybody who asks, over plain HTTP as usual: what is told is signed.
///
/// | | |
/// |---|---|
/// | `GET /crl/{authority}.crl` | a list (CRL, RFC 5280 §5); authorities as their folder names them |
/// | `POST /ocsp` | an answer (OCSP, RFC 6960 §A.1) |
/// | `GET /ocsp/{request}` | the same, the request as base64 in the address |
package struct StatusService: Sendable {
    /// How long others may keep an answer without a nonce, in seconds.
    private static let keptSeconds = 60
    /// What the listener takes: small requests, and HTTP/1.0, which OpenSSL's own client speaks.
    package static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.connections = 64
        limits.http.bodyOctets = 1 << 16
        limits.http.takesVersion10 = true
        return limits
    }
    private let office: AuthorityOffice
    private let now: @Sendable () -> Instant

    /// A service over the authorities' office.
    package init(office: AuthorityOffice, now: @escaping @Sendable () -> Instant) {
        (self.office, self.now) = (office, now)
    }

    /// Answers a request.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do throws(Refusal) {
            switch request.path {
            case "/ocsp":
                guard request.method == "POST" else { return .methodNotAllowed(["POST"]) }
                return try await answer(posted: request)
            case let path where path.hasPrefix("/ocsp/"):
                guard request.method == "GET" else { return .methodNotAllowed(["GET"]) }
                return try await answer(inAddress: request)
            case let path where path.hasPrefix("/crl/") && path.hasSuffix(".crl"):
                guard request.method == "GET" else { return .methodNotAllowed(["GET"]) }
                let name = path.dropFirst("/crl/".count).dropLast(".crl".count)
                return try await list(of: String(name))
            default: throw Refusal(.notFound)
            }
        } catch { return .refusal(error) }
    }

    private func list(of name: String) async throws(Refusal) -> HTTPResponse {
        guard let list = try await office.list(of: name, at: now()) else {
            throw Refusal(.notFound)
        }
        return signed(list, "application/pkix-crl", isKept: true)
    }

    private func answer(posted request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        guard request.headers["Content-Type"] == "application/ocsp-request" else {
            throw Refusal(.unsupportedMediaType, "application/ocsp-request is expected")
        }
        return signed(
            try await office.statusAnswer(to: request.body, at: now()),
            "application/ocsp-response", isKept: false)
    }

    /// Base64 has slashes, which some escape and some don't.
    private func answer(inAddress request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        let text = request.segments?.dropFirst().joined(separator: "/")
        guard let octets = text.flatMap({ [UInt8](base64: $0) }) else {
            throw Refusal(.malformedQuery, "the address must end in a request as base64")
        }
        return signed(
            try await office.statusAnswer(to: octets, at: now()), "application/ocsp-response",
            isKept: true)
    }

    private func signed(_ octets: [UInt8], _ media: String, isKept: Bool) -> HTTPResponse {
        let kept = "max-age=\(Self.keptSeconds), public, no-transform, must-revalidate"
        return HTTPResponse(
            status: 200,
            headers: HTTPHeaders([
                ("Content-Type", media), ("Cache-Control", isKept ? kept : "no-store"),
            ]), body: octets)
    }
}

extension StatusService: HTTPHandler {
    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        await respond(to: request)
    }
}
