package import Cryptography
internal import Octets

/// A witness's public key (C2SP tlog-cosignature, Ed25519): `name+id+base64(0x04 ‖ key)`.
package struct WitnessKey: Hashable, Sendable {
    /// The octet that says Ed25519 with a time.
    package static let timed: UInt8 = 0x04

    private let key: VerifierKey

    /// A key by its name.
    package init(name: String, publicKey: PublicKey) throws(NoteError) {
        key = try VerifierKey(Self.timed, name: name, publicKey: publicKey)
    }

    /// Reads a verifier key.
    package init(vkey text: String) throws(NoteError) {
        key = try VerifierKey(Self.timed, text: text)
    }

    /// The witness's name, an address without its scheme.
    package var name: String { key.name }
    /// The first four octets of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ key).
    package var id: UInt32 { key.id }
    /// The Ed25519 key, which belongs to this name alone: the signed message does not tell it.
    package var publicKey: PublicKey { key.publicKey }
    /// The verifier key as it is handed out.
    package var vkey: String { key.text }

    /// When this witness cosigned a note, in seconds since 1970: the latest of its signatures.
    /// Signatures of others are ignored; one of its own that does not verify condemns the note.
    package func time(in note: SignedNote) throws(NoteError) -> UInt64 {
        var latest: UInt64?
        for signature in note.signatures
        where key.isNamed(by: signature) {
            guard let time = time(signature, over: note.text) else {
                throw .badSignature(key: name)
            }
            latest = max(latest ?? 0, time)
        }
        guard let latest else { throw .notSigned }
        return latest
    }

    /// The time in a cosignature of this key over a note's text; nothing if it is not one.
    package func time(_ signature: NoteSignature, over text: String) -> UInt64? {
        guard key.isNamed(by: signature), signature.octets.count == 8 + 64 else { return nil }
        let time = signature.octets[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max),
            publicKey.isValid(
                signature: Array(signature.octets[8...]), over: cosigned(text, time))
        else { return nil }
        return time
    }
}

/// A witness that cosigns under a name.
package struct Cosigner: Sendable {
    /// The public half.
    package let key: WitnessKey
    private let privateKey: PrivateKey

    /// A cosigner of an Ed25519 key.
    package init(name: String, privateKey: PrivateKey) throws(NoteError) {
        key = try WitnessKey(name: name, publicKey: privateKey.publicKey)
        self.privateKey = privateKey
    }

    /// The cosignature over a checkpoint's text at a time, in seconds since 1970.
    package func cosignature(
        over text: String, atSeconds seconds: UInt64
    ) throws(NoteError) -> NoteSignature {
        var octets: [UInt8] = []
        octets.append(bigEndian: seconds)
        do throws(CryptographyError) {
            octets += try privateKey.sign(cosigned(text, seconds))
        } catch { throw .cryptography(error) }
        return NoteSignature(name: key.name, keyID: key.id, octets: octets)
    }
}

/// What a cosignature signs: header, time, the note's whole text.
private func cosigned(_ text: String, _ seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
}
