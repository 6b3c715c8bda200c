internal import CSystem
internal import Glibc
internal import HTTP

/// How an answer is spoiled on the wire. Only a handler that asks for it gets one, and only
/// simulators ask: the product's handlers have no such answer.
package enum WireFault: Hashable, Sendable {
    /// The connection is reset before anything is sent.
    case reset
    /// Half of the answer, then the end of the line, without TLS's goodbye.
    case halfClose
    /// Half of the answer, then silence for so long, then a cut.
    case stall(milliseconds: Int)
    /// The whole answer, a few octets at a time, over so long.
    case dribble(milliseconds: Int)
    /// A `Content-Length` that is so many octets more, or less, than the body; then a cut.
    case wrongLength(by: Int)
    /// A fatal TLS alert in place of the answer.
    case tlsAlert
}

extension HTTPServer {
    /// The pieces in which a dribbled answer goes out.
    private static let dribbles = 64

    /// Writes an answer as the fault has it. The connection is of no use after that.
    func write(
        _ response: HTTPResponse, spoiledBy fault: WireFault, dated date: Int64,
        to stream: inout Stream
    ) throws(NetworkError) {
        let octets = response.head(keepsAlive: false, secondsSince1970: date) + response.body
        let half = Array(octets.prefix(octets.count / 2))
        let deadline = Deadline(seconds: limits.writeSeconds)
        let raw = stream.descriptor.raw
        stream.endsAbruptly = true
        switch fault {
        case .reset: resetOnClose(raw)
        case .halfClose:
            try stream.write(half, until: deadline)
            shutdown(raw, Int32(SHUT_WR))
            untilHangUp(raw, milliseconds: 1000)
        case .stall(let milliseconds):
            try stream.write(half, until: deadline)
            untilHangUp(raw, milliseconds: milliseconds)
            resetOnClose(raw)
        case .dribble(let milliseconds):
            let size = max(1, octets.count / Self.dribbles)
            for start in stride(from: 0, to: octets.count, by: size) {
                let end = min(start + size, octets.count)
                try stream.write(Array(octets[start..<end]), until: deadline)
                if untilHangUp(raw, milliseconds: milliseconds / Self.dribbles) { return }
            }
            stream.endsAbruptly = false
        case .wrongLength(let difference):
            var lying = response
            lying.body = [UInt8](repeating: 0, count: max(0, response.body.count + difference))
            let head = lying.head(keepsAlive: false, secondsSince1970: date)
            try stream.write(head + response.body, until: deadline)
            stream.endsAbruptly = false
        case .tlsAlert: stream.alert()
        }
    }
}

/// From now on closing the descriptor resets the connection.
private func resetOnClose(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
}

/// Waits so long, or until the other side leaves or the server drains; whether one of them did.
@discardableResult
private func untilHangUp(_ descriptor: Int32, milliseconds: Int) -> Bool {
    var request = pollfd(fd: descriptor, events: csystem_pollrdhup(), revents: 0)
    return unsafe poll(&request, 1, Int32(clamping: milliseconds)) > 0
}
