internal import Disclosures
internal import Records

/// A query as the index is asked: groups of terms, of each of which an entry must have one.
struct IndexQuery {
    var groups: [[IndexTerm]] = []
    /// In milliseconds; what lies outside is not asked for.
    var from: Int64?
    var until: Int64?

    /// A query for one patient's entries, by id and by the cards that are known to be theirs.
    init(_ query: HistoryQuery, cards: Set<CardReference>) {
        if let patient = query.patient {
            groups.append(
                [patient.id.map(IndexTerm.patient)].compactMap(\.self)
                    + cards.map(IndexTerm.card))
        }
        if let checkIn = query.checkIn { groups.append([.checkIn(checkIn)]) }
        if let item = query.item { groups.append([.item(item)]) }
        if let actor = query.actor { groups.append([.actor(actor)]) }
        if let kinds = query.kinds { groups.append(kinds.map(IndexTerm.kind)) }
        (from, until) = (query.from?.milliseconds, query.until?.milliseconds)
    }

    init(closingOf intent: UInt64) { groups = [[.closing(intent)]] }

    func mayMatch(_ times: ClosedRange<Int64>) -> Bool {
        !(from.map { times.upperBound < $0 } ?? false)
            && !(until.map { times.lowerBound >= $0 } ?? false)
    }

    func matches(_ event: IndexedEvent) -> Bool {
        groups.allSatisfy { group in group.contains { event.terms.contains($0) } }
    }

    /// The entries of a run that may match; nothing where there are none.
    func cursor(in run: IndexRun) throws(IndexDoubt) -> (any IndexCursor)? {
        guard mayMatch(run.times) else { return nil }
        var cursors: [any IndexCursor] = []
        for group in groups {
            var terms: [any IndexCursor] = []
            for term in group {
                guard let entry = try run.find(term), !entry.isCards else { continue }
                terms.append(TermCursor(run, entry))
            }
            guard let first = terms.first else { return nil }
            cursors.append(terms.count == 1 ? first : UnionCursor(terms))
        }
        guard let first = cursors.first else {
            return WholeCursor(entries: run.header.entries)
        }
        return cursors.count == 1 ? first : IntersectionCursor(cursors)
    }
}
