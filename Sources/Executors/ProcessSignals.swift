@unsafe @preconcurrency import Dispatch
import Glibc

/// The signals that end or refresh a service, as a stream.
package struct ProcessSignals: Sendable {
    /// The signals as they arrive.
    package let signals: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// Catches SIGTERM, SIGINT and SIGHUP from now on, and ignores SIGPIPE, which a closed
    /// connection would otherwise turn into the end of the process.
    package init() {
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        signals = stream
        sources = [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// Returns when the process is asked to end (SIGTERM or SIGINT), or its task is cancelled.
    package func untilTermination() async {
        for await signal in signals where signal != SIGHUP { return }
    }
}
