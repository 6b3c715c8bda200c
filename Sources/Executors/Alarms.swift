internal import Synchronization

/// Everything that waits for a time, on one thread that sleeps until the next of them, and for
/// ever while there is none. What is cancelled is gone at once: it holds no memory and is not
/// waited for.
package final class Alarms: Sendable {
    /// The process's alarms: one thread is enough for all that wait.
    package static let shared = Alarms()

    /// An alarm that was set.
    package struct Alarm: Hashable, Sendable, Comparable {
        let instant: MonotonicInstant
        let number: UInt64

        package static func < (left: Alarm, right: Alarm) -> Bool {
            left.instant == right.instant
                ? left.number < right.number : left.instant < right.instant
        }
    }

    private struct Entry {
        var alarm: Alarm
        var ring: @Sendable () -> Void
    }

    private struct State {
        /// The next one last.
        var entries: [Entry] = []
        var lastNumber: UInt64 = 0
        var isStarted = false
        /// Until when the thread sleeps; nothing while it is awake.
        var sleepsUntil: MonotonicInstant?

        /// Where an alarm stands, or would stand.
        func place(of alarm: Alarm) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if alarm < entries[middle].alarm { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let state = Mutex(State())
    private let gate = Gate()

    init() {}

    /// How many are set.
    var count: Int { state.withLock { $0.entries.count } }

    /// Has a body run on the alarms' thread after so long. It must be brief: others wait.
    package func set(
        after duration: Duration, _ ring: @escaping @Sendable () -> Void
    ) -> Alarm {
        let instant = MonotonicInstant.now.adding(duration)
        let (alarm, isFirst, isEarlier) = state.withLock { state in
            state.lastNumber += 1
            let alarm = Alarm(instant: instant, number: state.lastNumber)
            state.entries.insert(Entry(alarm: alarm, ring: ring), at: state.place(of: alarm))
            let isEarlier = state.sleepsUntil.map { instant < $0 } ?? false
            if isEarlier { state.sleepsUntil = nil }
            defer { state.isStarted = true }
            return (alarm, !state.isStarted, isEarlier)
        }
        if isEarlier { gate.open() }
        if isFirst {
            let hasStarted = startThread("alarms") { self.run() }
            precondition(hasStarted, "the system has no thread to give")
        }
        return alarm
    }

    /// Takes an alarm back, unless it has rung.
    package func cancel(_ alarm: Alarm) {
        // What the body holds is let go of outside the lock.
        let entry: Entry? = state.withLock { state in
            let place = state.place(of: alarm)
            guard place < state.entries.count, state.entries[place].alarm == alarm else {
                return nil
            }
            return state.entries.remove(at: place)
        }
        withExtendedLifetime(entry) {}
    }

    /// Waits so long, or throws as soon as the task is cancelled.
    package func sleep(for duration: Duration) async throws(CancellationError) {
        let end = OneShot<Bool>()
        let alarm = set(after: duration) { end.settle(true) }
        guard await end.value(ifCancelled: { false }) else {
            cancel(alarm)
            throw CancellationError()
        }
    }

    private func run() {
        while true {
            let now = MonotonicInstant.now
            let (due, next) = state.withLock { state in
                var due: [Entry] = []
                while let entry = state.entries.last, entry.alarm.instant <= now {
                    due.append(entry)
                    state.entries.removeLast()
                }
                let next = state.entries.last?.alarm.instant
                let forEver = MonotonicInstant(nanoseconds: .max)
                state.sleepsUntil = due.isEmpty ? next ?? forEver : nil
                return (due, next)
            }
            for entry in due { entry.ring() }
            if due.isEmpty { gate.wait(until: next) }
        }
    }
}
