internal import CSystem
internal import Glibc

/// Connects to a UNIX socket. Where the other side's backlog stays full the wait ends by the
/// deadline too.
func connectUNIX(_ path: String, until deadline: Deadline) throws(NetworkError) -> Descriptor {
    let address = try SocketAddress(path: path)
    let descriptor = Descriptor(try check(csystem_stream_socket(AF_UNIX), "socket"))
    _ = csystem_bound_sending(descriptor.raw, deadline.pollMilliseconds)
    let result = unsafe address.with { unsafe connect(descriptor.raw, $0, $1) }
    if result < 0 && errno == EAGAIN { throw .timedOut }
    // Of any file the system says the same: that nobody listens.
    if result < 0 && errno == ECONNREFUSED && isOtherFile(path) { throw .notASocket }
    _ = try check(result, "connect")
    return descriptor
}

/// Whether a file lies at a path that is no socket.
func isOtherFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFSOCK
}

/// Connects to a TCP port within a deadline: to each of the host's addresses in turn, until one
/// answers.
func connectTCP(
    _ host: String, _ port: Int, until deadline: Deadline
) throws(NetworkError) -> Descriptor {
    var failure = NetworkError.refused
    for address in try SocketAddress.resolve(host, port, until: deadline) {
        do throws(NetworkError) { return try connectTCP(address, until: deadline) } catch {
            failure = error
        }
    }
    throw failure
}

private func connectTCP(
    _ address: SocketAddress, until deadline: Deadline
) throws(NetworkError) -> Descriptor {
    let descriptor = Descriptor(try check(csystem_stream_socket(address.family), "socket"))
    let flags = fcntl(descriptor.raw, F_GETFL)
    _ = fcntl(descriptor.raw, F_SETFL, flags | O_NONBLOCK)
    if unsafe address.with({ unsafe connect(descriptor.raw, $0, $1) }) < 0 {
        guard errno == EINPROGRESS else { throw systemError("connect") }
        try descriptor.wait(for: POLLOUT, until: deadline)
        var number: Int32 = 0
        var count = socklen_t(4)
        unsafe getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &number, &count)
        if number != 0 {
            errno = number
            throw systemError("connect")
        }
    }
    _ = fcntl(descriptor.raw, F_SETFL, flags)
    noDelay(descriptor.raw)
    return descriptor
}

/// Small messages go at once.
func noDelay(_ descriptor: Int32) {
    var yes: Int32 = 1
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
}
