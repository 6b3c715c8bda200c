package import HTTP
package import Network

/// The clearinghouse over mutual TLS.
package struct NetworkTransport: ClearinghouseTransport {
    private let client: HTTPClient
    private let seconds: Double

    /// A transport over a client; an exchange may last so many seconds.
    package init(_ client: HTTPClient, seconds: Double = 10) {
        (self.client, self.seconds) = (client, seconds)
    }

    package func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        do throws(NetworkError) {
            return try await client.send(request, seconds: seconds)
        } catch { throw ClearinghouseError(error) }
    }
}

extension ClearinghouseError {
    /// What a failed exchange is called.
    package init(_ cause: NetworkError) {
        switch cause {
        case .refused: self = .unreachable("nobody listens there")
        case .unknownHost(let host): self = .unreachable("no host is called \(host)")
        case .system(let call, let number): self = .unreachable("\(call): error \(number)")
        case .timedOut: self = .timedOut
        case .closed, .hungUp: self = .lineLost
        case .malformed(let fault): self = .garbage("\(fault)")
        case .addressInUse, .pathTooLong, .notASocket: self = .unreachable("\(cause)")
        case .tls(let failure):
            switch failure {
            case .certificateRejected(let reason):
                self = .tlsRefused("its certificate was not accepted: \(reason)")
            case .alert(let number):
                self = .tlsRefused("it did not accept this terminal: alert \(number)")
            case .other(let reason): self = .tlsRefused(reason)
            }
        }
    }
}
