import AccessHistory
import CheckIns
import Cryptography
import Disclosures
import HTTP
import JSON
import Octets
import Records
import Terminal
import TestWorlds
import Testing
import VirtualCard

@testable import FrontDesk

@Suite("What a killed service had begun, over the whole terminal")
struct InterruptionTests {
    @Test(
        "a PIN is kept as begun while it is sent, and no longer than until the history tells of it")
    func begun() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        #expect(await desk.checkIn(pin: "0000").status == 409)
        #expect(await desk.vault.begunTries().isEmpty)
        desk.put()
        #expect(await desk.checkIn(pin: "1234").status == 200)
        #expect(await desk.vault.begunTries().isEmpty)
        try await desk.close()
    }

    @Test("a try that nobody told of is told at the next start, once, and counts as wrong")
    func told() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        let now = desk.clock.now()
        let certificate = try #require(desk.slot.card?.card.image.authentication?.certificate)
        let card = desk.store.cardReference(ofCertificate: SHA256Digest(hashing: certificate))
        let watch = PINWatch(vault: desk.vault) { $0.hex }
        #expect(await desk.vault.begin(BegunTry(card: card, reader: "one", time: now)))
        for _ in 0..<2 { await desk.scribe.tellInterruptedTries(of: desk.vault, to: watch) }
        let told = try await desk.store.events(matching: HistoryQuery()).filter {
            $0.event.outcome == .unknown
        }
        #expect(told.map(\.event.kind) == [.proof])
        #expect(told.first?.event.patient?.card == card)
        #expect(told.first?.event.reason == "terminalStopped")
        #expect(await watch.count(on: "one", at: now).failures == 1)
        #expect(await desk.vault.begunTries().isEmpty)
        // One that the history told of before the service stopped is not told again.
        #expect(await desk.vault.begin(BegunTry(card: card, reader: "one", time: now)))
        await desk.scribe.tellInterruptedTries(of: desk.vault, to: watch)
        #expect(
            try await desk.store.events(matching: HistoryQuery()).count {
                $0.event.outcome == .unknown
            } == 1)
        #expect(await watch.count(on: "one", at: now).failures == 1)
        try await desk.close()
    }

    @Test("a check-in that came back open, though the history tells of its end, is ended again")
    func ended() async throws {
        let desk = try await WholeDesk.sample()
        desk.put()
        let answer = await desk.checkIn(pin: "1234")
        let id = try #require(try JSONValue(parsing: answer.body)["checkIn"]?.stringValue)
        let open = try #require(await desk.book.checkIn(id: id))
        #expect(
            await desk.ask("POST", "/v1/check-ins/\(id)/withdraw", as: "reception").status == 200)
        let before = try await desk.store.events(matching: HistoryQuery()).count {
            $0.event.kind == .consentWithdrawn
        }
        #expect(before > 0)
        // The end was not kept: what a restart finds is the check-in as it was.
        #expect(await desk.vault.keep(open))
        let (book, records) = desk.restarted()
        await book.restore()
        #expect(await book.checkIn(id: id)?.state == .open)
        await records.endWhatTheHistoryEnded()
        #expect(await book.checkIn(id: id)?.state == .withdrawn)
        // The clearinghouse is told again, the history is not.
        let owing = try #require(await book.checkIn(id: id))
        #expect(owing.owesWithdrawal)
        #expect(await records.settle(owing))
        #expect(
            try await desk.store.events(matching: HistoryQuery()).count {
                $0.event.kind == .consentWithdrawn
            } == before)
        try await desk.close()
    }
}
