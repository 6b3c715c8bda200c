import AccessHistory
import Commands
import Cryptography
import Glibc
import JSON
import Network
import Terminal

/// Why the service does not start, with the next step.
enum ServiceError: Error, CustomStringConvertible {
    case noConfiguration
    case configuration(place: String, JSONError)
    case file(KeyFile.Failure)
    case cryptography(String, CryptographyError)
    case staff(path: String, String)
    case history(HistoryError)
    case checkIns(SealedFolder.Failure)
    case listener(String, NetworkError)
    case noTrustAnchors(String)
    case witness(String)
    case inherited(InheritedSockets.Fault)
    case unknownSocket(String)

    var description: String {
        switch self {
        case .noConfiguration:
            "no configuration: name one with --config FILE or --state DIR"
        case .configuration(let place, let error):
            "\(place): \(error). Correct the file, then start again."
        case .file(let failure): "\(failure). \(Self.next(after: failure))"
        case .cryptography(let path, let error): "\(path): \(error). \(Self.putBack)"
        case .staff(let path, let reason):
            "\(path): \(reason). Put it back from a copy, or move it away and add the staff anew "
                + "(madoguchi staff add)."
        case .history(let error): error.description
        case .checkIns(let error): error.description
        case .inherited(.malformed): "LISTEN_FDS is no number of sockets"
        case .inherited(.notListening(let name)):
            "the socket \(name) that was handed over does not listen"
        case .inherited(.otherPort(let name, let port)):
            "the socket \(name) that was handed over listens on port \(port), not on the one "
                + "configured. Let unit and configuration agree."
        case .unknownSocket(let name):
            "a socket named \(name) was handed over; known are api, and kiosk, desk and desk-tls "
                + "where they are configured"
        case .listener(let path, .addressInUse):
            "\(path): another program serves this address already"
        case .listener(let path, let error): "\(path): \(error)"
        case .noTrustAnchors(let folder):
            "\(folder): no trust anchors (*.pem); without one no card is accepted"
        case .witness(let key):
            "witnesses: \(key) is no witness's key (name+id+key); see terminal/witness.vkey"
        }
    }

    private static let putBack =
        "Put the file back from a copy; a simulated stack makes what is missing anew (clearinghouse "
        + "init, madoguchi init)."

    private static func next(after failure: KeyFile.Failure) -> String {
        switch failure {
        case .system(_, let number) where number == EACCES || number == EPERM:
            "Give it to the user that the daemon runs as."
        case .system, .malformed, .tooLong, .notAFile: putBack
        case .looseMode, .tooMany: "Mend that, then start again."
        }
    }

    var exitCode: ExitCode {
        switch self {
        case .history, .checkIns: .history
        case .noConfiguration, .configuration, .file, .cryptography, .staff, .listener,
            .noTrustAnchors, .witness, .inherited, .unknownSocket:
            .usage
        }
    }
}
