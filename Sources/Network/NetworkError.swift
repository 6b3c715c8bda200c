internal import Glibc
package import HTTP

/// What can go wrong on a connection.
package enum NetworkError: Error, Hashable, Sendable {
    /// Nobody listens there.
    case refused
    /// No such host, or not a literal address where one is needed.
    case unknownHost(String)
    /// The system says no, with its error number.
    case system(call: String, errno: Int32)
    /// A deadline passed.
    case timedOut
    /// The TLS handshake, or the protocol after it, failed.
    case tls(TLSFailure)
    /// The other side closed before the message was whole.
    case closed
    /// The other side hung up while it was still waiting for its answer.
    case hungUp
    /// What came is not HTTP.
    case malformed(HTTPFault)
    /// The address is in use by another program.
    case addressInUse
    /// A UNIX socket's path is empty, or too long for the system.
    case pathTooLong
    /// A file lies there that is no socket.
    case notASocket
}

extension NetworkError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused: "nobody listens there"
        case .unknownHost(let host): "there is no host \(host)"
        case .system(let call, let number):
            "\(call): \(unsafe String(cString: strerror(number)))"
        case .timedOut: "the time is over"
        case .tls(let failure): "TLS failed: \(failure)"
        case .closed: "the line was closed before the message was whole"
        case .hungUp: "the other side hung up"
        case .malformed(let fault): "what came is not HTTP: \(fault)"
        case .addressInUse: "another program uses the address"
        case .pathTooLong:
            "a socket's path has 1 to \(SocketAddress.longestPathOctetCount) octets"
        case .notASocket: "it is no socket"
        }
    }
}

/// Why TLS failed.
package enum TLSFailure: Error, Hashable, Sendable {
    /// The other side's certificate was not accepted here; OpenSSL's reason.
    case certificateRejected(String)
    /// The other side sent an alert: it did not accept ours, or our version; the alert's number.
    case alert(Int32)
    /// Anything else, in OpenSSL's words.
    case other(String)
}

/// The one gate from errno to errors: negative is failure. To be called right after the call.
func check(_ result: Int32, _ call: String) throws(NetworkError) -> Int32 {
    guard result >= 0 else { throw systemError(call) }
    return result
}
