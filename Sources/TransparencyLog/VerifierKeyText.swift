internal import Cryptography
internal import Octets

/// The text of a verifier key (C2SP signed-note): `name+id+base64(type ‖ Ed25519 key)`.
struct VerifierKeyText {
    var name: String
    var id: UInt32
    var publicKey: PublicKey

    /// Reads a text of this type.
    init(_ text: String, type: UInt8) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let body = [UInt8](base64: parts[2]), body.count == 33,
            body[0] == type
        else { throw .malformed("a verifier key") }
        guard let id = [UInt8](hex: parts[1]), id.count == 4,
            id.hex.utf8.elementsEqual(parts[1].utf8)
        else { throw .malformed("a verifier key's id") }
        do throws(CryptographyError) {
            publicKey = try PublicKey.ed25519(raw: Array(body[1...]))
        } catch {
            throw .cryptography(error)
        }
        name = String(parts[0])
        self.id = id.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The text of a key, its type before it.
    static func text(_ name: String, _ id: UInt32, _ typed: [UInt8]) -> String {
        var octets: [UInt8] = []
        octets.append(bigEndian: id)
        return "\(name)+\(octets.hex)+\(typed.base64())"
    }
}

/// The first four octets of SHA-256(name ‖ 0x0A ‖ type ‖ key).
func keyID(name: String, type: UInt8, raw: [UInt8]) -> UInt32 {
    let hash = SHA256Digest(hashing: Array(name.utf8) + [0x0A, type] + raw)
    return hash.octets[..<4].reduce(0) { $0 << 8 | UInt32($1) }
}
