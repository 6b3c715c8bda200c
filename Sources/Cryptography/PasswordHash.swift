internal import COpenSSL
internal import Octets
package import Secrets

/// A password as it is kept: scrypt (RFC 7914) with a salt of its own. Making one takes 32 MiB and
/// some tens of milliseconds, on purpose.
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
    /// log2 of the cost; with eight blocks of 128 octets each that is the memory.
    private let logarithm: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    private static let blocks: UInt64 = 8
    private static let defaultLogarithm = 15
    /// Costs that are believed in a file: from 16 MiB to 256 MiB.
    private static let logarithms = 14...18
    private static let octetCount = 32

    /// The hash of a new password; nothing where there is not the memory for it.
    package init?(_ password: borrowing SecretPage) {
        self.init(
            password, logarithm: Self.defaultLogarithm,
            salt: RandomOctets.make(Self.octetCount / 2))
    }

    private init?(_ password: borrowing SecretPage, logarithm: Int, salt: [UInt8]) {
        var output = [UInt8](repeating: 0, count: Self.octetCount)
        let cost = UInt64(1) << UInt64(logarithm)
        let most = 128 * Self.blocks * cost + (1 << 20)
        let result = password.withSpan { octets in
            unsafe octets.withUnsafeBytes { octets in
                unsafe EVP_PBE_scrypt(
                    octets.baseAddress?.assumingMemoryBound(to: CChar.self), octets.count, salt,
                    salt.count, cost, Self.blocks, 1, most, &output, output.count)
            }
        }
        guard result == 1 else { return nil }
        (self.logarithm, self.salt, hash) = (logarithm, salt, output)
    }

    /// Whether a password is the one; the time taken tells nothing of how near it was.
    package func matches(_ password: borrowing SecretPage) -> Bool {
        guard let other = PasswordHash(password, logarithm: logarithm, salt: salt) else {
            return false
        }
        return zip(hash, other.hash).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
    }

    /// As a file keeps it: `scrypt:15:SALT:HASH`, base64url.
    package var description: String {
        "scrypt:\(logarithm):\(salt.base64(.urlSafe)):\(hash.base64(.urlSafe))"
    }

    /// Reads what a file keeps.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt", let logarithm = Int(parts[1]),
            Self.logarithms.contains(logarithm),
            let salt = [UInt8](base64: parts[2], .urlSafe), salt.count == Self.octetCount / 2,
            let hash = [UInt8](base64: parts[3], .urlSafe), hash.count == Self.octetCount
        else { return nil }
        (self.logarithm, self.salt, self.hash) = (logarithm, salt, hash)
    }
}
