package import Cryptography
package import JSON
package import VirtualCard

/// Why a simulated world could not be made or read.
package enum SetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file could not be read or written.
    case file(KeyFile.Failure)
    /// A card could not be written.
    case card(CardFileError)
    /// A key or certificate could not be made.
    case cryptography(CryptographyError)
    /// A file does not hold what it should.
    case malformed(path: String, JSONError)
    /// Something else is in the way.
    case other(String)

    package var description: String {
        switch self {
        case .file(let cause): cause.description
        case .card(let cause): cause.description
        case .cryptography(let cause): "\(cause)"
        case .malformed(let path, let cause): "\(path): \(cause)"
        case .other(let text): text
        }
    }
}

/// The one border from other targets' errors to this one's.
func setup<Value>(_ body: () throws -> Value) throws(SetupError) -> Value {
    do {
        return try body()
    } catch let error as SetupError {
        throw error
    } catch let error as KeyFile.Failure {
        throw .file(error)
    } catch let error as CardFileError {
        throw .card(error)
    } catch let error as CryptographyError {
        throw .cryptography(error)
    } catch {
        throw .other("\(error)")
    }
}
