internal import APDU
internal import Cryptography
internal import Octets
internal import Records

/// The applications of a card by their names.
package enum CardApplicationName {
    /// 公的個人認証 (JPKI).
    package static let jpki: [UInt8] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]
    /// 券面事項入力補助: the holder's facts as text.
    package static let text = framework + [0x04, 0x08]
    /// 券面事項確認: the card's surface.
    package static let surface = framework + [0x04, 0x02]
    /// 共通カード: the serial record.
    package static let common = framework + [0x01, 0x00]
    /// This project's own, which no real card has: it counts the misses of a face match. Its name
    /// begins with F, as unregistered ones do (ISO/IEC 7816-5), and spells MADOGUCHI.
    package static let simulation = [0xF0] + Array("MADOGUCHI".utf8)

    private static let framework: [UInt8] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01]
}

extension CardImage {
    /// The applications on the card.
    package var applications: [CardApplication] {
        switch form {
        case .foreign: []
        case .phone: [jpki]
        case .plastic, .faceOnly:
            if let holder, let chip {
                [jpki] + holderApplications(HolderContent(holder, chip: chip.key.publicKey), chip)
            } else {
                [jpki]
            }
        }
    }

    private var jpki: CardApplication {
        let (pinFile, passwordFile) = (FileIdentifier(0x0018), FileIdentifier(0x001B))
        var elements: [FileIdentifier: CardElement] = [
            FileIdentifier(0x0006): .file(tokenInformation, .always),
            FileIdentifier(0x0008): .file(
                [signature == nil ? 0x00 : 0x8F, authentication == nil ? 0x00 : 0x8F, 0x00],
                .always),
            pinFile: .secret(
                CardSecret(
                    name: Self.pinName, value: pin, limit: hasPINs ? Self.pinLimit : 0,
                    form: .pin)),
            passwordFile: .secret(
                CardSecret(
                    name: Self.passwordName, value: password,
                    limit: hasPINs ? Self.passwordLimit : 0, form: .password)),
        ]
        if let authentication {
            elements[FileIdentifier(0x000A)] = .file(
                authentication.certificate, form == .phone ? .after([pinFile]) : .always)
            elements[FileIdentifier(0x000B)] = .file(authentication.authority, .always)
            elements[FileIdentifier(0x0017)] = .key(authentication.key, .after([pinFile]))
        }
        if let signature {
            elements[FileIdentifier(0x0001)] = .file(
                signature.certificate, .after([passwordFile]))
            elements[FileIdentifier(0x0002)] = .file(signature.authority, .always)
            elements[FileIdentifier(0x001A)] = .key(signature.key, .after([passwordFile]))
        }
        return CardApplication(identifier: CardApplicationName.jpki, elements: elements)
    }

    private func holderApplications(
        _ content: HolderContent, _ chip: CardChip
    ) -> [CardApplication] {
        let counter = CardApplication(
            identifier: CardApplicationName.simulation,
            elements: [
                FileIdentifier(0x0011): .secret(
                    CardSecret(name: Self.faceName, value: [0x01], limit: Self.faceLimit))
            ])
        return [
            text(content, chip), surface(content, chip),
            CardApplication(
                identifier: CardApplicationName.common,
                elements: [FileIdentifier(0x0001): .records([content.serialRecord], .always)]),
        ] + (keepsFaceCount ? [counter] : [])
    }

    private func text(_ content: HolderContent, _ chip: CardChip) -> CardApplication {
        let (pin, a, b) = (FileIdentifier(0x0011), FileIdentifier(0x0014), FileIdentifier(0x0015))
        return CardApplication(
            identifier: CardApplicationName.text,
            elements: [
                FileIdentifier(0x0001): .file(content.numberFile, .after([pin, a])),
                FileIdentifier(0x0002): .file(content.attributesFile, .after([pin, b])),
                FileIdentifier(0x0003): .file(
                    content.integrityFile(signature: chip.vouched.text), .after([pin, a, b])),
                FileIdentifier(0x0004): .file(chip.vouched.certificate, .always),
                FileIdentifier(0x0005): .file(content.textInformation, .always),
                pin: .secret(
                    CardSecret(
                        name: "text/0011", value: textPIN, limit: hasPINs ? Self.pinLimit : 0,
                        form: .pin)),
                FileIdentifier(0x0012): .secret(CardSecret(name: "text/0012", value: [], limit: 0)),
                FileIdentifier(0x0013): .key(chip.key, .always),
                a: verificationNumber("text/0014", content.holder.verificationNumberA),
                b: verificationNumber("text/0015", content.holder.verificationNumberB),
            ], chipKey: copiedChipKey ?? chip.key)
    }

    private func surface(_ content: HolderContent, _ chip: CardChip) -> CardApplication {
        let (birth, b, a) = (FileIdentifier(0x0011), FileIdentifier(0x0012), FileIdentifier(0x0013))
        return CardApplication(
            identifier: CardApplicationName.surface,
            elements: [
                FileIdentifier(0x0001): .file(
                    content.ageFile(signature: chip.vouched.age), .after([birth])),
                FileIdentifier(0x0002): .file(
                    content.faceFile(signature: chip.vouched.face), .after([a, b])),
                FileIdentifier(0x0003): .file(content.surfaceInformation, .always),
                FileIdentifier(0x0004): .file(chip.vouched.certificate, .always),
                FileIdentifier(0x0005): .file(
                    content.numberPictureFile(signature: chip.vouched.number), .after([a])),
                birth: verificationNumber("surface/0011", content.holder.birthDate.eraDigits),
                b: verificationNumber("surface/0012", content.holder.verificationNumberB),
                a: verificationNumber("surface/0013", content.holder.verificationNumberA),
            ], chipKey: copiedChipKey ?? chip.key)
    }

    private func verificationNumber(_ name: String, _ digits: String) -> CardElement {
        .secret(
            CardSecret(name: name, value: Array(digits.utf8), limit: Self.verificationNumberLimit))
    }

    /// File 0006: the 160 octets of a PKCS#11 token information, numbers of four octets.
    private var tokenInformation: [UInt8] {
        func text(_ text: String, _ count: Int) -> [UInt8] {
            let octets = Array(text.utf8.prefix(count))
            return octets + [UInt8](repeating: 0x20, count: count - octets.count)
        }
        var octets = text(label, 32) + text("Madoguchi Simulation", 32) + text("SIM01", 16)
        octets += text("0000000000000000", 16)
        let unknown = UInt32.max
        for number: UInt32 in [0x0000_040D, 1, 0, 1, 0, 16, 6, unknown, unknown, unknown, unknown] {
            octets.append(bigEndian: number)
        }
        return octets + text("03", 2) + text("01", 2) + text("9999999999999999", 16)
    }
}
