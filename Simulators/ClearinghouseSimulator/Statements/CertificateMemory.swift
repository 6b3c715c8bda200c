package import Cryptography
import Octets
import Synchronization

/// Certificates that were read before. OpenSSL takes longer to read one than for all else of a
/// check together; what it says stays the same, so it is read once. Nothing is judged here.
package final class CertificateMemory: Sendable {
    /// The most certificates held; the oldest leave first.
    package static let maximumCount = 1024

    private struct State {
        var certificates: [SHA256Digest: Certificate] = [:]
        var oldest = Backlog<SHA256Digest>()
    }
    private let state = Mutex(State())

    /// An empty memory.
    package init() {}

    /// How many are held.
    package var count: Int { state.withLock { $0.certificates.count } }

    /// The certificate of these octets.
    package func certificate(der octets: [UInt8]) throws(CryptographyError) -> Certificate {
        let digest = SHA256Digest(hashing: octets)
        if let known = state.withLock({ $0.certificates[digest] }) { return known }
        let certificate = try Certificate(der: octets)
        state.withLock { state in
            guard state.certificates.updateValue(certificate, forKey: digest) == nil else { return }
            state.oldest.append(digest)
            if state.oldest.count > Self.maximumCount, let first = state.oldest.first {
                state.certificates[first] = nil
                state.oldest.removeFirst()
            }
        }
        return certificate
    }
}
