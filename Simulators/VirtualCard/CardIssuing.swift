package import Authority
package import Cryptography
package import Records

extension CardImage {
    /// What a card is to be like.
    package struct Order: Sendable {
        /// The person whose card it is; also part of the certificates' opaque names.
        package var person: String
        /// The keys' kind: RSA-2048 as today's cards, P-384 as the next one's.
        package var keyKind = KeyKind.rsa(bits: 2048)
        /// The first instant of the certificates' life.
        package var notBefore: Instant
        /// The last instant of the certificates' life.
        package var notAfter: Instant
        /// What kind of card it is.
        package var form = CardForm.plastic
        /// What is printed about the holder; without it the card has the JPKI application alone.
        package var holder: CardHolder?
        /// Whether the card has a certificate for user authentication.
        package var hasAuthentication = true
        /// Whether the card has a certificate for digital signature.
        package var hasSignature = true
        /// The PIN of user authentication.
        package var pin = Array("1234".utf8)
        /// The password of digital signature.
        package var password = Array("ABC123".utf8)
        /// The PIN of the text application.
        package var textPIN = Array("1234".utf8)
        /// Faults of the user-authentication certificate.
        package var faults: Set<CertificateRequest.Fault> = []

        /// An ordinary card.
        package init(person: String, notBefore: Instant, notAfter: Instant) {
            (self.person, self.notBefore, self.notAfter) = (person, notBefore, notAfter)
        }
    }

    /// Issues a card: makes its keys and has the authorities vouch for them. `printer` is the key
    /// that vouches for what is printed; a holder needs one.
    package static func issue(
        _ order: Order, authentication: CertificateAuthority, signature: CertificateAuthority,
        printer: PrivateKey? = nil
    ) throws(CryptographyError) -> CardImage {
        let hasSignature = order.hasSignature && order.form != .faceOnly
        var image = try CardImage(
            person: order.person,
            authentication: order.hasAuthentication
                ? credential(.cardAuthentication, order, from: authentication) : nil,
            signature: hasSignature ? credential(.cardSignature, order, from: signature) : nil,
            pin: order.pin, password: order.password)
        image.textPIN = order.textPIN
        image.form = order.form
        switch order.form {
        case .plastic, .faceOnly: break
        case .phone: image.label = phoneLabel
        case .foreign: image.atr = foreignATR
        }
        if let holder = order.holder, let printer {
            (image.holder, image.chip) = (holder, try CardChip.issue(for: holder, by: printer))
        }
        return image
    }

    /// Renews the certificates that are on the card, with new keys; everything else stays.
    package mutating func renew(
        _ order: Order, authentication: CertificateAuthority, signature: CertificateAuthority
    ) throws(CryptographyError) {
        if self.authentication != nil {
            self.authentication = try Self.credential(
                .cardAuthentication, order, from: authentication)
        }
        if self.signature != nil {
            self.signature = try Self.credential(.cardSignature, order, from: signature)
        }
    }

    private static func credential(
        _ profile: CertificateProfile, _ order: Order, from authority: CertificateAuthority
    ) throws(CryptographyError) -> Credential {
        let key = try PrivateKey.generate(order.keyKind)
        var request = CertificateRequest(
            commonName: opaqueName(), publicKey: key.publicKey, notBefore: order.notBefore,
            notAfter: order.notAfter, profile: profile)
        if profile == .cardAuthentication { request.faults = order.faults }
        return Credential(
            certificate: try authority.issue(request).der, authority: authority.certificate.der,
            key: key)
    }

    /// A subject's name as long as a real one's, and as silent: 22 characters, none of a person.
    private static func opaqueName() -> String {
        "SIM" + randomDigits(18) + "A"
    }
}
