internal import APDU
package import Cryptography
internal import Octets

/// What makes a chip one of its kind: the key that proves it is there, and what the (simulated)
/// issuer signed of the holder's facts.
package struct CardChip: Sendable {
    /// The chip's own key, RSA-2048, usable without a PIN.
    package var key: PrivateKey
    /// What the issuer signed.
    package var vouched: Vouched

    /// The issuer's signatures over the files, and its own certificate.
    package struct Vouched: Hashable, Sendable {
        /// Over the digests in the text application (file 0003).
        package var text: [UInt8]
        /// Over the birth date in the surface application (file 0001).
        package var age: [UInt8]
        /// Over the card's face (file 0002).
        package var face: [UInt8]
        /// Over the number's picture (file 0005).
        package var number: [UInt8]
        /// The issuer's card-verifiable certificate (files 0004), tag 7F21.
        package var certificate: [UInt8]

        /// Signatures.
        package init(
            text: [UInt8] = [], age: [UInt8] = [], face: [UInt8] = [], number: [UInt8] = [],
            certificate: [UInt8] = []
        ) {
            (self.text, self.age, self.face) = (text, age, face)
            (self.number, self.certificate) = (number, certificate)
        }
    }

    /// A chip.
    package init(key: PrivateKey, vouched: Vouched) { (self.key, self.vouched) = (key, vouched) }

    /// A chip for a holder, vouched for by an issuer's RSA-2048 key.
    package static func issue(
        for holder: CardHolder, by issuer: PrivateKey
    ) throws(CryptographyError) -> CardChip {
        let key = try PrivateKey.generate(.rsa(bits: 2048))
        let content = HolderContent(holder, chip: key.publicKey)
        return CardChip(
            key: key,
            vouched: Vouched(
                text: try issuer.sign(content.textDigests),
                age: try issuer.sign(content.age), face: try issuer.sign(content.faceDigests),
                number: try issuer.sign(content.number),
                certificate: try verifiableCertificate(of: issuer)))
    }

    /// A card-verifiable certificate by which an issuer vouches for itself.
    private static func verifiableCertificate(
        of issuer: PrivateKey
    ) throws(CryptographyError) -> [UInt8] {
        let body =
            HolderContent.keyIdentifier + HolderContent.keyIdentifier
            + cardKey(issuer.publicKey)
        return TLV(
            tag: 0x7F21,
            value: TLV(tag: 0x5F4E, value: body).encoded
                + TLV(tag: 0x5F37, value: try issuer.sign(body)).encoded
        ).encoded
    }
}

/// A public RSA key as cards write it: exponent (tag 90), modulus (tag 91).
func cardKey(_ key: PublicKey) -> [UInt8] {
    // SubjectPublicKeyInfo: SEQUENCE { algorithm, BIT STRING { SEQUENCE { modulus, exponent } } }.
    func numbers() throws(OctetError) -> [[UInt8]] {
        var reader = OctetReader(key.spki)
        reader = OctetReader(try reader.tlv().value)
        _ = try reader.tlv()
        reader = OctetReader([UInt8](try reader.tlv().value.dropFirst()))
        reader = OctetReader(try reader.tlv().value)
        return try [reader.tlv().value, reader.tlv().value]
    }
    guard let numbers = try? numbers() else { return [] }
    let modulus = [UInt8](numbers[0].drop { $0 == 0 })
    let exponent = numbers[1]
    return TLV(tag: 0x90, value: exponent).encoded + TLV(tag: 0x91, value: modulus).encoded
}
