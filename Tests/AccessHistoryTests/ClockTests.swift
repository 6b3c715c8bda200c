import Disclosures
import Records
import Synchronization
import TestFolders
import Testing

@testable import AccessHistory

@Suite("A clock that is set")
struct ClockTests {
    /// Two clocks that a test moves.
    private final class Clocks: Sendable {
        private let state = Mutex((wall: Sample.noon, steady: Duration.zero))
        var wall: Instant { state.withLock(\.wall) }
        var steady: Duration { state.withLock(\.steady) }

        /// Time passes; the wall clock is set besides by so many milliseconds.
        func pass(milliseconds: Int64, setBy step: Int64 = 0) {
            state.withLock { state in
                state.wall = Instant(milliseconds: state.wall.milliseconds + milliseconds + step)
                state.steady += .milliseconds(milliseconds)
            }
        }
    }

    private func store(_ folder: TemporaryFolder, _ clocks: Clocks) async throws -> HistoryStore {
        var settings = HistorySettings(
            folder: folder.path, place: Sample.place, software: "test 1"
        ) { (clocks.wall, .synchronised) }
        settings.growthOctetCount = 64 << 10
        settings.steadyClock = { clocks.steady }
        return try await HistoryStore.open(settings)
    }

    private func steps(_ store: HistoryStore) async throws -> [String] {
        var query = HistoryQuery()
        query.kinds = [.clockStepped]
        return try await store.events(matching: query).map {
            "\($0.index) \($0.event.reason ?? "") \($0.event.note ?? "")"
        }
    }

    @Test("a step comes before the entry that was about to be written, once; a slew is none")
    func steps() async throws {
        let (folder, clocks) = (TemporaryFolder(), Clocks())
        let store = try await store(folder, clocks)
        func write() async throws { _ = try await store.append(Sample.event("x", at: clocks.wall)) }
        clocks.pass(milliseconds: 86_400_000, setBy: 43_000)
        try await write()
        #expect(try await steps(store).isEmpty)
        clocks.pass(milliseconds: 500, setBy: 3_600_000)
        try await write()
        try await write()
        #expect(try await steps(store) == ["2 forward 3600.000 s"])
        clocks.pass(milliseconds: 0, setBy: -1001)
        try await write()
        #expect(
            try await steps(store) == ["2 forward 3600.000 s", "5 back 1.001 s"])
        let entries = try await store.events(matching: HistoryQuery())
        #expect(entries[2].event.time == entries[3].event.time)
        #expect(entries[2].event.actor.role == .system)
        #expect(try await store.verify().isWhole)
    }

    @Test("a clock that was set back while nothing ran is told of at the start")
    func stopped() async throws {
        let (folder, clocks) = (TemporaryFolder(), Clocks())
        try await store(folder, clocks).close()
        clocks.pass(milliseconds: 10_000)
        var again = try await store(folder, clocks)
        #expect(try await steps(again).isEmpty)
        try await again.close()
        clocks.pass(milliseconds: 1000, setBy: -90_061_000)
        again = try await store(folder, clocks)
        #expect(try await steps(again) == ["5 back 90060.000 s"])
        try await again.close()
    }

    @Test("a clock that runs on while the process stands is not one that was set")
    func standing() {
        let clocks = Clocks()
        let looks = Mutex(0)
        let watch = ClockWatch(
            wall: { clocks.wall },
            steady: {
                // The process stands for a minute between its look at one clock and at the other.
                looks.withLock { $0 += 1 }
                if looks.withLock(\.self) == 4 { clocks.pass(milliseconds: 60_000) }
                return clocks.steady
            })
        #expect(watch.step() == nil)
        #expect(watch.step() == nil)
    }
}
