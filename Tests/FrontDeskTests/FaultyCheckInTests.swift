import AccessHistory
import Cryptography
import Disclosures
import Foundation
import Octets
import Records
import TestWorlds
import Testing
import VirtualCard

/// Check-ins by pairs under every fault of the clearinghouse. `CHECKINS` says how many (10,000 by
/// `make sessions`), `SEED` which.
@Suite("Check-ins while the clearinghouse and the line do everything wrong")
struct FaultyCheckInTests {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test(
        """
        never a record of another person, never a disclosure without an entry, always a named \
        state
        """, .timeLimit(.minutes(60)), arguments: [Line.direct, .tls])
    func checkIns(line: Line) async throws {
        let count = line == .direct ? Self.number("CHECKINS") ?? 300 : 200
        let seed = Self.number("SEED") ?? 1
        let desk = try await WholeDesk.pair(line: line, seed: Int64(seed))
        var checkIns = await FaultyCheckIns(desk: desk, seed: UInt64(seed))
        var from = desk.clock.now()
        var shown = 0
        for number in stride(from: 2, through: count, by: 2) {
            try await checkIns.run()
            if number % 500 == 0 || number >= count - 1 {
                let these = checkIns.takeShown()
                shown += these.count
                try await expect(desk, holds: these, from: from)
                from = desk.clock.now()
            }
        }
        let ends = checkIns.ends.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        print("\(count) check-ins, \(line), SEED=\(seed): \(ends.joined(separator: ", "))")
        print("\(checkIns.swaps.count) answers came to another's question")
        // Many come through, many don't; otherwise nothing was tested.
        #expect(checkIns.ends["accepted", default: 0] * 5 > count)
        #expect(checkIns.ends["problem", default: 0] * 50 > count)
        #expect(checkIns.swaps.count * 200 > count)
        #expect(shown * 4 > count)
        // At rest, every intent is closed.
        try await desk.close()
        let report = try desk.verifyHistory()
        #expect(report.isWhole && report.usedKeys)
    }

    /// Whatever was shown stands in the history, about the person it was shown of, with the digest
    /// of what was shown; and no disclosure stands there that nobody asked for.
    private func expect(
        _ desk: WholeDesk, holds shown: [FaultyCheckIns.Shown], from start: Instant
    ) async throws {
        var query = HistoryQuery()
        (query.from, query.limit) = (start, 1_000_000)
        let entries = try await desk.store.events(matching: query)
        let byIndex = Dictionary(entries.map { ($0.index, $0.event) }) { first, _ in first }
        var intents: [SHA256Digest: UInt64] = [:]
        var closed: [UInt64: HistoryEvent] = [:]
        for entry in entries {
            if let statement = entry.event.statement {
                intents[SHA256Digest(hashing: statement.octets)] = entry.index
            }
            if let intent = entry.event.intentIndex {
                #expect(closed.updateValue(entry.event, forKey: intent) == nil, "closed twice")
            }
        }
        for entry in entries where entry.event.kind == .intent {
            #expect(closed[entry.index] != nil, "an intent is open at rest")
        }
        var cards: [String: CardReference] = [:]
        for somebody in Cards.somebodies {
            let digest = SHA256Digest(hashing: somebody.image.authentication?.certificate ?? [])
            cards[somebody.id] = desk.store.cardReference(ofCertificate: digest)
        }
        for shown in shown {
            let intent = try #require(intents[shown.statement], "shown without an intent")
            #expect(closed[intent]?.outcome == .succeeded, "shown without an outcome")
            #expect(byIndex[intent]?.patient?.card == cards[shown.person])
            guard let index = shown.index else { continue }
            let disclosure = try #require(byIndex[index], "shown without a disclosure")
            #expect(disclosure.kind == .disclosure)
            #expect(disclosure.patient?.card == cards[shown.person])
            #expect(disclosure.answerDigest == shown.record)
        }
        let disclosures = entries.filter {
            $0.event.kind == .disclosure && $0.event.item != .qualification
        }
        #expect(disclosures.count == shown.count { $0.index != nil })
        let ids = Dictionary(grouping: entries.map(\.event).filter { $0.patient?.id != nil }) {
            $0.patient?.card
        }
        for (_, events) in ids { #expect(Set(events.compactMap(\.patient?.id)).count == 1) }
    }
}
