internal import Glibc
internal import Records

/// Writes a line at once, whatever standard output is.
func printLine(_ text: String) { _ = writeAll(Array((text + "\n").utf8), to: 1) }

/// Writes a line for people.
func printError(_ text: String) { _ = writeAll(Array((text + "\n").utf8), to: 2) }

/// Writes all octets; false if the other end takes no more.
func writeAll(_ octets: [UInt8], to descriptor: Int32) -> Bool {
    var rest = octets[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { return false }
        rest = rest.dropFirst(max(count, 0))
    }
    return true
}

/// Protocol time: real.
func systemTime() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}
