internal import Executors
internal import Glibc
internal import Synchronization

/// The open connections of a server, by descriptor, with what their handlers are doing. Each request
/// of each connection comes by here, so they are kept in several parts, each with a lock of its own.
final class ConnectionTable: Sendable {
    private static let partCount = 32

    private final class Part: Sendable {
        let open = Mutex<[Int32: Task<Void, Never>?]>([:])
    }

    private let parts = (0..<partCount).map { _ in Part() }
    private let count = Atomic(0)
    private let stopping = Atomic(false)
    private let limit: Int
    /// Opened when the server stops and its last connection is forgotten.
    private let lastIsGone = Gate()

    init(limit: Int) { self.limit = limit }

    /// Whether no new request is to be taken.
    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    private var isEmpty: Bool { count.load(ordering: .sequentiallyConsistent) == 0 }

    private func part(of descriptor: Int32) -> Part {
        parts[Int(descriptor) % Self.partCount]
    }

    /// Notes a connection; false when there are too many already, or the server stops. One thread
    /// accepts, so that nobody else adds between the count and the note.
    func admit(_ descriptor: Int32) -> Bool {
        part(of: descriptor).open.withLock { open in
            // In the lock: `drain` says that it stops before it looks here.
            guard !isStopping, count.load(ordering: .sequentiallyConsistent) < limit else {
                return false
            }
            open[descriptor] = .some(nil)
            count.add(1, ordering: .sequentiallyConsistent)
            return true
        }
    }

    /// Forgets a connection. To be called before its descriptor is closed: the number may belong
    /// to another connection at once, which `drain` and `cut` must not touch.
    func forget(_ descriptor: Int32) {
        let wasThere = part(of: descriptor).open.withLock {
            $0.removeValue(forKey: descriptor) != nil
        }
        guard wasThere else { return }
        let left = count.subtract(1, ordering: .sequentiallyConsistent).newValue
        if left == 0, isStopping { lastIsGone.open() }
    }

    /// Notes what a connection waits for, so that it can be cancelled.
    func attach(_ task: Task<Void, Never>, to descriptor: Int32) {
        let isTooLate = part(of: descriptor).open.withLock { open in
            open[descriptor] = .some(task)
            return isStopping
        }
        if isTooLate { task.cancel() }
    }

    /// Lets every connection finish what it is at: its reading side ends, and its handler is
    /// cancelled, so that those that wait end and those that work still answer.
    func drain() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        for part in parts {
            let tasks = part.open.withLock { open in
                for descriptor in open.keys { shutdown(descriptor, Int32(SHUT_RD)) }
                return open.values.compactMap { $0 }
            }
            for task in tasks { task.cancel() }
        }
    }

    /// Waits until the last connection is forgotten; those that are not after so many seconds are
    /// cut.
    func waitUntilEmpty(patienceSeconds: Double) {
        let end = MonotonicInstant.now.adding(.milliseconds(Int(patienceSeconds * 1000)))
        if isEmpty || lastIsGone.wait(until: end) { return }
        for part in parts {
            part.open.withLock { open in
                for descriptor in open.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
            }
        }
        while !isEmpty { lastIsGone.wait() }
    }
}
