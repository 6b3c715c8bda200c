package import APDU
package import Cryptography

/// One application of a virtual card as data: its name and what can be selected in it.
package struct CardApplication: Sendable {
    /// The application's identifier (AID).
    package var identifier: [UInt8]
    /// Files, PINs and keys by their identifiers.
    package var elements: [FileIdentifier: CardElement]

    /// An application of these elements.
    package init(identifier: [UInt8], elements: [FileIdentifier: CardElement]) {
        (self.identifier, self.elements) = (identifier, elements)
    }
}

/// What an identifier within an application stands for.
package enum CardElement: Sendable {
    /// Octets to read: freely, or once a PIN was verified.
    case file([UInt8], after: FileIdentifier? = nil)
    /// A secret to compare with; it locks after so many wrong ones.
    case pin(CardPIN)
    /// A private key that signs once a PIN was verified.
    case key(PrivateKey, after: FileIdentifier)
}

/// A PIN of a card: which, what it is, and how many wrong ones it takes.
package struct CardPIN: Hashable, Sendable {
    /// The name under which tries are counted: `jpki/0018`.
    package var name: String
    /// The right octets.
    package var value: [UInt8]
    /// The tries of a fresh PIN.
    package var limit: Int

    /// A PIN.
    package init(name: String, value: [UInt8], limit: Int) {
        (self.name, self.value, self.limit) = (name, value, limit)
    }
}

extension CardPIN: CustomStringConvertible {
    package var description: String { "CardPIN(\(name))" }
}

/// How many tries each PIN of a card has left. A card holds this apart from everything else,
/// because it alone changes.
package struct PINCounters: Hashable, Sendable {
    /// Tries left by the PIN's name; a name that is absent has all its tries.
    package var triesLeft: [String: Int]

    /// Counters; none spent by default.
    package init(triesLeft: [String: Int] = [:]) { self.triesLeft = triesLeft }

    /// The tries left on a PIN.
    package subscript(pin: CardPIN) -> Int {
        get { min(triesLeft[pin.name] ?? pin.limit, pin.limit) }
        set { triesLeft[pin.name] = newValue }
    }
}
