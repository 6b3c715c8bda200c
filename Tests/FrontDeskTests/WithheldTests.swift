import AccessHistory
import CheckIns
import Clearinghouse
import Disclosures
import HTTP
import JSON
import Synchronization
import Terminal
import TestWorlds
import Testing

@Suite("Records that were fetched and then not shown")
struct WithheldTests {
    private let clinician = StaffMember(id: "clinician-1", role: .clinician)

    /// The entries from the last intent to open records on.
    private func story(_ desk: WholeDesk) async throws -> [HistoryEvent] {
        let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
        let start = try #require(events.lastIndex { $0.act == .openRecords && $0.opensIntent })
        return Array(events[start...])
    }

    private func checkedIn(_ body: (WholeDesk, String) async throws -> Void) async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        do {
            let view = try JSONValue(
                parsing: await desk.checkIn(consents: ["drugs": true]).body)
            try await body(desk, try #require(view["checkIn"]?.stringValue))
        } catch {
            try await desk.close()
            throw error
        }
        try await desk.close()
    }

    @Test("consent taken back while the answer is on its way: no disclosure is entered")
    func withdrawnMeanwhile() async throws {
        try await checkedIn { desk, id in
            desk.wire.set { (request, response) throws(ClearinghouseError) in
                if request.path == "/v1/records/drugs" {
                    _ = await desk.book.end(id: id, by: .withdrawn)
                }
                return response
            }
            let answer = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
            #expect(answer.status == 409)
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("見本錠"))
            let story = try await story(desk)
            #expect(story.map(\.kind) == [.intent, .outcome])
            #expect(story.last?.outcome == .failed && story.last?.reason == "consentEnded")
            #expect(story.last?.isDisclosure == false && story.last?.note == "withheld")
        }
    }

    @Test("whoever asked has gone before the entry: nothing is entered as shown")
    func goneBefore() async throws {
        try await checkedIn { desk, id in
            await #expect(throws: OpeningRefusal.viewerGone) {
                try await desk.records.open(.drugs, of: id, for: clinician) { false }
            }
            let story = try await story(desk)
            #expect(story.map(\.kind) == [.intent, .outcome])
            #expect(story.last?.reason == "viewerGone")
        }
    }

    @Test("what is found out only after the entry is corrected by another entry")
    func goneAfter() async throws {
        try await checkedIn { desk, id in
            let looks = Mutex(0)
            await #expect(throws: OpeningRefusal.viewerGone) {
                try await desk.records.open(.drugs, of: id, for: clinician) {
                    looks.withLock { looks in
                        looks += 1
                        return looks == 1
                    }
                }
            }
            let entries = try await desk.store.events(matching: HistoryQuery())
            let disclosure = try #require(entries.last { $0.event.kind == .disclosure })
            let last = try #require(entries.last)
            #expect(last.index == disclosure.index + 1 && last.event.kind == .outcome)
            #expect(last.event.outcome == .failed && last.event.intentIndex != nil)
            #expect(last.event.intentIndex == disclosure.event.intentIndex)
            #expect(last.event.note == "withheld: entry \(disclosure.index) was not shown")
        }
    }
}
