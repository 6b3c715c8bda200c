package import Disclosures
internal import JSON
internal import Records

extension HistoryStore {
    /// Makes another key for this month, which seals from now on; what was sealed stays under the
    /// older one. The entry that tells of it is the first under the new key. Its id.
    package nonisolated func rotateMonthKey(_ event: HistoryEvent) async throws(HistoryError) -> Int
    {
        var event = event
        let month = YearMonth(of: event.time.dateInJapan)
        let key = try await makeAnotherKey(for: month)
        (event.kind, event.reason) = (.administratorAct, "keyRotated")
        event.purpose = .administration
        let note: JSONValue = ["key": JSONValue(Int(key.id)), "month": .string(month.description)]
        event.note = note.canonicalText
        _ = try await append(event)
        return Int(key.id)
    }

    private func makeAnotherKey(for month: YearMonth) throws(HistoryError) -> MonthKey {
        try checkOpen()
        return try keptRing.makeKey(for: month, isAnother: true, on: keptDisk)
    }
}

extension WrappingKey {
    /// A new key that the one before goes along with: what its file holds until a store was opened
    /// with it. Nothing where a change is already on its way.
    package func successor() -> WrappingKey? { previous == nil ? Self.make(after: self) : nil }

    /// The key without the one before; nothing where there is none.
    package func withoutPrevious() -> WrappingKey? { previous == nil ? nil : alone }
}
