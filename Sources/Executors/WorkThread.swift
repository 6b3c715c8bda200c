internal import Synchronization

/// A thread that does one piece of work after the other, in their order, and sleeps while there is
/// none. It is started by the first piece, and ends when nobody holds this object any more and the
/// last piece is done.
package final class WorkThread: Sendable {
    /// A piece of work.
    package typealias Work = @Sendable () -> Void

    private let name: StaticString
    private let inbox = Inbox()

    /// A thread, not yet started; the name is for debuggers.
    package init(name: StaticString) { self.name = name }

    deinit { inbox.close() }

    /// Has the thread do this after what it was given before.
    package func perform(_ work: @escaping Work) {
        let isFirst = inbox.put(work)
        guard isFirst else { return }
        let hasStarted = startThread(name) { [inbox] in
            while let batch = inbox.take() { for work in batch { work() } }
        }
        precondition(hasStarted, "the system has no thread to give")
    }

    /// What is to be done, shared with the thread, which outlives the object.
    private final class Inbox: Sendable {
        private struct State {
            var work: [Work] = []
            var isStarted = false
            var isAsleep = false
            var isClosed = false
        }
        private let state = Mutex(State())
        private let gate = Gate()

        /// Puts work in; whether it is the first of all.
        func put(_ work: @escaping Work) -> Bool {
            let (isFirst, isAsleep) = state.withLock { state in
                state.work.append(work)
                defer { (state.isStarted, state.isAsleep) = (true, false) }
                return (!state.isStarted, state.isAsleep)
            }
            if isAsleep { gate.open() }
            return isFirst
        }

        func close() {
            let isAsleep = state.withLock { state in
                state.isClosed = true
                defer { state.isAsleep = false }
                return state.isAsleep
            }
            if isAsleep { gate.open() }
        }

        /// All that is there, in its order; waits for some. Nothing when no more can come.
        func take() -> [Work]? {
            while true {
                let (work, isClosed) = state.withLock { state in
                    var work: [Work] = []
                    swap(&work, &state.work)
                    state.isAsleep = work.isEmpty && !state.isClosed
                    return (work, state.isClosed)
                }
                if !work.isEmpty { return work }
                if isClosed { return nil }
                gate.wait()
            }
        }
    }
}

/// A serial executor with a thread of its own to block on: PC/SC waits, fsync. Swift's
/// concurrency threads never wait in a system call.
package final class BlockingExecutor: SerialExecutor {
    private let thread: WorkThread

    /// An executor; the label names its thread in debuggers.
    package init(label: StaticString) { thread = WorkThread(name: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        thread.perform { unsafe job.runSynchronously(on: executor) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
