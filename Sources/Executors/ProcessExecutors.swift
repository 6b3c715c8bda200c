internal import CSystem
internal import Glibc
internal import Synchronization
// The one place where the standard library's own seam for executors is used. It is not yet part
// of its promise: where a later compiler has it under another name, only this file follows.
@_spi(ExperimentalCustomExecutors) internal import _Concurrency

/// Runs a program's asynchronous part and ends the process with the code that it returns.
///
/// Swift's tasks run on a few threads, this one among them, that sleep while there is nothing to
/// do. The threads that the system's library brings along look around once a second for ever, also
/// when nothing has happened: a terminal that waits for the next patient would never sleep.
package func runProcess(_ body: @escaping @Sendable () async -> Int32) -> Never {
    csystem_bound_memory()
    _createExecutors(factory: ProcessExecutors.self)
    ProcessExecutors.pool.awaitThread()
    Task { leaveProcess(await body()) }
    ProcessExecutors.pool.runAsAwaited()
}

/// Ends the process at once. `exit` would take the libraries apart while other threads are still
/// in them.
private func leaveProcess(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
}

private struct ProcessExecutors: ExecutorFactory {
    static let pool = TaskPool()
    static let mainExecutor: any MainExecutor = MainLine()
    static var defaultExecutor: any TaskExecutor { pool }
}

/// The threads that Swift's tasks run on: as many as there are processors, at least two, each
/// started when it is needed first. First come, first served.
private final class TaskPool: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// How many done jobs are kept before their places are used again.
        static let mostDone = 1024
        /// Where the next job stands; those before it are done.
        var next = 0
        var sleepers = 0
        var threads = 0

        mutating func take() -> UnownedJob? {
            guard next < jobs.count else { return nil }
            defer {
                next += 1
                if next == jobs.count || next == Self.mostDone {
                    jobs.removeFirst(next)
                    next = 0
                }
            }
            return jobs[next]
        }
    }

    private enum Need { case nothing, waking, thread }

    private let state = Mutex(State())
    private let gate = Gate()
    private let limit = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Counts on a thread that is about to call `runAsAwaited`.
    func awaitThread() {
        state.withLock { state in
            state.threads += 1
            state.sleepers += 1
        }
    }

    /// Lends this thread to the tasks for ever.
    func runAsAwaited() -> Never {
        gate.wait()
        run()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let need = state.withLock { state in
            state.jobs.append(job)
            if state.sleepers > 0 {
                state.sleepers -= 1
                return Need.waking
            }
            guard state.threads < limit else { return .nothing }
            state.threads += 1
            return .thread
        }
        switch need {
        case .nothing: break
        case .waking: gate.open()
        case .thread: startAnother()
        }
    }

    private func startAnother() {
        if startThread("tasks", { [self] in run() }) { return }
        let others = state.withLock { state in
            state.threads -= 1
            return state.threads
        }
        precondition(others > 0, "the system has no thread to give")
    }

    private func run() -> Never {
        while true {
            let job = state.withLock { state in
                let job = state.take()
                if job == nil { state.sleepers += 1 }
                return job
            }
            if let job { unsafe job.runSynchronously(on: .generic) } else { gate.wait() }
        }
    }
}

extension UnownedSerialExecutor {
    /// What jobs run on that belong to no actor: nothing, twice.
    fileprivate static var generic: UnownedSerialExecutor {
        unsafe unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)
    }
}

/// The main actor's line of work, on a thread that is started when somebody needs it: here
/// nothing must happen on the process's first thread.
private final class MainLine: MainExecutor {
    private let thread = WorkThread(name: "main-actor")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.perform { [self] in unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    func run() throws {
        ProcessExecutors.pool.awaitThread()
        ProcessExecutors.pool.runAsAwaited()
    }
    func runUntil(_ condition: () -> Bool) throws { try run() }
    func stop() {}
}
