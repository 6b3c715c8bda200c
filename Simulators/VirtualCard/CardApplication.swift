package import APDU
package import Cryptography

/// One application of a virtual card as data: its name and what can be selected in it.
package struct CardApplication: Sendable {
    /// The application's identifier (AID).
    package var identifier: [UInt8]
    /// Files, secrets and keys by their identifiers.
    package var elements: [FileIdentifier: CardElement]
    /// The key that signs where a command names none: it proves that the chip is there.
    package var chipKey: PrivateKey?

    /// An application of these elements.
    package init(
        identifier: [UInt8], elements: [FileIdentifier: CardElement], chipKey: PrivateKey? = nil
    ) {
        (self.identifier, self.elements, self.chipKey) = (identifier, elements, chipKey)
    }
}

/// Who may read a file or use a key.
package enum AccessRule: Hashable, Sendable {
    /// Everybody.
    case always
    /// Who verified one of these secrets since the application was selected.
    case after(Set<FileIdentifier>)

    /// Whether the secrets verified so far satisfy the rule.
    package func allows(_ verified: Set<FileIdentifier>) -> Bool {
        switch self {
        case .always: true
        case .after(let secrets): !secrets.isDisjoint(with: verified)
        }
    }
}

/// What an identifier within an application stands for.
package enum CardElement: Sendable {
    /// Octets to read by offset (a transparent file).
    case file([UInt8], AccessRule)
    /// Octets to read record by record, counted from 1.
    case records([[UInt8]], AccessRule)
    /// A PIN or another secret to compare with; it locks after so many wrong ones.
    case secret(CardSecret)
    /// A private key that signs.
    case key(PrivateKey, AccessRule)
}

/// A PIN, password or verification number of a card: which, what it is, and how many wrong ones
/// it takes.
package struct CardSecret: Hashable, Sendable {
    /// What a new value must look like.
    package enum Form: Hashable, Sendable {
        /// Four digits.
        case pin
        /// 6 to 16 letters and digits.
        case password
        /// Printed or fixed at issuing: it is never changed.
        case fixed

        /// Whether octets may become the secret's value.
        package func allows(_ octets: [UInt8]) -> Bool {
            switch self {
            case .pin: CardImage.isPIN(octets)
            case .password: CardImage.isPassword(octets)
            case .fixed: false
            }
        }
    }

    /// The name under which tries are counted: `jpki/0018`.
    package var name: String
    /// The right octets when the card was issued.
    package var value: [UInt8]
    /// The tries of a fresh secret; one that has none was locked from the start.
    package var limit: Int
    /// What a new value must look like.
    package var form: Form

    /// A secret.
    package init(name: String, value: [UInt8], limit: Int, form: Form = .fixed) {
        (self.name, self.value, self.limit, self.form) = (name, value, limit, form)
    }
}

extension CardSecret: CustomStringConvertible {
    package var description: String { "CardSecret(\(name))" }
}
