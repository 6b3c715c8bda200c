internal import CSystem
internal import Glibc

/// Runs a body on a thread of its own, detached, with a stack of 512 KiB.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let argument = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    let result = unsafe csystem_start_thread(
        { argument in
            if let argument = unsafe argument {
                unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
            }
            return nil
        }, argument)
    precondition(result == 0, "no thread to be had")
}

/// Ends a wait on a listener from another thread.
struct WakePipe: ~Copyable, Sendable {
    private let event: Descriptor

    init() throws(NetworkError) {
        event = Descriptor(try check(csystem_eventfd(), "eventfd"))
    }

    /// Ends the wait, now and every later one.
    func signal() { _ = csystem_eventfd_signal(event.raw) }

    /// Waits for a connection; false when woken instead.
    func waits(with listener: Int32) -> Bool {
        var requests = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: event.raw, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&requests, 2, -1) > 0 else { return false }
        return requests[1].revents == 0 && requests[0].revents != 0
    }
}
