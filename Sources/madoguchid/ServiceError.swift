import AccessHistory
import Commands
import Cryptography
import JSON
import Network
import Terminal

/// Why the service does not start, with the next step.
enum ServiceError: Error, CustomStringConvertible {
    case noConfiguration
    case configuration(place: String, JSONError)
    case file(KeyFile.Failure)
    case cryptography(String, CryptographyError)
    case staff(String)
    case history(HistoryError)
    case checkIns(SealedFolder.Failure)
    case listener(String, NetworkError)
    case noTrustAnchors(String)
    case witness(String)

    var description: String {
        switch self {
        case .noConfiguration:
            "no configuration: name one with --config FILE or --state DIR"
        case .configuration(let place, let error):
            "\(place): \(error). Correct the file, then start again."
        case .file(let failure): "\(failure)"
        case .cryptography(let path, let error): "\(path): \(error)"
        case .staff(let reason): "the staff file: \(reason)"
        case .history(let error): error.description
        case .checkIns(let error): error.description
        case .listener(let path, .addressInUse):
            "\(path): another program serves this address already"
        case .listener(let path, let error): "\(path): \(error)"
        case .noTrustAnchors(let folder):
            "\(folder): no trust anchors (*.pem); without one no card is accepted"
        case .witness(let key):
            "witnesses: \(key) is no witness's key (name+id+key); see terminal/witness.vkey"
        }
    }

    var exitCode: ExitCode {
        switch self {
        case .history, .checkIns: .history
        case .noConfiguration, .configuration, .file, .cryptography, .staff, .listener,
            .noTrustAnchors, .witness:
            .usage
        }
    }
}
