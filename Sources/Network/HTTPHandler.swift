package import Cryptography
package import HTTP
package import Secrets

/// Who is on the other end of a connection.
package struct ServerPeer: Hashable, Sendable {
    /// The certificate presented over TLS.
    package var certificate: Certificate?
    /// The user of a UNIX socket's other end.
    package var user: UInt32?
    /// The address of the other end, 4 or 16 octets; nothing for a UNIX socket.
    package var address: [UInt8]?
    /// The connection: open for as long as its request is being answered.
    var descriptor: Int32?

    /// Whether nobody is there any more to read the answer: both directions are closed. Good
    /// while the request is being answered, not after.
    package var isGone: Bool { descriptor.map(isHungUp) ?? false }

    /// A peer.
    package init(certificate: Certificate? = nil, user: UInt32? = nil) {
        (self.certificate, self.user) = (certificate, user)
    }
}

/// Answers requests. Each answer is made in a task of its own, which is cancelled when the server
/// stops: whoever waits for something must end then; what is ready still goes out.
package protocol HTTPHandler: Sendable {
    /// The answer to a request.
    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse

    /// Whether the answer to this request goes on for longer: then `stream(to:from:)` gives it.
    func opensStream(_ head: HTTPRequest) -> Bool

    /// The answer to a request whose answer goes on for longer.
    func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer

    /// Whether the body of this request is a secret (a PIN): then it goes from the socket into a
    /// page of its own and to `respond(to:secret:from:)`, never into an array.
    func takesSecret(_ head: HTTPRequest) -> Bool

    /// Whether the answer to this request is only waited for, so that nobody needs it once the
    /// other side has hung up: then its task is cancelled and the connection is free at once.
    /// Work that must come to its end says no, as every handler does that says nothing.
    func endsWithItsCaller(_ head: HTTPRequest) -> Bool

    /// The answer to a request whose body is a secret.
    func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse
}

/// An answer: whole, or a head whose body goes on in pieces until the stream of them ends. When
/// the other side leaves, or the server stops, the stream is terminated.
package enum HTTPAnswer: Sendable {
    case whole(HTTPResponse)
    case pieces(HTTPResponse, AsyncStream<[UInt8]>)
    /// For simulators: a whole answer that is spoiled on its way.
    case faulty(HTTPResponse, WireFault)
}

extension HTTPHandler {
    /// No answer goes on unless the handler says so.
    package func opensStream(_ head: HTTPRequest) -> Bool { false }

    /// The ordinary answer, for handlers without streams.
    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        .whole(await respond(to: request, from: peer))
    }

    /// What was begun is brought to its end unless the handler says otherwise.
    package func endsWithItsCaller(_ head: HTTPRequest) -> Bool { false }

    /// No body is a secret unless the handler says so.
    package func takesSecret(_ head: HTTPRequest) -> Bool { false }

    /// Not found, for handlers without secrets.
    package func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        .problem(.notFound)
    }
}

/// How long a server waits, and how much it takes.
package struct ServerLimits: Hashable, Sendable {
    /// How long a kept-alive connection may be silent, in seconds.
    package var idleSeconds: Double = 60
    /// How long a head may take from its first octet, in seconds.
    package var headSeconds: Double = 10
    /// How long a body may take, in seconds.
    package var bodySeconds: Double = 30
    /// How long an answer may take to be written, in seconds.
    package var writeSeconds: Double = 30
    /// How long a stop waits for answers that are under way, in seconds, before it cuts their
    /// connections.
    package var drainSeconds: Double = 5
    /// How many connections at once.
    package var connections = 256
    /// The longest secret body, in octets.
    package var secretOctets = 64
    /// Bounds on messages.
    package var http = HTTPLimits()

    /// The defaults.
    package init() {}
}
