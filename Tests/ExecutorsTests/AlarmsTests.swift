import Testing

@testable import Executors

@Suite("Alarms")
struct AlarmsTests {
    @Test("they ring in the order of their times, whatever the order they were set in")
    func order() async {
        let alarms = Alarms()
        let rung = Noted<[Int]>([])
        let isOver = OneShot<Bool>()
        for number in [3, 1, 4, 2, 5] {
            _ = alarms.set(after: .milliseconds(20 * number)) {
                rung.change { $0.append(number) }
                if number == 5 { isOver.settle(true) }
            }
        }
        #expect(await isOver.value(ifCancelled: { false }))
        #expect(rung.value == [1, 2, 3, 4, 5])
        #expect(alarms.count == 0)
    }

    @Test("one that is earlier than what is slept for is not late")
    func earlier() async throws {
        let alarms = Alarms()
        let late = alarms.set(after: .seconds(3600)) {}
        try await alarms.sleep(for: .milliseconds(1))
        alarms.cancel(late)
        #expect(alarms.count == 0)
    }

    @Test("a cancelled alarm is gone at once, with what it holds, and does not ring")
    func cancelled() async throws {
        final class Held: Sendable {}
        let alarms = Alarms()
        let hasRung = Noted(false)
        var held: Held? = Held()
        weak let watched = held
        let early = alarms.set(after: .milliseconds(30)) { hasRung.change { $0 = true } }
        let late = alarms.set(after: .seconds(3600)) { [held] in withExtendedLifetime(held) {} }
        held = nil
        #expect(watched != nil)
        alarms.cancel(early)
        alarms.cancel(late)
        alarms.cancel(late)
        #expect(watched == nil)
        #expect(alarms.count == 0)
        try await alarms.sleep(for: .milliseconds(60))
        #expect(!hasRung.value)
    }

    @Test("a cancelled sleep throws at once and leaves nothing")
    func cancelledSleep() async {
        let alarms = Alarms()
        let sleepers = (0..<100).map { _ in
            Task { () -> Bool in
                do throws(CancellationError) {
                    try await alarms.sleep(for: .seconds(3600))
                    return true
                } catch { return false }
            }
        }
        sleepers.forEach { $0.cancel() }
        for sleeper in sleepers { #expect(await !sleeper.value) }
        #expect(alarms.count == 0)
    }

    @Test(
        "times that are past, none or without end are taken",
        arguments: [
            Duration.zero, .seconds(-1), .seconds(Int64.min),
        ])
    func odd(duration: Duration) async throws {
        let alarms = Alarms()
        let never = alarms.set(after: .seconds(Int64.max)) {}
        try await alarms.sleep(for: duration)
        #expect(alarms.count == 1)
        alarms.cancel(never)
    }
}
