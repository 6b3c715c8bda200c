internal import Executors
internal import Glibc
internal import Synchronization

/// The open connections of a server, by descriptor, with what their handlers are doing.
final class ConnectionTable: Sendable {
    private struct State {
        var isStopping = false
        var open: [Int32: Task<Void, Never>?] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    /// Opened when the server stops and its last connection is forgotten.
    private let lastIsGone = Gate()

    init(limit: Int) { self.limit = limit }

    /// Whether no new request is to be taken.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    private var isEmpty: Bool { state.withLock { $0.open.isEmpty } }

    /// Notes a connection; false when there are too many already, or the server stops.
    func admit(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard !state.isStopping, state.open.count < limit else { return false }
            state.open[descriptor] = .some(nil)
            return true
        }
    }

    /// Forgets a connection. To be called before its descriptor is closed: the number may belong
    /// to another connection at once, which `drain` and `cut` must not touch.
    func forget(_ descriptor: Int32) {
        let isLast = state.withLock { state in
            let wasThere = state.open.removeValue(forKey: descriptor) != nil
            return wasThere && state.isStopping && state.open.isEmpty
        }
        if isLast { lastIsGone.open() }
    }

    /// Notes what a connection waits for, so that it can be cancelled.
    func attach(_ task: Task<Void, Never>, to descriptor: Int32) {
        let isTooLate = state.withLock { state in
            state.open[descriptor] = .some(task)
            return state.isStopping
        }
        if isTooLate { task.cancel() }
    }

    /// Lets every connection finish what it is at: its reading side ends, and its handler is
    /// cancelled, so that those that wait end and those that work still answer.
    func drain() {
        let tasks = state.withLock { state in
            state.isStopping = true
            for descriptor in state.open.keys { shutdown(descriptor, Int32(SHUT_RD)) }
            return state.open.values.compactMap { $0 }
        }
        for task in tasks { task.cancel() }
    }

    /// Waits until the last connection is forgotten; those that are not after so many seconds are
    /// cut.
    func waitUntilEmpty(patienceSeconds: Double) {
        let end = MonotonicInstant.now.adding(.milliseconds(Int(patienceSeconds * 1000)))
        if isEmpty || lastIsGone.wait(until: end) { return }
        state.withLock { state in
            for descriptor in state.open.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        while !isEmpty { lastIsGone.wait() }
    }
}
