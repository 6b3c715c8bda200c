package import APDU
package import MyNumberCard
package import PCSC

/// What is said to a card while it is held for this alone: nobody else speaks to it meanwhile.
package protocol CardVisit: Sendable {
    /// What comes of it.
    associatedtype Answer: Sendable
    /// How long it may take, where somebody types on the reader; nothing for the usual limit.
    var limit: Duration? { get }
    /// Speaks to the card.
    func speak(on channel: inout some CardChannel & ~Copyable) throws(CardError) -> Answer
}

extension CardVisit {
    /// Nobody types.
    package var limit: Duration? { nil }
}

/// A reader as the terminal uses it. `PCSCReader` is one, a card in process another: both meet the
/// same `ReaderCardPort`, so what a card's failure means is decided in one place.
package protocol CardReader: Sendable {
    /// Holds the card for one visit, and ends as `ending` says.
    func perform<Visit: CardVisit>(
        _ visit: Visit, ending: CardEnding
    ) async throws(CardError) -> Visit.Answer
}

extension PCSCReader: CardReader {
    package func perform<Visit: CardVisit>(
        _ visit: Visit, ending: CardEnding
    ) async throws(CardError) -> Visit.Answer {
        try await perform(ending: ending, limit: visit.limit) { (channel) throws(CardError) in
            try visit.speak(on: &channel)
        }
    }
}
