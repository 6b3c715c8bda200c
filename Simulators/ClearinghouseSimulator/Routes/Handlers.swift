package import HTTP
package import Network
import Synchronization

extension ClearinghouseService: HTTPHandler {
    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        await respond(to: request, certificate: peer.certificate)
    }

    /// Every answer may be spoiled on the wire, so each is given with its fault.
    package func opensStream(_ head: HTTPRequest) -> Bool { true }

    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        let (response, fault) = await answer(request, peer.certificate)
        return fault.map { .faulty(response, $0) } ?? .whole(response)
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
