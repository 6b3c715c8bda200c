import Disclosures
import Records
import Testing

@testable import AccessHistory

@Suite("Numbers by day")
struct StatisticsTests {
    @Test("each kind is counted where it belongs, on its day in Japan")
    func days() async throws {
        let disk = MemoryDisk()
        let store = try await disk.store()
        // 2026-11-22T12:00Z is the evening of the 22nd in Japan; four hours on it is the 23rd.
        let later = Sample.noon.adding(seconds: 4 * 3600)
        var disclosure = Sample.intent()
        disclosure.kind = .disclosure
        (disclosure.item, disclosure.statement, disclosure.intentIndex) = (.drugs, nil, 0)
        disclosure.act = .openRecords
        var own = disclosure
        (own.act, own.purpose) = (.portal, .ownAccess)
        let intent = Sample.intent()
        for event in [
            Sample.scene(card: 1).proof(.pin, .failed, triesLeft: 2, at: Sample.noon),
            Sample.scene(card: 1).proof(.pin, .locked, triesLeft: 0, at: Sample.noon),
            Sample.scene(card: 1).proof(.pin, .succeeded, triesLeft: nil, at: Sample.noon),
            intent, intent.outcome(ofIntentAt: 4, .succeeded, at: Sample.noon),
            intent.outcome(ofIntentAt: 4, .unknown, at: later), disclosure, disclosure, own,
            Sample.scene(card: 1).event(.consentWithdrawn, at: later),
        ] { _ = try await store.append(event) }
        let days = try await store.statistics(matching: HistoryQuery())
        #expect(days.map(\.day.description) == ["2026-11-22", "2026-11-23"])
        #expect(days[0].checkIns == 1 && days[0].failedProofs == 2 && days[0].ownViews == 1)
        #expect(days[0].disclosures == [.drugs: 2] && days[0].unknownOutcomes == 0)
        #expect(days[0].entries == 9 && days[1].entries == 2)
        #expect(days[1].unknownOutcomes == 1 && days[1].refusals == 1)
        var query = HistoryQuery()
        query.from = later
        query.limit = 1
        #expect(try await store.statistics(matching: query) == [days[1]])
    }
}
