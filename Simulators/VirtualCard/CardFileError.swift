package import Cryptography

/// Why a card file could not be read or written.
package enum CardFileError: Error, Hashable, Sendable {
    /// The file could not be read or written, or others may read what is secret.
    case file(KeyFile.Failure)
    /// The file is not what it should be; the field is named.
    case malformed(path: String, reason: String)
}

extension CardFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let failure): failure.description
        case .malformed(let path, let reason): "\(path): \(reason)"
        }
    }
}
