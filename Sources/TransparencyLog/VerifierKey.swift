internal import Cryptography
internal import Octets

/// What the keys of notes and of witnesses share (C2SP signed-note): an Ed25519 key under a name,
/// with an octet before it that says what its signatures are over. Its text is
/// `name+id+base64(type ‖ key)`.
struct VerifierKey: Hashable {
    /// What its signatures are over.
    let type: UInt8
    let name: String
    /// The first four octets of SHA-256(name ‖ 0x0A ‖ type ‖ key).
    let id: UInt32
    let publicKey: PublicKey
    private let raw: [UInt8]

    /// A key by its name.
    init(_ type: UInt8, name: String, publicKey: PublicKey) throws(NoteError) {
        guard isKeyName(name) else { throw .malformed("a key name") }
        guard let raw = publicKey.ed25519Raw, raw.count == 32 else {
            throw .malformed("not an Ed25519 key")
        }
        let hash = SHA256Digest(hashing: Array(name.utf8) + [0x0A, type] + raw)
        id = hash.octets[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        (self.type, self.name, self.publicKey, self.raw) = (type, name, publicKey, raw)
    }

    /// Reads a text of this type.
    init(_ type: UInt8, text: String) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let body = [UInt8](base64: parts[2]), body.count == 33,
            body[0] == type
        else { throw .malformed("a verifier key") }
        guard let id = [UInt8](hex: parts[1]), id.count == 4,
            id.hex.utf8.elementsEqual(parts[1].utf8)
        else { throw .malformed("a verifier key's id") }
        let publicKey: PublicKey
        do throws(CryptographyError) {
            publicKey = try .ed25519(raw: Array(body[1...]))
        } catch { throw .cryptography(error) }
        try self.init(type, name: String(parts[0]), publicKey: publicKey)
        guard id.reduce(0, { $0 << 8 | UInt32($1) }) == self.id else {
            throw .malformed("a verifier key whose id is another key's")
        }
    }

    /// The text as it is handed out.
    var text: String {
        var octets: [UInt8] = []
        octets.append(bigEndian: id)
        return "\(name)+\(octets.hex)+\(([type] + raw).base64())"
    }

    /// Whether a signature names this key.
    func isNamed(by signature: NoteSignature) -> Bool {
        octetsSame(signature.name, name) && signature.keyID == id
    }
}
