package import APDU
internal import Cryptography

/// The card's signature with the selected key, `80 2A 00 80`: an RSA key pads and signs the
/// DigestInfo it is given; a P-384 key (the next card, an assumption) signs the bare digest.
package struct Sign: CardCommand {
    /// The longest signature an answer may hold, in octets.
    private static let longestSignature = 512
    /// What is signed, as the key wants it.
    package let block: [UInt8]

    /// Signs a block.
    package init(_ block: [UInt8]) { self.block = block }

    package var apdu: CommandAPDU {
        CommandAPDU(0x80, 0x2A, 0x00, 0x80, data: block, expected: 256)
    }

    package func decode(_ response: ResponseAPDU) throws(CardCommandError) -> [UInt8] {
        let signature = try response.dataIfSuccessful()
        guard (1...Self.longestSignature).contains(signature.count) else { throw .malformed }
        return signature
    }
}

/// What a key of this kind is given for a message.
func signatureInput(of message: [UInt8], for kind: KeyKind) throws(CardError) -> [UInt8] {
    switch kind {
    case .rsa: kind.hash.digestInfoPrefix + kind.hash.digest(message)
    case .p256, .p384: kind.hash.digest(message)
    case .ed25519: throw .unsupportedKey
    }
}
