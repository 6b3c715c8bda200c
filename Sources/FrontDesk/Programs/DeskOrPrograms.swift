package import HTTP
package import Network
package import Secrets

/// The desk's TLS listener, where programs on other machines ask too: a request with a program's
/// token is a program's, and every other the desk's.
package struct DeskOrPrograms: HTTPHandler {
    private let desk: DeskAPI
    private let programs: ProgramAPI

    /// Both behind one listener.
    package init(desk: DeskAPI, programs: ProgramAPI) {
        (self.desk, self.programs) = (desk, programs)
    }

    private func isProgram(_ head: HTTPRequest) -> Bool {
        head.segments == ["v1", "openapi.json"]
            || head.headers["Authorization"]?.hasPrefix("Bearer " + ProgramRegister.tokenPrefix)
                == true
    }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        isProgram(request)
            ? await programs.respond(to: request, from: peer)
            : await desk.respond(to: request, from: peer)
    }

    package func opensStream(_ head: HTTPRequest) -> Bool {
        isProgram(head) ? programs.opensStream(head) : desk.opensStream(head)
    }

    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        isProgram(request)
            ? await programs.stream(to: request, from: peer)
            : await desk.stream(to: request, from: peer)
    }

    package func takesSecret(_ head: HTTPRequest) -> Bool {
        !isProgram(head) && desk.takesSecret(head)
    }

    package func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        await desk.respond(to: head, secret: secret, from: peer)
    }
}
