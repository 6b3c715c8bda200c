import Disclosures
import JSON
import Octets
import Records
import Testing

@testable import HistoryExports

@Suite("The history beside the clearinghouse's journal")
struct ReconciliationTests {
    private func told(
        _ index: UInt64, item: String? = nil, statement: String? = nil, status: Int = 200
    ) -> ToldIntent {
        ToldIntent(
            index: index, route: "drugs", statementDigest: statement, item: item, status: status)
    }

    /// Intents at 1 (closed as shown), 3 (closed as unknown), 5 (failed), 7 (open).
    private func history() throws -> Reconciliation {
        var comparison = Reconciliation()
        let intent = ExportFormTests.intent()
        for index: UInt64 in [1, 3, 5, 7] { comparison.take(index, intent) }
        comparison.take(
            2,
            intent.disclosure(
                ofIntentAt: 1, answerDigest: try ExportFormTests.digest(1), at: intent.time))
        comparison.take(4, intent.outcome(ofIntentAt: 3, .unknown, at: intent.time))
        comparison.take(6, intent.outcome(ofIntentAt: 5, .problem, at: intent.time))
        return comparison
    }

    @Test("alike, or named: what only one knows, what they tell differently, what nobody knows")
    func differences() throws {
        let history = try history()
        #expect(history.intentCount == 4)
        func found(_ told: [ToldIntent]) -> [String] {
            history.differences(from: told) { "digest of \($0.count)" }
                .map { "\($0.index) \($0.kind.rawValue)" }
        }
        #expect(found([told(1), told(5, status: 409)]).isEmpty)
        #expect(found([told(1, item: "drugs", statement: "digest of 20000")]).isEmpty)
        #expect(found([told(1, item: "checkups")]) == ["1 different"])
        #expect(found([told(1, statement: "another")]) == ["1 different"])
        #expect(found([told(1), told(2), told(99)]) == ["2 unknownHere", "99 unknownHere"])
        #expect(found([told(1), told(3), told(7)]) == ["3 outcomeUnknown", "7 outcomeUnknown"])
        #expect(found([]) == ["1 unknownThere"])
        // A journal that begins later says nothing of what was before.
        #expect(found([told(5, status: 409)]).isEmpty)
    }

    @Test("a journal is read as lines or as the port's answer; other logs and repeats are left out")
    func journal() throws {
        let line =
            #"{"intent":{"index":4,"origin":"o"},"item":"drugs","route":"drugs","status":200}"#
        let other = line.replacing(#""o""#, with: #""p""#)
        let again = line.replacing("{\"intent\"", with: "{\"repeat\":true,\"intent\"")
        let none = #"{"route":"status","status":200}"#
        for text in [
            [line, other, again, none].joined(separator: "\n") + "\n",
            "{\"entries\":[" + [line, other, again, none].joined(separator: ",") + "],\"last\":4}",
        ] {
            let told = try ToldIntent.read(journal: Array(text.utf8), origin: "o")
            #expect(told == [self.told(4, item: "drugs")])
        }
        #expect(try ToldIntent.read(journal: [], origin: "o").isEmpty)
        #expect(throws: JSONError.self) {
            try ToldIntent.read(journal: Array("{\n".utf8), origin: "o")
        }
    }
}
