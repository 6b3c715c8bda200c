internal import Cryptography
internal import JSON
internal import Octets

extension CardFile {
    /// What is printed into the card. Certificates must fit their keys; use a changed
    /// `CardImage` for a card that is broken.
    package func loadImage() throws(CardFileError) -> CardImage {
        let printed = try decoded(read(path, isPrivate: false), from: path) {
            (value) throws(JSONError) in try PrintedCard(value)
        }
        let pins = try decoded(read(pinsPath, isPrivate: true), from: pinsPath) {
            (value) throws(JSONError) in try CardPINs(value)
        }
        var image = CardImage(
            person: printed.person,
            authentication: try credential(
                printed.authentication, named: "authentication", keyPath: keyPath),
            signature: try credential(
                printed.signature, named: "signature", keyPath: signatureKeyPath),
            pin: pins.pin, password: pins.password)
        (image.form, image.label, image.atr) = (printed.form, printed.label, printed.atr)
        if let textPIN = pins.textPIN { image.textPIN = textPIN }
        if let holder = printed.holder, let vouched = printed.vouched {
            (image.holder, image.chip) = (holder, try chip(for: holder, vouched))
        }
        return image
    }

    private func credential(
        _ printed: PrintedCard.Certificates?, named name: String, keyPath: String
    ) throws(CardFileError) -> CardImage.Credential? {
        guard let printed else { return nil }
        let key = try privateKey(keyPath)
        guard let certificate = try? Certificate(der: printed.certificate) else {
            throw .malformed(path: path, reason: "$.\(name).certificate: is not a certificate")
        }
        guard certificate.publicKey == key.publicKey else {
            throw .malformed(
                path: path, reason: "$.\(name).certificate: does not fit the key in \(keyPath)")
        }
        guard (try? Certificate(der: printed.authority)) != nil else {
            throw .malformed(path: path, reason: "$.\(name).authority: is not a certificate")
        }
        return CardImage.Credential(
            certificate: printed.certificate, authority: printed.authority, key: key)
    }

    private func chip(
        for holder: CardHolder, _ vouched: CardChip.Vouched
    ) throws(CardFileError) -> CardChip {
        let chip = CardChip(key: try privateKey(chipKeyPath), vouched: vouched)
        guard let issuer = vouched.issuerKey else {
            throw .malformed(
                path: path, reason: "$.vouched.certificate: is not a card-verifiable certificate")
        }
        let content = HolderContent(holder, chip: chip.key.publicKey)
        for (name, signature, message) in [
            ("text", vouched.text, content.textDigests), ("age", vouched.age, content.age),
            ("face", vouched.face, content.faceDigests), ("number", vouched.number, content.number),
        ] {
            guard issuer.isValid(signature: signature, over: message) else {
                throw .malformed(
                    path: path,
                    reason: "$.vouched.\(name): does not fit the holder or \(chipKeyPath)"
                )
            }
        }
        return chip
    }

    private func privateKey(_ path: String) throws(CardFileError) -> PrivateKey {
        do throws(KeyFile.Failure) {
            return try KeyFile.privateKey(path)
        } catch {
            throw .file(error)
        }
    }
}

extension CardChip.Vouched {
    /// The issuer's key in its card-verifiable certificate.
    fileprivate var issuerKey: PublicKey? {
        func numbers() throws(OctetError) -> (exponent: [UInt8], modulus: [UInt8]) {
            var reader = OctetReader(certificate)
            reader = OctetReader(try reader.tlv().value)
            reader = OctetReader(try reader.tlv().value)
            _ = try reader.take(2 * HolderContent.keyIdentifier.count)
            return (try reader.tlv().value, try reader.tlv().value)
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
        return try? PublicKey(
            spki: TLV(
                tag: 0x30,
                value: algorithm.encoded + TLV(tag: 0x03, value: [0] + key.encoded).encoded
            ).encoded)
    }
}
