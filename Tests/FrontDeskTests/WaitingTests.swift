import Configuration
import FrontDesk
import HTTP
import JSON
import Network
import Synchronization
import Terminal
import TestFolders
import TestWorlds
import Testing

@Suite("Programs that wait for a card session")
struct WaitingTests {
    private func until(_ holds: () async -> Bool) async throws {
        for _ in 0..<3000 {
            if await holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(await holds())
    }

    @Test("claims whose programs hung up wait no longer, and keep nobody out")
    func abandoned() async throws {
        let desk = try await WholeDesk.sample()
        let folder = TemporaryFolder()
        let path = folder.path + "/socket"
        var limits = ServerLimits()
        // Fewer than wait in all three rounds.
        limits.connections = 20
        let server = try HTTPServer(
            .unix(path: path, mode: 0o600), limits: limits, handler: desk.handler)
        let serving = Task { await server.run() }
        let runner = try #require(await desk.roster.reader(named: nil)?.runner)
        let client = HTTPClient(.unix(path: path))
        for _ in 0..<3 {
            // Each is told that nobody answered when it gives up.
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let claim = HTTPRequest.json(
                            "POST", "/v1/session/claim", ["waitSeconds": 600])
                        await #expect(throws: NetworkError.timedOut) {
                            try await HTTPClient(.unix(path: path)).send(claim, seconds: 4)
                        }
                    }
                }
                try await until { await runner.watcherCount == 8 }
                try await group.waitForAll()
            }
            try await until { await runner.watcherCount == 0 }
            try await until {
                let asked = HTTPRequest(method: "GET", target: "/v1/status")
                return (try? await client.send(asked))?.status == 200
            }
        }
        // The session itself goes on.
        desk.put()
        #expect(await desk.checkIn().status == 200)
        serving.cancel()
        await serving.value
        try await desk.close()
    }

    @Test("a claim waits as long as was asked, and no longer than the limit")
    func longWait() async throws {
        let desk = try await WholeDesk.sample()
        let tooLong = await desk.ask(
            "POST", "/v1/session/claim", body: ["waitSeconds": 601])
        #expect(tooLong.status == 400)
        async let claimed = desk.ask("POST", "/v1/session/claim", body: ["waitSeconds": 600])
        try await until { desk.clock.hasSleeper(for: 600) }
        desk.clock.advance(seconds: 599)
        desk.put()
        #expect(await claimed.status == 200)
        // Whoever asks waits longer than whoever answers.
        let limits = WaitLimits()
        for wait in [0, 1, 150, limits.longestClaimSeconds] {
            #expect(
                limits.answerSeconds(waitingForCard: wait)
                    > Double(max(wait, 1) + limits.stepSeconds))
        }
        #expect(limits.pinAnswerSeconds > Double(limits.stepSeconds + limits.pinPadVisitSeconds))
        try await desk.close()
    }
}
