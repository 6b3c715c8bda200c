import HTTP
import JSON
import TestWorlds
import Testing

extension LocalAPITests {
    @Test("at the portal too the last try is spent only with a word for it, good for once")
    func portalLastTry() async throws {
        try await desk { desk in
            #expect(try await desk.state("choosing"))
            let asking = "/v1/readers/last-try"
            let early = try json(await desk.ask("POST", asking))
            #expect(early["triesLeft"] == 3 && early["token"] == nil)
            #expect(early["reader"] == .string(WholeDesk.reader))
            for name in ["wrong-pin", "wrong-pin", "last-try", "last-try"] {
                #expect(problem(await desk.ask("/v1/portal/drugs", pin: "0000")) == name)
            }
            func look(_ word: String, pin: String) async -> HTTPResponse {
                await desk.ask(
                    "/v1/portal/drugs", pin: pin, headers: [("Madoguchi-Last-Try", word)])
            }
            func word() async throws -> String {
                try #require(try json(await desk.ask("POST", asking))["token"]?.stringValue)
            }
            // A word that was guessed, is too old, or was said before, is none.
            #expect(problem(await look("guess", pin: "1234")) == "last-try")
            let old = try await word()
            desk.clock.advance(seconds: 91)
            #expect(problem(await look(old, pin: "1234")) == "last-try")
            let replaced = try await word()
            _ = try await word()
            #expect(problem(await look(replaced, pin: "1234")) == "last-try")
            #expect(desk.slot.triesLeft == 1 && desk.slot.log.lastTryCount == 0)
            let good = try await word()
            #expect(await look(good, pin: "1234").status == 200)
            #expect(desk.slot.triesLeft == 3)
            for _ in 1...2 { _ = await desk.ask("/v1/portal/drugs", pin: "0000") }
            #expect(problem(await look(good, pin: "1234")) == "last-try")
            let last = try await word()
            #expect(problem(await look(last, pin: "0000")) == "pin-locked")
            #expect(desk.slot.triesLeft == 0)
        }
    }
}
