/// How many tries each secret of a card has left.
package struct PINCounters: Hashable, Sendable {
    /// Tries left by the secret's name; a name that is absent has all its tries.
    package var triesLeft: [String: Int]

    /// Counters; none spent by default.
    package init(triesLeft: [String: Int] = [:]) { self.triesLeft = triesLeft }

    /// The tries left on a secret.
    package subscript(secret: CardSecret) -> Int {
        get { min(triesLeft[secret.name] ?? secret.limit, secret.limit) }
        set { triesLeft[secret.name] = newValue }
    }
}

/// What a chip remembers without power. A card holds this apart from everything else, because it
/// alone changes after issuing.
package struct CardMemory: Hashable, Sendable {
    /// The tries left.
    package var counters: PINCounters
    /// Secrets that their holder changed, by name.
    package var changed: [String: [UInt8]]
    /// Whether somebody tampered with the chip: it is dead, for good.
    package var isDestroyed: Bool

    /// The memory of a fresh card.
    package init(
        counters: PINCounters = PINCounters(), changed: [String: [UInt8]] = [:],
        isDestroyed: Bool = false
    ) {
        (self.counters, self.changed, self.isDestroyed) = (counters, changed, isDestroyed)
    }

    /// The right octets of a secret today.
    package func value(of secret: CardSecret) -> [UInt8] { changed[secret.name] ?? secret.value }
}

extension CardMemory: CustomStringConvertible {
    package var description: String { "CardMemory(\(counters.triesLeft))" }
}
