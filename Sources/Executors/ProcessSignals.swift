internal import CSystem

/// The signals that end or refresh a service, as a stream.
package struct ProcessSignals: Sendable {
    /// The signals as they arrive: SIGTERM, SIGINT and SIGHUP.
    package let signals: AsyncStream<Int32>
    private static let hangUp: Int32 = 1

    /// Keeps the signals from ending the process, and ignores SIGPIPE, which a closed connection
    /// would otherwise turn into the end of the process. To be called on the first thread before
    /// there are others; what arrives waits until somebody reads the stream.
    package static func hold() { csystem_hold_signals() }

    /// Catches the signals from now on.
    package init() {
        Self.hold()
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        signals = stream
        startThread("signals", stack: .small) {
            while true { continuation.yield(csystem_next_signal()) }
        }
    }

    /// Returns when the process is asked to end (SIGTERM or SIGINT), or its task is cancelled. What
    /// SIGHUP asks for is done in between.
    package func untilTermination(onHangUp: @Sendable () async -> Void = {}) async {
        for await signal in signals {
            guard signal == Self.hangUp else { return }
            await onHangUp()
        }
    }
}
