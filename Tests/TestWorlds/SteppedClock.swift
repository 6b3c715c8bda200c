package import Records
internal import Synchronization
internal import Terminal

/// A clock that goes on when the test says so, and by no other way.
package final class SteppedClock: TerminalClock {
    private struct Sleeper {
        var until: Int64
        var continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now = PatientClock.start
        var sleepers: [Int: Sleeper] = [:]
        var next = 0
    }
    private let state = Mutex(State())

    /// A clock that stands at the tests' first instant.
    package init() {}

    package func now() -> Instant { state.withLock(\.now) }

    package func sleep(seconds: Double) async throws {
        guard seconds > 0 else { return try Task.checkCancellation() }
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    let until = state.now.milliseconds + Int64(seconds * 1000)
                    state.sleepers[number] = Sleeper(until: until, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Whether somebody sleeps for just so long from now.
    package func hasSleeper(for seconds: Double) -> Bool {
        state.withLock { state in
            let until = state.now.milliseconds + Int64(seconds * 1000)
            return state.sleepers.values.contains { $0.until == until }
        }
    }

    /// Lets time pass; whoever slept long enough wakes, in order of time.
    package func advance(seconds: Double) {
        let woken = state.withLock { state in
            state.now = Instant(milliseconds: state.now.milliseconds + Int64(seconds * 1000))
            let over = state.sleepers.filter { $0.value.until <= state.now.milliseconds }
            for number in over.keys { state.sleepers[number] = nil }
            return over.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }
                .map(\.value.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
