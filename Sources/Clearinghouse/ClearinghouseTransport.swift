package import HTTP

/// How requests reach the clearinghouse: a connection in earnest, the simulator itself in tests.
package protocol ClearinghouseTransport: Sendable {
    /// Sends a request once and returns the answer; within its time, or `timedOut`.
    func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse
}
