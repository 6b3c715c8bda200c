internal import CSystem
internal import Glibc

/// A bell that ends a wait on a descriptor from another thread.
struct Bell: ~Copyable, Sendable {
    private let event: Descriptor

    /// What ended a wait.
    enum Waking: Hashable { case bell, descriptor }

    init() throws(NetworkError) {
        event = Descriptor(try check(csystem_eventfd(), "eventfd"))
    }

    /// Ends the wait, or the next one.
    func ring() { _ = csystem_eventfd_signal(event.raw) }

    /// Makes it silent again.
    func silence() { _ = csystem_eventfd_clear(event.raw) }

    /// Waits without end for the bell or for something to happen on a descriptor; the bell first.
    func wait(with descriptor: Int32, for events: Int16) -> Waking? {
        var requests = [
            pollfd(fd: event.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: events, revents: 0),
        ]
        guard unsafe poll(&requests, 2, -1) > 0 else { return nil }
        if requests[0].revents != 0 { return .bell }
        return requests[1].revents != 0 ? .descriptor : nil
    }
}
