import Cryptography
import Glibc
import HTTP
import JSON
import Network
import Secrets

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

/// Answers by a closure; what `streams` says goes on for longer.
struct Answering: HTTPHandler {
    var streams: @Sendable (HTTPRequest) async -> HTTPAnswer? = { _ in nil }
    var answer: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in HTTPResponse(status: 200) }
    /// Whether what is asked at `/wait` ends with whoever asked.
    var letsGo = false

    func endsWithItsCaller(_ head: HTTPRequest) -> Bool { letsGo && head.path == "/wait" }

    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        await answer(request)
    }

    func opensStream(_ head: HTTPRequest) -> Bool { head.path == "/events" }

    func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        if let stream = await streams(request) { return stream }
        return .whole(await answer(request))
    }
}

/// Runs a server for the time of a body.
func serving(
    _ address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), tls: TLSContext? = nil,
    limits: ServerLimits = ServerLimits(), handler: any HTTPHandler = Echo(),
    _ body: @Sendable (Int) async throws -> Void
) async throws {
    let server = try HTTPServer(address, tls: tls, limits: limits, handler: handler)
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
