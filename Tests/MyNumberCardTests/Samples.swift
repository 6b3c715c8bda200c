import APDU
import Authority
import Cryptography
import MyNumberCard
import Records
import Secrets
import VirtualCard

/// Cards of an authority made for these tests, once.
enum Samples {
    static let now = Instant(seconds: 1_795_000_000)
    static let image = card(.rsa(bits: 2048))
    static let other = card(.rsa(bits: 2048))
    static let nextGeneration = card(.p384)

    private static func card(_ kind: KeyKind) -> CardImage? {
        try? CardImage.issue(
            order(kind), authentication: authority("Simulated user authentication"),
            signature: authority("Simulated digital signature"))
    }

    private static func order(_ kind: KeyKind) -> CardImage.Order {
        var order = CardImage.Order(
            person: "sample", notBefore: now, notAfter: now.adding(seconds: 86_400 * 365))
        order.keyKind = kind
        return order
    }

    private static func authority(_ unit: String) throws(CryptographyError) -> CertificateAuthority
    {
        try CertificateAuthority.make(
            unit: unit, key: PrivateKey.generate(.p256), notBefore: now,
            notAfter: now.adding(seconds: 86_400 * 3650))
    }
}

/// A page that holds a PIN.
func page(_ text: String) -> SecretPage {
    var page = SecretPage(capacity: 16)
    for octet in text.utf8 { page.append(octet) }
    return page
}

extension CardImage {
    /// The certificate on the card, parsed.
    var certificate: Certificate {
        get throws { try Certificate(der: authentication?.certificate ?? []) }
    }
}

/// A card that answers what it is told to and remembers every command.
struct PreparedCard: CardChannel {
    var answers: [[UInt8]]
    var sent: [[UInt8]] = []

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        sent.append(command.withUnsafeBufferPointer { [UInt8]($0) })
        guard !answers.isEmpty else { throw .mute }
        return try ResponseAPDU(answers.removeFirst())
    }
}
