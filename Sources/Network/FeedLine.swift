/// A line over TLS that octets are only sent over, as RFC 5425 has it: no answer comes, so the one
/// thing that the other side can say is that it read everything.
package struct FeedLine: ~Copyable {
    private var stream: Stream
    private let seconds: Double

    /// Connects and shakes hands; this and each step after it within so many seconds.
    package static func connect(
        host: String, port: Int, tls: TLSContext, seconds: Double
    ) throws(NetworkError) -> FeedLine {
        let deadline = Deadline(seconds: seconds)
        let engine = try TLSEngine(tls)
        var stream = Stream(try connectTCP(host, port, until: deadline), tls: engine)
        try stream.handshake(until: deadline)
        return FeedLine(stream, seconds: seconds)
    }

    private init(_ stream: consuming Stream, seconds: Double) {
        self.stream = stream
        self.seconds = seconds
    }

    /// Sends octets.
    package mutating func write(_ octets: [UInt8]) throws(NetworkError) {
        try stream.write(octets, until: Deadline(seconds: seconds))
    }

    /// Says that nothing more comes, and waits for the other side to end the line in its turn, which
    /// it does when it has read up to there. A line that is cut instead is an error.
    package mutating func finish() throws(NetworkError) {
        try stream.awaitEnd(until: Deadline(seconds: seconds))
    }
}
