package import APDU
internal import Cryptography
internal import Octets

/// Has the chip sign a fresh challenge with its own key, which needs no PIN (内部認証): so that the
/// face on a card is that card's, and the card is here. The surface application is selected, as
/// `readFace` leaves it. That the key stands in the face file is told by public readers of cards;
/// that its command works so is an assumption.
///
/// - Returns: Whether the card has such a key at all.
/// - Throws: `.wrongChip` where it has one and its chip does not prove it.
package func proveChip(
    on channel: inout some CardChannel & ~Copyable, of face: CardFace
) throws(CardFaceError) -> Bool {
    guard let octets = face.chipKey else { return false }
    guard let key = PublicKey(cardKey: octets) else { throw .malformed(field: "chip key") }
    let challenge = RandomOctets.make(32)
    let hash = HashAlgorithm.sha256
    let block = hash.digestInfoPrefix + hash.digest(challenge)
    let signature: [UInt8]
    do throws(CardFaceError) {
        signature = try channel.sendForFace(SignWithChip(block: block))
    } catch .refused {
        throw .wrongChip
    }
    guard key.isValid(signature: signature, over: challenge) else { throw .wrongChip }
    return true
}

/// The chip's signature over a DigestInfo, `80 2A 00 00`.
private struct SignWithChip: CardCommand {
    let block: [UInt8]
    var apdu: CommandAPDU { CommandAPDU(0x80, 0x2A, 0x00, 0x00, data: block, expected: 256) }
    func decode(_ response: ResponseAPDU) throws(CardCommandError) -> [UInt8] {
        try response.dataIfSuccessful()
    }
}

extension PublicKey {
    /// A public RSA key as cards write it: exponent (tag 90), modulus (tag 91).
    init?(cardKey octets: [UInt8]) {
        func numbers() throws(OctetError) -> (exponent: [UInt8], modulus: [UInt8])? {
            var reader = OctetReader(octets)
            let (exponent, modulus) = (try reader.tlv(), try reader.tlv())
            guard exponent.tag == 0x90, modulus.tag == 0x91, reader.remaining == 0 else {
                return nil
            }
            return (exponent.value, modulus.value)
        }
        guard let (exponent, modulus) = try? numbers() else { return nil }
        // RFC 8017 §A.1: RSAPublicKey, under the algorithm rsaEncryption.
        let key = TLV(
            tag: 0x30,
            value: TLV(tag: 0x02, value: [0] + modulus).encoded
                + TLV(tag: 0x02, value: exponent).encoded)
        let algorithm = TLV(
            tag: 0x30,
            value: [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00])
        let spki = TLV(
            tag: 0x30,
            value: algorithm.encoded + TLV(tag: 0x03, value: [0] + key.encoded).encoded)
        guard let key = try? PublicKey(spki: spki.encoded) else { return nil }
        self = key
    }
}
