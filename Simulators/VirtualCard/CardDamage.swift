/// A way in which a card itself is not as it should be, on order: applied to its image, never to
/// its file.
package enum CardDamage: Hashable, Sendable {
    /// The user-authentication certificate ends after so many octets.
    case certificateCut(octets: Int)
    /// One bit of the user-authentication certificate is turned round, counted from its first.
    case certificateBitFlipped(Int)
    /// There is no user-authentication certificate.
    case noCertificate
    /// It is another kind of card: another application, no PINs, a telephone.
    case form(CardForm)

    /// How damages are written, for help texts.
    package static let grammar = """
        KIND, joined by commas: `cut:N` (the certificate ends after N octets), `flip:N` (its N-th bit
        is turned round), `no-certificate`, `foreign` (not a My Number card), `face-only`, `phone`
        (the certificate needs the PIN).
        """

    /// Reads damages as `grammar` says.
    package static func list(_ text: some StringProtocol) -> [CardDamage]? {
        var damages: [CardDamage] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let damage = CardDamage(String(part)) else { return nil }
            damages.append(damage)
        }
        return damages
    }

    private init?(_ text: String) {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        let number = pieces.count == 2 ? Int(pieces[1]).flatMap { $0 >= 0 ? $0 : nil } : nil
        switch (pieces.first, number) {
        case ("cut"?, let octets?): self = .certificateCut(octets: octets)
        case ("flip"?, let bit?): self = .certificateBitFlipped(bit)
        case ("no-certificate"?, nil) where pieces.count == 1: self = .noCertificate
        case ("foreign"?, nil) where pieces.count == 1: self = .form(.foreign)
        case ("face-only"?, nil) where pieces.count == 1: self = .form(.faceOnly)
        case ("phone"?, nil) where pieces.count == 1: self = .form(.phone)
        default: return nil
        }
    }
}

extension CardImage {
    /// Does this to the card.
    package mutating func suffer(_ damage: CardDamage) {
        switch damage {
        case .certificateCut(let octets):
            guard let certificate = authentication?.certificate else { return }
            authentication?.certificate = [UInt8](certificate.prefix(octets))
        case .certificateBitFlipped(let bit):
            guard let count = authentication?.certificate.count, count > 0 else { return }
            authentication?.certificate[bit / 8 % count] ^= 0x80 >> UInt8(bit % 8)
        case .noCertificate: authentication = nil
        case .form(let form):
            self.form = form
            switch form {
            case .phone: label = Self.phoneLabel
            case .foreign: atr = Self.foreignATR
            case .faceOnly: signature = nil
            case .plastic: break
            }
        }
    }
}
