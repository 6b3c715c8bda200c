import AccessHistory
import Disclosures
import Foundation
import FrontDesk
import HTTP
import JSON
import Terminal
import TestWorlds
import Testing

@Suite("The access history over the local API")
struct HistoryRouteTests {
    private func problem(_ response: HTTPResponse) throws -> Problem {
        try Problem(json: JSONValue(parsing: response.body))
    }

    @Test("a filter that cannot be is refused as such, and nothing is written for it")
    func filters() async throws {
        let desk = try await WholeDesk.sample()
        let long = String(repeating: "p", count: 129)
        let before = try await desk.store.events(matching: HistoryQuery()).count
        for query in [
            "patient=\(long)", "patient=", "patient=%01", "patient=a%00b", "actor=\(long)",
            "actor=",
            "from=yesterday", "until=2026", "item=everything", "limit=0", "limit=-1",
            "limit=10001", "limit=1e3", "limit=",
        ] {
            let answer = await desk.ask(
                "GET", "/v1/history/entries?" + query, as: "administrator")
            #expect(answer.status == 400, "\(query)")
            #expect(try problem(answer).name == "bad-request")
        }
        #expect(try await desk.store.events(matching: HistoryQuery()).count == before)
        let known = await desk.ask(
            "GET", "/v1/history/entries?patient=" + long.dropLast(), as: "administrator")
        #expect(known.status == 200)
        try await desk.close()
    }

    @Test("the day's numbers count what its entries say, the question itself included")
    func statistics() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        #expect(await desk.checkIn().status == 200)
        let answer = await desk.ask("GET", "/v1/history/statistics", as: "administrator")
        let days = try #require(try JSONValue(parsing: answer.body)["days"]?.arrayValue)
        let entries = try await desk.store.events(matching: HistoryQuery())
        #expect(
            days.compactMap { $0["entries"]?.integerValue }.reduce(0, +) == Int64(entries.count))
        #expect(days.compactMap { $0["checkIns"]?.integerValue }.reduce(0, +) == 1)
        #expect(days.compactMap { $0["historyReads"]?.integerValue }.reduce(0, +) == 1)
        let refused = await desk.ask(
            "GET", "/v1/history/statistics?from=then", as: "administrator")
        #expect(refused.status == 400)
        try await desk.close()
    }

    @Test("an export is written down before its checkpoint is handed out, which holds that entry")
    func exports() async throws {
        let desk = try await WholeDesk.sample()
        for query in ["", "?form=xls", "?form=csv&from=-1", "?form=csv&from=x"] {
            let answer = await desk.ask(
                "POST", "/v1/history/exports" + query, as: "administrator")
            #expect(answer.status == 400, "\(query)")
        }
        let answer = await desk.ask(
            "POST", "/v1/history/exports?form=csv&from=7", as: "administrator")
        let json = try JSONValue(parsing: answer.body)
        let last = try #require(try await desk.store.events(matching: HistoryQuery()).last)
        #expect(last.event.kind == .historyRead && last.event.reason == "export")
        #expect(last.event.note == "csv, from entry 7")
        let size = json["note"]?.stringValue?.split(separator: "\n").dropFirst().first
        #expect(size == "\(last.index + 1)")
        try await desk.close()
    }

    @Test("a damaged body is told as damage, not as a disk that cannot be written")
    func damaged() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        #expect(await desk.checkIn().status == 200)
        try desk.damageHistory()
        let answer = await desk.ask("GET", "/v1/history/entries", as: "administrator")
        let problem = try problem(answer)
        #expect(answer.status == 500 && problem.name == "history-unread")
        #expect(problem.family == .history)
        #expect(problem.nextStep?.contains("history verify") == true)
        try await desk.close()
    }

    @Test("who reads of a patient is entered with that patient, before the answer")
    func reading() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        #expect(await desk.checkIn().status == 200)
        let entries = try await desk.store.events(matching: HistoryQuery())
        let intent = try #require(
            entries.first { $0.event.act == .checkIn && $0.event.opensIntent })
        let patient = try #require(entries.compactMap(\.event.patient?.id).last)
        let asked = [
            ("intent?index=\(intent.index)", intent.event.patient),
            ("entries?patient=\(patient)", PatientReference(id: patient)),
        ]
        for (path, whose) in asked {
            let answer = await desk.ask("GET", "/v1/history/" + path, as: "administrator")
            #expect(answer.status == 200)
            let read = try #require(
                try await desk.store.events(matching: HistoryQuery()).last?.event)
            #expect(read.kind == .historyRead && read.actor.role == .administrator)
            #expect(read.patient == whose && whose != nil)
        }
        // What does not exist is not shown, and leaves no entry of a reading.
        let count = try await desk.store.events(matching: HistoryQuery()).count
        let missing = await desk.ask("GET", "/v1/history/intent?index=9999", as: "administrator")
        #expect(missing.status == 404)
        #expect(try await desk.store.events(matching: HistoryQuery()).count == count)
        try await desk.close()
    }
}
