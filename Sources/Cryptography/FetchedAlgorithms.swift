internal import COpenSSL

/// OpenSSL's algorithms, looked up once. A lookup by name inside each call costs more than the
/// hash of a small input; a fetched algorithm is constant and may be used by every thread, so its
/// address can be kept as a number.
@safe struct FetchedAlgorithm: Sendable {
    private let address: UInt

    private init(_ pointer: OpaquePointer?, _ name: String) {
        guard let pointer = unsafe pointer else {
            preconditionFailure("this OpenSSL lacks \(name)")
        }
        address = UInt(bitPattern: pointer)
    }

    /// The `EVP_MD` or `EVP_CIPHER`; it is never freed.
    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }

    private static func hash(_ name: String) -> FetchedAlgorithm {
        unsafe FetchedAlgorithm(EVP_MD_fetch(nil, name, nil), name)
    }

    private static func cipher(_ name: String) -> FetchedAlgorithm {
        unsafe FetchedAlgorithm(EVP_CIPHER_fetch(nil, name, nil), name)
    }

    static let sha256 = hash("SHA2-256")
    static let sha384 = hash("SHA2-384")
    static let sha512 = hash("SHA2-512")
    static let aes256GCM = cipher("AES-256-GCM")
}
