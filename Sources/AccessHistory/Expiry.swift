package import Disclosures
internal import JSON
internal import Octets
package import Records

/// What an expiry left behind in the history: which month keys are gone for good, all that ever went
/// included, so that it stays readable when the entries of earlier ones have expired themselves.
package struct DestructionManifest: Hashable, Sendable {
    /// The reason of the entry that holds one.
    package static let reason = "keysDestroyed"

    /// The ids of all keys that are gone.
    package var keys: [ClosedRange<UInt32>]
    /// Everything from before this month has expired.
    package var before: YearMonth

    /// A manifest over ids in rising order.
    init(ids: [UInt32], before: YearMonth) {
        keys = []
        for id in ids {
            if let last = keys.last, last.upperBound + 1 == id {
                keys[keys.count - 1] = last.lowerBound...id
            } else {
                keys.append(id...id)
            }
        }
        self.before = before
    }

    /// What an entry's note says.
    var note: String {
        let ranges = keys.map { JSONValue.string("\($0.lowerBound)-\($0.upperBound)") }
        let value: JSONValue = [
            "before": .string(before.description), "keys": .array(ranges),
        ]
        return value.canonicalText
    }

    /// Reads an entry's manifest; nothing where it holds none.
    package init?(_ event: HistoryEvent) {
        guard event.kind == .administratorAct, event.reason == Self.reason,
            let note = event.note, let value = try? JSONValue(parsing: Array(note.utf8)),
            let before = value["before"]?.stringValue.flatMap({ YearMonth($0) }),
            let texts = value["keys"]?.arrayValue
        else { return nil }
        keys = []
        for text in texts {
            let ends = (text.stringValue ?? "").split(separator: "-").compactMap { UInt32($0) }
            guard ends.count == 2, ends[0] > 0, ends[0] <= ends[1] else { return nil }
            keys.append(ends[0]...ends[1])
        }
        self.before = before
    }

    /// Whether a key's absence is told of.
    func holds(_ id: UInt32) -> Bool { keys.contains { $0.contains(id) } }
}

extension HistoryStore {
    /// Destroys the keys of all months before one: their entries can be opened by nobody from then
    /// on, and every proof stays. Nothing is destroyed whose time has not come.
    ///
    /// The entry that tells of it is durable first. A stop in between leaves keys that the entry
    /// calls gone; doing it again ends it.
    package nonisolated func expire(
        before month: YearMonth, retentionYears: Int, at trusted: Instant, _ event: HistoryEvent
    ) async throws(HistoryError) -> DestructionManifest {
        let end = month.adding(months: 12 * retentionYears)
        guard end <= YearMonth(of: trusted.dateInJapan) else { throw .retained(until: end) }
        let (going, gone) = keptRing.expiring(
            before: month, now: YearMonth(of: trusted.dateInJapan))
        let manifest = DestructionManifest(ids: gone, before: month)
        guard !going.isEmpty else { return manifest }
        var event = event
        (event.kind, event.reason) = (.administratorAct, DestructionManifest.reason)
        (event.purpose, event.note) = (.administration, manifest.note)
        _ = try await append(event)
        try await destroy(going)
        forgetExpiredIndex()
        return manifest
    }

    private func destroy(_ ids: Set<UInt32>) throws(HistoryError) {
        try keptRing.destroy(ids, on: keptDisk)
    }
}
