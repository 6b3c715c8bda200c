package import Cryptography

/// A public key that signs notes (C2SP signed-note): `name+id+base64(0x01 ‖ Ed25519 key)`.
package struct NoteKey: Hashable, Sendable {
    /// The octet that says Ed25519.
    package static let ed25519: UInt8 = 0x01

    private let key: VerifierKey

    /// A key by its name.
    package init(name: String, publicKey: PublicKey) throws(NoteError) {
        key = try VerifierKey(Self.ed25519, name: name, publicKey: publicKey)
    }

    /// Reads a verifier key.
    package init(vkey text: String) throws(NoteError) {
        key = try VerifierKey(Self.ed25519, text: text)
    }

    /// The key's name; for a log its origin.
    package var name: String { key.name }
    /// The first four octets of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key).
    package var id: UInt32 { key.id }
    /// The Ed25519 key.
    package var publicKey: PublicKey { key.publicKey }
    /// The verifier key as it is handed out.
    package var vkey: String { key.text }

    /// Whether the signature is this key's over the text.
    package func isValid(_ signature: [UInt8], over text: String) -> Bool {
        publicKey.isValid(signature: signature, over: Array(text.utf8))
    }
}

/// A private key that signs notes under a name.
package struct NoteSigner: Sendable {
    /// The public half.
    package let key: NoteKey
    private let privateKey: PrivateKey

    /// A signer of an Ed25519 key.
    package init(name: String, privateKey: PrivateKey) throws(NoteError) {
        key = try NoteKey(name: name, publicKey: privateKey.publicKey)
        self.privateKey = privateKey
    }

    /// The signature over a note's text.
    package func signature(over text: String) throws(NoteError) -> NoteSignature {
        do throws(CryptographyError) {
            return NoteSignature(
                name: key.name, keyID: key.id, octets: try privateKey.sign(Array(text.utf8)))
        } catch {
            throw .cryptography(error)
        }
    }
}
