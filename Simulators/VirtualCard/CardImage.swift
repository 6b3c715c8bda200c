internal import APDU
package import Cryptography
internal import Octets

/// What is printed into a virtual card: certificates, keys and PINs. Plain data, without any
/// state of a conversation.
package struct CardImage: Sendable {
    /// The name in the card's token information; programs tell plastic cards from telephones by
    /// it.
    package static let plasticLabel = "JPKIAPICCTOKEN2"
    /// The answer to reset of a contactless card.
    package static let contactlessATR: [UInt8] = [
        0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F,
    ]

    /// A certificate with its key and its authority's certificate.
    package struct Credential: Sendable {
        /// The holder's certificate, DER. Octets, so that a broken one can be held too.
        package var certificate: [UInt8]
        /// The certificate of the authority that issued it, DER.
        package var authority: [UInt8]
        /// The private key.
        package var key: PrivateKey

        /// A credential from its parts.
        package init(certificate: [UInt8], authority: [UInt8], key: PrivateKey) {
            (self.certificate, self.authority, self.key) = (certificate, authority, key)
        }
    }

    /// The person whose card this is, for people who look at the file; no card tells it.
    package var person: String
    /// The card's answer to reset.
    package var atr: [UInt8] = contactlessATR
    /// The label of the token information.
    package var label = plasticLabel
    /// For user authentication (利用者証明用): PIN of four digits.
    package var authentication: Credential?
    /// For digital signature (署名用): password of 6 to 16 letters and digits.
    package var signature: Credential?
    /// The PIN of user authentication.
    package var pin: [UInt8]
    /// The password of digital signature.
    package var password: [UInt8]

    /// A card image; simulated cards have PIN 1234 and password ABC123 unless told otherwise.
    package init(
        person: String, authentication: Credential?, signature: Credential? = nil,
        pin: [UInt8] = Array("1234".utf8), password: [UInt8] = Array("ABC123".utf8)
    ) {
        self.person = person
        (self.authentication, self.signature) = (authentication, signature)
        (self.pin, self.password) = (pin, password)
    }
}

extension CardImage: CustomStringConvertible {
    package var description: String { "CardImage(\(person))" }
}

extension CardImage {
    /// The applications on the card.
    var applications: [CardApplication] { [userAuthenticationApplication] }

    /// The name of the user-authentication PIN among the counters.
    package static let pinName = "jpki/0018"
    /// The name of the signature password among the counters.
    package static let passwordName = "jpki/001b"

    /// The tries of a fresh user-authentication PIN.
    package static let pinLimit = 3
    /// The tries of a fresh signature password.
    package static let passwordLimit = 5

    /// The JPKI application (公的個人認証).
    private var userAuthenticationApplication: CardApplication {
        var elements: [FileIdentifier: CardElement] = [
            FileIdentifier(0x0006): .file(tokenInformation),
            FileIdentifier(0x0008): .file([
                signature == nil ? 0x00 : 0x8F, authentication == nil ? 0x00 : 0x8F, 0x00,
            ]),
            FileIdentifier(0x0018): .pin(
                CardPIN(name: Self.pinName, value: pin, limit: Self.pinLimit)),
            FileIdentifier(0x001B): .pin(
                CardPIN(name: Self.passwordName, value: password, limit: Self.passwordLimit)),
        ]
        if let authentication {
            elements[FileIdentifier(0x000A)] = .file(authentication.certificate)
            elements[FileIdentifier(0x000B)] = .file(authentication.authority)
            elements[FileIdentifier(0x0017)] = .key(
                authentication.key, after: FileIdentifier(0x0018))
        }
        if let signature {
            elements[FileIdentifier(0x0001)] = .file(
                signature.certificate, after: FileIdentifier(0x001B))
            elements[FileIdentifier(0x0002)] = .file(signature.authority)
            elements[FileIdentifier(0x001A)] = .key(signature.key, after: FileIdentifier(0x001B))
        }
        return CardApplication(
            identifier: [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
            elements: elements)
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
