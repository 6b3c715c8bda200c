import AccessHistory
import Disclosures
import Records
import Terminal

extension Service {
    /// Counts what the history tells of today from before this start; what cannot be read counts
    /// for nothing, and is said by the history's own verification.
    static func restoreDay(
        of store: HistoryStore, into meters: Meters, _ clock: SystemClock, before size: UInt64
    ) async {
        let date = clock.now().dateInJapan
        var query = HistoryQuery()
        query.kinds = [.outcome, .disclosure, .proof]
        query.from = Instant(seconds: Int64(date.dayNumber) * 86_400 - 9 * 3600)
        query.limit = 100_000
        let entries = (try? await store.events(matching: query)) ?? []
        meters.restore(entries.filter { $0.index < size }.compactMap { $0.event }, of: date)
    }
}
