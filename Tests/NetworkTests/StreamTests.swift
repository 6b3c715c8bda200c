import Glibc
import HTTP
import Secrets
import Testing

@testable import Network

/// A socket pair that keeps the borders of what is sent: each piece is one read.
@Suite("Messages in pieces")
struct StreamTests {
    static let wire =
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        + "POST /pin HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234"
        + "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"

    /// What is read where the wire is cut at these places.
    func read(cutAt cuts: [Int]) throws -> [String] {
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &pair) == 0)
        let octets = Array(Self.wire.utf8)
        var start = 0
        for cut in (cuts + [octets.count]) where cut > start {
            let piece = Array(octets[start..<cut])
            #expect(send(pair[0], piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count)
            start = cut
        }
        close(pair[0])
        var stream = Stream(Descriptor(pair[1]), tls: nil)
        let deadline = Deadline(seconds: 60)
        var seen: [String] = []
        while try stream.hasMessage(until: deadline) {
            let head = try stream.readHead(limits: HTTPLimits(), until: deadline)
            let request = try HTTPRequest(head: head)
            let framing = try request.framing()
            if request.path == "/pin", case .length(let count) = framing {
                let secret = try stream.readSecret(count, until: deadline)
                seen.append(
                    secret.withSpan { span in
                        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
                    })
            } else {
                let body = try stream.readBody(framing, limits: HTTPLimits(), until: deadline)
                seen.append(String(decoding: body, as: UTF8.self))
            }
        }
        return seen
    }

    @Test("requests read the same wherever one cut is made")
    func oneCut() throws {
        for cut in 0..<Self.wire.utf8.count {
            #expect(try read(cutAt: [cut]) == ["abc", "1234", "abc"], "cut at \(cut)")
        }
    }

    @Test("requests read the same in random pieces")
    func manyCuts() throws {
        let count = Self.wire.utf8.count
        for _ in 0..<300 {
            let cuts = (0..<Int.random(in: 2...40)).map { _ in Int.random(in: 1..<count) }.sorted()
            #expect(try read(cutAt: cuts) == ["abc", "1234", "abc"], "cut at \(cuts)")
        }
    }

    @Test("a wait ends at its deadline, and one that has passed at once")
    func deadlines() throws {
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        var stream = Stream(Descriptor(pair[0]), tls: nil)
        for seconds in [0.05, 0, -5] {
            #expect(throws: NetworkError.timedOut) {
                try stream.hasMessage(until: Deadline(seconds: seconds))
            }
        }
        // Nobody reads: the buffers fill, then the wait begins.
        #expect(throws: NetworkError.timedOut) {
            try stream.write(
                [UInt8](repeating: 0, count: 8 << 20), until: Deadline(seconds: 0.05))
        }
        close(pair[1])
        #expect(throws: NetworkError.closed) {
            try stream.write([0], until: Deadline(seconds: 1))
        }
    }
}
