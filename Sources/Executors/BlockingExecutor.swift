internal import Dispatch

/// A serial executor with a thread of its own to block on: PC/SC waits, fsync. Swift's
/// concurrency threads never wait in a system call.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// An executor; the label names its queue in debuggers.
    package init(label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        queue.async { unsafe job.runSynchronously(on: executor) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
