internal import COpenSSL

/// What can go wrong in the cryptographic library.
package enum CryptographyError: Error, Hashable, Sendable {
    /// A call of OpenSSL failed; the code is from its error queue.
    case openssl(call: String, code: UInt)
    /// Octets that are not what they should be (PEM, DER, a key of the wrong size).
    case malformed(String)
    /// A kind of key or algorithm that is not used here.
    case unsupported(String)
    /// A tag or signature that does not match.
    case authenticationFailed
}

extension CryptographyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .openssl(let call, let code):
            "\(call): OpenSSL's error \(String(code, radix: 16, uppercase: true))"
        case .malformed(let what): what
        case .unsupported(let what): "unsupported: \(what)"
        case .authenticationFailed: "the octets are not what was sealed"
        }
    }
}

/// The one gate from OpenSSL's return values to errors: positive is success. Must be called in
/// the same synchronous function as the call, because the error queue belongs to the thread.
func check(_ result: Int32, _ call: String) throws(CryptographyError) {
    guard result > 0 else { throw failure(call) }
}

/// The error on top of this thread's queue, which is emptied.
func failure(_ call: String) -> CryptographyError {
    let code = ERR_get_error()
    ERR_clear_error()
    return .openssl(call: call, code: code)
}
