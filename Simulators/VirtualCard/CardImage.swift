package import Cryptography

/// What kind of card it is, as readers meet them.
package enum CardForm: String, Hashable, Sendable, CaseIterable {
    /// The ordinary card.
    case plastic
    /// 顔認証マイナンバーカード: no PIN is taken and nothing is signed for its holder's name.
    case faceOnly
    /// A card in a telephone: the JPKI application alone, its certificate behind the PIN.
    case phone
    /// Another card than a My Number card.
    case foreign
}

/// What is printed into a virtual card: certificates, keys and PINs. Plain data, without any
/// state of a conversation.
package struct CardImage: Sendable {
    /// The name in the card's token information; programs tell plastic cards from telephones by
    /// it.
    package static let plasticLabel = "JPKIAPICCTOKEN2"
    /// The same name on an Android telephone.
    package static let phoneLabel = "JPKIAPGPSETOKEN"
    /// The answer to reset of a contactless card.
    package static let contactlessATR: [UInt8] = [
        0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F,
    ]

    /// The answer to reset of a driving licence: of the same family, and another card.
    package static let foreignATR: [UInt8] = [
        0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8,
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
    /// What kind of card it is.
    package var form = CardForm.plastic
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
    /// The PIN of the text application.
    package var textPIN = Array("1234".utf8)
    /// What is printed about the holder; a card without has the JPKI application alone.
    package var holder: CardHolder?
    /// The chip's own key and what the issuer signed; beside a holder.
    package var chip: CardChip?
    /// Whether the card counts faces that missed; where a real one does is not public.
    package var keepsFaceCount = true
    /// The key that the chip signs with, where it is not the one on its face: a copied card.
    package var copiedChipKey: PrivateKey?

    /// Whether any PIN is taken.
    package var hasPINs: Bool { form != .faceOnly }

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
    /// The name of the user-authentication PIN among the counters.
    package static let pinName = "jpki/0018"
    /// The name of the signature password among the counters.
    package static let passwordName = "jpki/001b"
    /// The name of the face match's counter, which this project's own application keeps.
    package static let faceName = "simulation/0011"

    /// The tries of a fresh user-authentication PIN.
    package static let pinLimit = 3
    /// The tries of a fresh signature password.
    package static let passwordLimit = 5
    /// The tries of a verification number (照合番号): widely told, seen by nobody.
    package static let verificationNumberLimit = 10
    /// The misses that lock the face way.
    package static let faceLimit = 10

    /// Secrets beside the two of the JPKI application, by the names they are counted under.
    package static let countedNames = [
        "text/0011", "text/0012", "text/0014", "text/0015", "surface/0011", "surface/0012",
        "surface/0013", faceName,
    ]
    /// Every secret a card may count.
    static let secretNames = [pinName, passwordName] + countedNames
    /// What the holder may change, and to what.
    static let changeable: [(name: String, form: CardSecret.Form, rule: String)] = [
        (pinName, .pin, pinRule), (passwordName, .password, passwordRule),
        (textName, .pin, pinRule),
    ]
    /// The name of the text application's PIN among the counters.
    private static let textName = "text/0011"

    /// The tries of a fresh secret.
    static func mostTries(of name: String) -> Int {
        switch name {
        case pinName, textName: pinLimit
        case passwordName: passwordLimit
        case faceName: faceLimit
        default: verificationNumberLimit
        }
    }
}
