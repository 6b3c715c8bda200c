package import CheckIns
package import Cryptography

/// The terminal's statement key, from its file.
package struct TerminalKey: StatementSigner {
    private let key: PrivateKey
    package let algorithm: StatementAlgorithm

    /// A key; nothing where no statement may be signed with its kind.
    package init?(_ key: PrivateKey) {
        guard let algorithm = StatementAlgorithm(key.publicKey.kind) else { return nil }
        (self.key, self.algorithm) = (key, algorithm)
    }

    package var publicKey: [UInt8] { key.publicKey.spki }

    package func sign(_ octets: [UInt8]) -> [UInt8]? { try? key.sign(octets) }
}
