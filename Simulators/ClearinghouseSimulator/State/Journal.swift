import JSON
package import Octets
package import Records

/// Where entries of the journal are kept; the program brings a file.
package protocol JournalSink: Sendable {
    /// Takes a line, without its line feed. Returns at once: the answer does not wait for it.
    func append(_ line: [UInt8])
}

/// Everything that was asked, in memory: the newest entries whole, and of the older ones what
/// still has a consequence (who was shown what, which grants were withdrawn).
package struct Journal: Sendable {
    /// The most entries kept whole.
    package static let maximumEntries = 10_000
    /// The most disclosures told to one person.
    package static let maximumDisclosures = 1000

    private var entries: [JournalEntry] = []
    private var next = 1
    private var disclosures: [String: [JournalEntry]] = [:]
    private var withdrawals: [SHA256Digest: Instant] = [:]
    /// The intents that were told, by log.
    var intents = ToldIntents()
    private let sink: (any JournalSink)?
    private let mostEntries: Int

    /// A journal that begins with what was filed before.
    package init(
        filed: [JournalEntry] = [], sink: (any JournalSink)? = nil,
        mostEntries: Int = Journal.maximumEntries
    ) {
        (self.sink, self.mostEntries) = (sink, mostEntries)
        for entry in filed { take(entry) }
    }

    /// Adds an entry and files it.
    package mutating func append(_ entry: JournalEntry) {
        var numbered = entry
        numbered.number = next
        take(numbered)
        sink?.append(numbered.json.canonical)
    }

    /// The entries after a number, oldest first.
    package func entries(after number: Int, limit: Int) -> [JournalEntry] {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return Array(entries[low...].prefix(limit))
    }

    /// Those of the entries after a number that are like the filter, oldest first.
    package func entries(
        after number: Int, limit: Int, filter: JournalFilter
    ) -> [JournalEntry] {
        Array(
            entries(after: number, limit: .max).lazy.filter(filter.matches).prefix(limit))
    }

    /// The number of the newest entry.
    package var last: Int { next - 1 }

    /// Who obtained a person's data, or asked for it: newest first.
    package func disclosures(of person: String) -> [JournalEntry] {
        disclosures[person, default: []].suffix(Self.maximumDisclosures).reversed()
    }

    /// Whether a grant was withdrawn.
    package func isWithdrawn(grant id: SHA256Digest) -> Bool { withdrawals[id] != nil }

    private mutating func take(_ entry: JournalEntry) {
        next = max(next, entry.number + 1)
        if entries.count >= 2 * mostEntries { entries.removeFirst(mostEntries) }
        entries.append(entry)
        if let intent = entry.intent, !entry.isRepeat { intents.tell(intent) }
        if let withdrawn = entry.withdrawn { withdrawals[withdrawn.grant] = withdrawn.until }
        if let person = entry.person, entry.institution != nil, !entry.isRepeat {
            var short = entry
            short.evidence = nil
            disclosures[person, default: []].append(short)
            // In blocks, as removing from the front moves all the others.
            let most = min(Self.maximumDisclosures, mostEntries)
            if disclosures[person, default: []].count >= 2 * most {
                disclosures[person]?.removeFirst(most)
            }
        }
    }

    /// Forgets withdrawals of grants that have ended anyway.
    package mutating func forget(at now: Instant) {
        withdrawals = withdrawals.filter { $0.value > now }
    }
}
