internal import CPCSC
internal import Executors
internal import Glibc
internal import Synchronization

/// Watches the readers of this machine, over a context and on a thread of its own. Nothing polls:
/// the thread sleeps in the service until something happens, at most 20 s at a time.
package struct ReaderMonitor: Sendable {
    /// How long a wait may last and how long the service's absence is slept over.
    package struct Pace: Hashable, Sendable {
        /// The longest single wait; a change that no wait saw is found then.
        package var waitMilliseconds = 20_000
        /// The first pause after the service was not to be reached; it doubles.
        package var firstPauseMilliseconds = 100
        /// The longest pause.
        package var longestPauseMilliseconds = 2_000
        /// The usual pace.
        package init() {}
    }
    private let pace: Pace

    /// A monitor, not yet watching.
    package init(pace: Pace = Pace()) { self.pace = pace }

    /// Starts watching: the state of the service, its readers and their cards as they are, then
    /// every change. Watching ends when nobody reads the stream any more.
    package func events() -> AsyncStream<ReaderEvent> {
        AsyncStream { continuation in
            let stop = WatchStop()
            continuation.onTermination = { _ in
                // Cancelling repeats until it was heard; nobody's task waits for that.
                startThread("monitor-stop") { stop.request() }
            }
            let hasStarted = startThread("reader-monitor") { [pace] in
                Watch(pace: pace, stop: stop, tell: { continuation.yield($0) }).run()
                continuation.finish()
            }
            precondition(hasStarted, "the system has no thread to give")
        }
    }
}

/// One thread's watching.
private struct Watch {
    let pace: ReaderMonitor.Pace
    let stop: WatchStop
    let tell: (ReaderEvent) -> Void
    private var pauseMilliseconds: Int
    private var lastLoss: PCSCError?

    init(pace: ReaderMonitor.Pace, stop: WatchStop, tell: @escaping (ReaderEvent) -> Void) {
        (self.pace, self.stop, self.tell) = (pace, stop, tell)
        pauseMilliseconds = pace.firstPauseMilliseconds
    }

    consuming func run() {
        while !stop.isRequested {
            do throws(PCSCError) {
                let context = try PCSCContext()
                (pauseMilliseconds, lastLoss) = (pace.firstPauseMilliseconds, nil)
                tell(.serviceReached)
                try watch(over: context)
            } catch {
                if stop.isRequested { return }
                lost(error)
            }
        }
    }

    /// Tells a loss once, then sleeps a little longer each time.
    private mutating func lost(_ error: PCSCError) {
        if lastLoss == nil { tell(.serviceLost(error)) }
        lastLoss = error
        stop.pause(milliseconds: pauseMilliseconds)
        pauseMilliseconds = min(2 * pauseMilliseconds, pace.longestPauseMilliseconds)
    }

    private func watch(over context: borrowing PCSCContext) throws(PCSCError) {
        var log = ReaderLog()
        var states: [ReaderState] = []
        var idleReturns = 0
        while !stop.isRequested {
            let names = try context.readers()
            states = names.map { name in states.first { $0.name == name } ?? ReaderState(name) }
            var events = log.listed(names)
            events.forEach(tell)
            events = try next(over: context, &states).flatMap { log.saw($0) }
            events.forEach(tell)
            // The service is trusted to sleep, but a driver that has it return at once all the
            // time must not take a processor.
            idleReturns = events.isEmpty ? idleReturns + 1 : 0
            if idleReturns > Self.idleReturnsAllowed { stop.pause(milliseconds: 100) }
        }
    }

    private static let idleReturnsAllowed = 50

    /// The states after the next change, or after a whole wait without one.
    private func next(
        over context: borrowing PCSCContext, _ states: inout [ReaderState]
    ) throws(PCSCError) -> [ReaderState] {
        var waited = states + [ReaderState(ReaderState.plugAndPlay)]
        do throws(PCSCError) {
            try stop.cancellable(context.raw) { () throws(PCSCError) in
                try context.wait(for: &waited, milliseconds: pace.waitMilliseconds)
            }
        } catch {
            guard error == .timeout || error == .unknownReader else { throw error }
            return []
        }
        states = waited.dropLast().filter { !$0.isLost }
        return states
    }
}

/// How a watching thread is told to end. A cancel sent before the wait begins is lost, so it is
/// repeated until the wait has returned.
private final class WatchStop: Sendable {
    private struct State {
        var isRequested = false
        var waiting: SCARDCONTEXT?
    }
    private let state = Mutex(State())
    private let requested = Gate()

    var isRequested: Bool { state.withLock(\.isRequested) }

    /// Ends the watching; returns when no wait is under way.
    func request() {
        state.withLock { $0.isRequested = true }
        requested.open()
        while let context = state.withLock(\.waiting) {
            SCardCancel(context)
            usleep(2_000)
        }
    }

    /// Runs one wait that `request` may cancel.
    func cancellable(
        _ context: SCARDCONTEXT, _ wait: () throws(PCSCError) -> Void
    ) throws(PCSCError) {
        let isRequested = state.withLock { state in
            state.waiting = context
            return state.isRequested
        }
        defer { state.withLock { $0.waiting = nil } }
        guard !isRequested else { throw .cancelled }
        try wait()
    }

    /// Sleeps, or less when the end is requested.
    func pause(milliseconds: Int) {
        if requested.wait(until: .now.adding(.milliseconds(milliseconds))) { requested.open() }
    }
}
