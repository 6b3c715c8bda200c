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
    private let sink: (any JournalSink)?

    /// A journal that begins with what was filed before.
    package init(filed: [JournalEntry] = [], sink: (any JournalSink)? = nil) {
        self.sink = sink
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
        Array(entries.drop { $0.number <= number }.prefix(limit))
    }

    /// The number of the newest entry.
    package var last: Int { next - 1 }

    /// Who obtained a person's data, or asked for it: newest first.
    package func disclosures(of person: String) -> [JournalEntry] {
        disclosures[person, default: []].reversed()
    }

    /// Whether a grant was withdrawn.
    package func isWithdrawn(grant id: SHA256Digest) -> Bool { withdrawals[id] != nil }

    private mutating func take(_ entry: JournalEntry) {
        next = max(next, entry.number + 1)
        if entries.count >= 2 * Self.maximumEntries { entries.removeFirst(Self.maximumEntries) }
        entries.append(entry)
        if let withdrawn = entry.withdrawn { withdrawals[withdrawn.grant] = withdrawn.until }
        if let person = entry.person, entry.institution != nil, !entry.isRepeat {
            var told = disclosures[person, default: []]
            if told.count >= Self.maximumDisclosures { told.removeFirst() }
            var short = entry
            short.evidence = nil
            told.append(short)
            disclosures[person] = told
        }
    }

    /// Forgets withdrawals of grants that have ended anyway.
    package mutating func forget(at now: Instant) {
        withdrawals = withdrawals.filter { $0.value > now }
    }
}
