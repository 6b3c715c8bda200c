package import Cryptography
internal import JSON
internal import Octets

/// The private keys of a card, each in a file of its own.
package enum CardKey: Hashable, Sendable, CaseIterable {
    case authentication, signature, chip
}

extension CardFile {
    /// What is printed into the card. Certificates must fit their keys; use a changed
    /// `CardImage` for a card that is broken.
    package func loadImage() throws(CardFileError) -> CardImage {
        try image(printed: read(path, isPrivate: false), pins: read(pinsPath, isPrivate: true)) {
            (which) throws(CardFileError) in
            do throws(KeyFile.Failure) {
                return try KeyFile.privateKey(keyPath(which))
            } catch {
                throw .file(error)
            }
        }
    }

    /// The same from what the files hold, wherever that was read. What is printed comes first: a file
    /// that is no card's is told as such, not by what does not lie beside it.
    package func image(
        printed text: [UInt8], pins: @autoclosure () throws(CardFileError) -> [UInt8],
        key: (CardKey) throws(CardFileError) -> PrivateKey
    ) throws(CardFileError) -> CardImage {
        let printed = try decoded(text, from: path) { (value) throws(JSONError) in
            try PrintedCard(value)
        }
        let pins = try decoded(pins(), from: pinsPath) { (value) throws(JSONError) in
            try CardPINs(value)
        }
        var image = CardImage(
            person: printed.person,
            authentication: try credential(
                printed.authentication, named: "authentication", .authentication, key),
            signature: try credential(printed.signature, named: "signature", .signature, key),
            pin: pins.pin, password: pins.password)
        (image.form, image.label, image.atr) = (printed.form, printed.label, printed.atr)
        if let textPIN = pins.textPIN { image.textPIN = textPIN }
        if let holder = printed.holder, let vouched = printed.vouched {
            image.holder = holder
            image.chip = try chip(for: holder, vouched, key: key(.chip))
        }
        return image
    }

    private func keyPath(_ which: CardKey) -> String {
        switch which {
        case .authentication: keyPath
        case .signature: signatureKeyPath
        case .chip: chipKeyPath
        }
    }

    private func credential(
        _ printed: PrintedCard.Certificates?, named name: String, _ which: CardKey,
        _ privateKey: (CardKey) throws(CardFileError) -> PrivateKey
    ) throws(CardFileError) -> CardImage.Credential? {
        guard let printed else { return nil }
        let key = try privateKey(which)
        guard let certificate = try? Certificate(der: printed.certificate) else {
            throw .malformed(path: path, reason: "$.\(name).certificate: is not a certificate")
        }
        guard certificate.publicKey == key.publicKey else {
            throw .malformed(
                path: path,
                reason: "$.\(name).certificate: does not fit the key in \(keyPath(which))")
        }
        guard (try? Certificate(der: printed.authority)) != nil else {
            throw .malformed(path: path, reason: "$.\(name).authority: is not a certificate")
        }
        return CardImage.Credential(
            certificate: printed.certificate, authority: printed.authority, key: key)
    }

    private func chip(
        for holder: CardHolder, _ vouched: CardChip.Vouched, key: PrivateKey
    ) throws(CardFileError) -> CardChip {
        let chip = CardChip(key: key, vouched: vouched)
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
