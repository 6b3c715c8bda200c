package import Records
package import VirtualCard

/// What a simulated camera sees: the face of a card, and somebody before it, as ordered.
package struct CameraScene: Hashable, Sendable {
    /// Whose face is there.
    package enum Face: Hashable, Sendable {
        /// The card's holder.
        case holder
        /// Somebody else, by their photo.
        case other(photo: [UInt8])
        /// The holder, badly.
        case blurred
        /// Nobody.
        case nobody
    }
    /// What is to be read on the card.
    package enum Print: String, Hashable, Sendable, CaseIterable {
        /// What is printed there.
        case right
        /// Another security code.
        case wrongCode
        /// Nothing: it lies on its face.
        case nothing
    }

    /// The card before the camera.
    package var card: CardHolder?
    /// Whose face is there.
    package var face = Face.holder
    /// What is to be read on the card.
    package var print = Print.right

    /// A scene with a card in it, or without.
    package init(_ card: CardHolder? = nil) { self.card = card }

    /// The digits that the camera reads on the card.
    package var number: (birthDate: LocalDate, expiryYear: Int, securityCode: String)? {
        guard let card, print != .nothing else { return nil }
        let code = print == .right ? card.securityCode : Self.another(card.securityCode)
        return (card.birthDate, card.expiresOn.year, code)
    }

    /// The picture that the camera takes; the stub matcher compares its octets.
    package var frame: [UInt8]? {
        switch face {
        case .nobody: nil
        case .other(let photo): photo
        case .holder: card?.pictures.photo
        case .blurred:
            card.map { card in
                card.pictures.photo.enumerated().map { $0 % 2 == 0 ? $1 : $1 ^ 0x55 }
            }
        }
    }

    private static func another(_ code: String) -> String {
        String(code.map { $0 == "9" ? "0" : $0 == "0" ? "1" : "9" })
    }
}
