package import HTTP
package import Network
import Synchronization

extension ClearinghouseService: HTTPHandler {
    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        await respond(to: request, certificate: peer.certificate)
    }
}

extension AdministrationService: HTTPHandler {
    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        await respond(to: request)
    }
}

/// A port that is known only once it is bound.
package final class BoundPort: Sendable {
    private let port: Mutex<Int>

    /// A port; zero until it is bound.
    package init(_ port: Int = 0) { self.port = Mutex(port) }

    /// The number.
    package var number: Int {
        get { port.withLock { $0 } }
        set { port.withLock { $0 = newValue } }
    }
}
