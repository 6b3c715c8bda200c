package import JSON
import Octets
import Records

extension House {
    /// The simulated people of files, with the cards that are theirs.
    package var peopleJSON: JSONValue {
        .array(
            population.ids.map { id in
                let file = population.file(of: id)
                return .object(present: [
                    ("id", .string(id)), ("about", file.map { .string($0.about) }),
                    ("asOf", file?.asOf.map { .string($0.description) }),
                    (
                        "cards",
                        .array(enrolments.cards(of: id).map { .string($0.hex) })
                    ),
                ])
            })
    }

    /// Entries of the journal.
    package func journalEntries(after number: Int, limit: Int) -> (
        entries: [JournalEntry], last: Int
    ) {
        (journal.entries(after: number, limit: limit), journal.last)
    }

    /// Entries of the journal that are like a filter.
    package func journalEntries(after number: Int, limit: Int, filter: JournalFilter) -> (
        entries: [JournalEntry], last: Int
    ) {
        (journal.entries(after: number, limit: limit, filter: filter), journal.last)
    }

    /// Sets how late answers are.
    package func order(_ latency: Latency) { (self.latency, latencyCount) = (latency, 0) }

    /// Sets the rate limits.
    package func order(_ limits: RateLimits) { self.limits = limits }

    /// Takes back whatever tests order; records, cards and the journal stay.
    package func reset() {
        faults.replace(with: [])
        (latency, latencyCount) = (Latency(), 0)
        (modeOrders, limits) = ([], RateLimits())
        renewalLagSeconds = 0
        chance.seed = nil
    }

    /// The faults on order.
    package var faultOrders: [Fault] { faults.orders }

    /// Orders faults in place of those on order.
    package func order(_ orders: [Fault]) { faults.replace(with: orders) }
}
