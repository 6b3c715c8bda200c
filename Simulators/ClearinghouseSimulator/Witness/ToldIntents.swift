/// The intents that the clearinghouse was told of, by log: a witness samples them. A log that
/// cannot show an entry it named was cut, or never held it.
package struct ToldIntents: Hashable, Sendable {
    /// The most intents of a log that wait to be sampled; the oldest leave first.
    package static let mostWaiting = 4096
    /// The most logs.
    package static let mostLogs = 1000

    /// What is known of one log's intents.
    package struct Log: Hashable, Sendable {
        /// Those not yet shown, in the order they were told.
        fileprivate(set) var waiting: [UInt64] = []
        /// How many were told.
        package fileprivate(set) var told = 0
        /// How many were shown.
        package fileprivate(set) var shown = 0
    }

    private var logs: [String: Log] = [:]

    /// None.
    package init() {}

    /// What is known of a log's intents.
    package subscript(origin: String) -> Log { logs[origin] ?? Log() }

    /// Takes note of an intent.
    package mutating func tell(_ place: JournalEntry.IntentPlace) {
        guard logs[place.origin] != nil || logs.count < Self.mostLogs,
            let index = UInt64(exactly: place.index)
        else { return }
        logs[place.origin, default: Log()].told += 1
        logs[place.origin, default: Log()].waiting.append(index)
        // In blocks, as removing from the front moves all the others.
        if self[place.origin].waiting.count >= 2 * Self.mostWaiting {
            logs[place.origin]?.waiting.removeFirst(Self.mostWaiting)
        }
    }

    /// Some of those that a tree of this size should hold, at most `count`, by chance.
    package func draw(
        from origin: String, below size: UInt64, count: Int, chance: Chance
    ) -> [UInt64] {
        var candidates = Array(Set(self[origin].waiting.lazy.filter { $0 < size })).sorted()
        var drawn: [UInt64] = []
        while drawn.count < count, !candidates.isEmpty {
            let share = chance.share(of: "sample", Int(clamping: size), drawn.count)
            drawn.append(candidates.remove(at: Int(share * Double(candidates.count))))
        }
        return drawn.sorted()
    }

    /// How many of a log's intents lie beyond a tree of this size.
    package func count(of origin: String, beyond size: UInt64) -> Int {
        self[origin].waiting.count { $0 >= size }
    }

    /// Takes note that an entry was shown; false if it was not waited for.
    package mutating func show(_ index: UInt64, of origin: String) -> Bool {
        let before = self[origin].waiting.count
        logs[origin]?.waiting.removeAll { $0 == index }
        guard self[origin].waiting.count < before else { return false }
        logs[origin]?.shown += 1
        return true
    }
}

extension House {
    /// Indices of intents that a log should be able to show at this size.
    package func samples(of origin: String, size: UInt64) -> [UInt64] {
        journal.intents.draw(from: origin, below: size, count: 4, chance: chance)
    }

    /// Takes note that a log showed an intent; false if it was not asked for.
    package func show(_ index: UInt64, of origin: String) -> Bool {
        journal.intents.show(index, of: origin)
    }

    /// What is known of a log's intents, and how many lie beyond a size.
    package func intents(
        of origin: String, size: UInt64
    ) -> (log: ToldIntents.Log, beyond: Int) {
        (journal.intents[origin], journal.intents.count(of: origin, beyond: size))
    }
}
