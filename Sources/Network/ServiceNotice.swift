internal import CSystem
internal import Glibc

/// What a service tells whoever started it, by one datagram each (`sd_notify(3)`). Without an address
/// nothing is sent, and nobody misses it.
package struct ServiceNotice: Sendable {
    /// One thing to tell.
    package enum Message: Hashable, Sendable {
        /// Everything is open and answers.
        case ready
        /// What it does, in words for `systemctl status`; a line, without anybody's data.
        case status(String)
        /// It is alive.
        case watchdog
        /// It ends, as asked.
        case stopping
        /// It reads its configuration anew, since a time of CLOCK_MONOTONIC in microseconds.
        case reloading(since: Int64)

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .status(let words): "STATUS=\(words.split(separator: "\n").joined(separator: " "))"
            case .watchdog: "WATCHDOG=1"
            case .stopping: "STOPPING=1"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
            }
        }
    }

    private let address: SocketAddress?
    /// How long whoever started it waits for a sign of life, in seconds; nil where nobody does.
    package let watchdogSeconds: Double?

    /// The notices that an environment asks for from the process with an id.
    package init(environment: [String: String], process: Int32) {
        address = environment["NOTIFY_SOCKET"].flatMap { path in
            path.hasPrefix("/") ? try? SocketAddress(path: path) : nil
        }
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogSeconds =
            address != nil && isMeant && microseconds > 0 ? Double(microseconds) / 1e6 : nil
    }

    /// What this process is asked for; its environment forgets it, so that no child answers for it.
    package static func take() -> ServiceNotice {
        var environment: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"] {
            if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
            _ = unsafe unsetenv(name)
        }
        return ServiceNotice(environment: environment, process: getpid())
    }

    /// The time that a reload began, for `reloading`.
    package static var microseconds: Int64 { csystem_monotonic_nanoseconds() / 1000 }

    /// Tells it; false where nobody listens. Never waits.
    @discardableResult
    package func send(_ messages: Message...) -> Bool {
        guard let address else { return false }
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let octets = Array(messages.map(\.text).joined(separator: "\n").utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe address.with { pointer, count in
            unsafe octets.withUnsafeBytes { buffer in
                Int32(
                    clamping: unsafe sendto(
                        descriptor, buffer.baseAddress, buffer.count, flags, pointer, count))
            }
        }
        return sent == octets.count
    }
}
