internal import Glibc

/// The error for this thread's errno.
func systemError(_ call: String) -> NetworkError {
    switch errno {
    case ECONNREFUSED: .refused
    case ENOENT where call == "connect": .refused
    case EADDRINUSE: .addressInUse
    case ETIMEDOUT: .timedOut
    case EPIPE, ECONNRESET: .closed
    case let number: .system(call: call, errno: number)
    }
}

/// A point on the monotonic clock: until when a wait may last.
struct Deadline: Sendable {
    private let milliseconds: Int64

    /// So many seconds from now.
    init(seconds: Double) { milliseconds = Self.now + Int64(seconds * 1000) }

    private static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// What `poll` may wait, in milliseconds; zero when the deadline has passed.
    var pollMilliseconds: Int32 {
        Int32(clamping: max(0, milliseconds - Self.now))
    }
}

/// A descriptor, owned: closed when it goes.
struct Descriptor: ~Copyable, Sendable {
    let raw: Int32

    init(_ raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// Waits until it can be read or written.
    func wait(for events: Int32, until deadline: Deadline?) throws(NetworkError) {
        var request = pollfd(fd: raw, events: Int16(events), revents: 0)
        while true {
            let result = unsafe poll(&request, 1, deadline?.pollMilliseconds ?? -1)
            if result > 0 { return }
            guard result == 0 || errno == EINTR else { throw systemError("poll") }
            if result == 0 { throw .timedOut }
        }
    }

    /// Reads at most so many octets; zero at the end.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline?
    ) throws(NetworkError) -> Int {
        while true {
            let count = unsafe recv(raw, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count >= 0 { return count }
            switch errno {
            case EAGAIN: try wait(for: POLLIN, until: deadline)
            case EINTR: continue
            default: throw systemError("recv")
            }
        }
    }

    /// Writes everything.
    func write(_ buffer: UnsafeRawBufferPointer, until deadline: Deadline?) throws(NetworkError) {
        var written = 0
        while written < buffer.count {
            let count = unsafe send(
                raw, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written,
                Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EAGAIN: try wait(for: POLLOUT, until: deadline)
            case EINTR: continue
            default: throw systemError("send")
            }
        }
    }
}
