package import Cryptography
internal import Octets

/// A public key that signs notes (C2SP signed-note): `name+id+base64(0x01 ‖ Ed25519 key)`.
package struct NoteKey: Hashable, Sendable {
    /// The octet that says Ed25519.
    package static let ed25519: UInt8 = 0x01

    /// The key's name; for a log its origin.
    package let name: String
    /// The first four octets of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key).
    package let id: UInt32
    /// The Ed25519 key.
    package let publicKey: PublicKey
    private let raw: [UInt8]

    /// A key by its name.
    package init(name: String, publicKey: PublicKey) throws(NoteError) {
        guard isKeyName(name) else { throw .malformed("a key name") }
        guard let raw = publicKey.ed25519Raw, raw.count == 32 else {
            throw .malformed("not an Ed25519 key")
        }
        let hash = SHA256Digest(hashing: Array(name.utf8) + [0x0A, Self.ed25519] + raw)
        id = hash.octets[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        (self.name, self.publicKey, self.raw) = (name, publicKey, raw)
    }

    /// Reads a verifier key.
    package init(vkey text: String) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let body = [UInt8](base64: parts[2]), body.count == 33,
            body[0] == Self.ed25519
        else { throw .malformed("a verifier key") }
        let key: PublicKey
        do throws(CryptographyError) {
            key = try PublicKey.ed25519(raw: Array(body[1...]))
        } catch {
            throw .cryptography(error)
        }
        try self.init(name: String(parts[0]), publicKey: key)
        guard parts[1].utf8.elementsEqual(idText.utf8) else {
            throw .malformed("a verifier key whose id is another key's")
        }
    }

    /// The verifier key as it is handed out.
    package var vkey: String { "\(name)+\(idText)+\(([Self.ed25519] + raw).base64())" }

    /// Whether the signature is this key's over the text.
    package func isValid(_ signature: [UInt8], over text: String) -> Bool {
        publicKey.isValid(signature: signature, over: Array(text.utf8))
    }

    private var idText: String {
        var octets: [UInt8] = []
        octets.append(bigEndian: id)
        return octets.hex
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
