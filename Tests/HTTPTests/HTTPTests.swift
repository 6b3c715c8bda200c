import HTTP
import JSON
import Testing

@Suite("HTTP messages")
struct HTTPTests {
    func request(_ head: String) throws(HTTPFault) -> HTTPRequest {
        try HTTPRequest(head: Array(head.utf8))
    }

    @Test("a request's head becomes a value")
    func head() throws {
        let request = try request(
            "GET /v1/records/drugs?from=2026-01&name=a%20b+c HTTP/1.1\r\nHost: x\r\nX-A:  b \r\n\r\n"
        )
        #expect(request.method == "GET" && request.segments == ["v1", "records", "drugs"])
        #expect(request.query == ["from": "2026-01", "name": "a b c"])
        #expect(request.headers["x-a"] == "b" && request.keepsAlive)
        #expect(try request.framing() == .none)
    }

    /// RFC 9112: the clauses are beside each refusal in the code.
    @Test(
        "what breaks a rule gets its status",
        arguments: [
            ("GET / HTTP/1.1\nHost: x\n\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("G\u{7F}T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.0\r\nHost: x\r\n\r\n", 505), ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            ("GET / FTP/1.10\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n X: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nX: a\u{0}b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nX: a\u{1}b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400), ("\r\n\r\n", 400), ("", 400),
        ])
    func refused(head: String, status: Int) {
        do throws(HTTPFault) {
            _ = try request(head)
            Issue.record("accepted")
        } catch { #expect(error.status == status) }
    }

    @Test("long lines, long heads and many fields have statuses of their own")
    func limits() {
        let long = String(repeating: "a", count: 9000)
        #expect(throws: HTTPFault.targetTooLong) {
            try request("GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n")
        }
        #expect(throws: HTTPFault.headTooLarge) {
            try request("GET / HTTP/1.1\r\nHost: x\r\nX: \(long)\r\nY: \(long)\r\n\r\n")
        }
        let fields = (0..<70).map { "X\($0): y\r\n" }.joined()
        #expect(throws: HTTPFault.headTooLarge) {
            try request("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
        }
    }

    @Test(
        "lengths and codings that could smuggle a second request are refused",
        arguments: [
            ("Content-Length: 1\r\nContent-Length: 1", 400),
            ("Content-Length: 1\r\nContent-Length: 2", 400), ("Content-Length: +1", 400),
            ("Content-Length: 1, 1", 400), ("Content-Length: 0x1", 400), ("Content-Length:", 400),
            ("Content-Length: 99999999999999999999", 400), ("Content-Length: 1048577", 413),
            ("Content-Length: 1\r\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: identity", 501),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        ])
    func framing(fields: String, status: Int) throws {
        let request = try request("POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n")
        do throws(HTTPFault) {
            _ = try request.framing()
            Issue.record("accepted")
        } catch { #expect(error.status == status) }
    }

    @Test("the end of a head is found wherever the pieces are cut, and a bare line feed is refused")
    func scanner() throws {
        let head = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        var scanner = HTTPHeadScanner()
        let ends = try head.map { octet throws(HTTPFault) in
            try scanner.isEnd(octet, limits: HTTPLimits())
        }
        #expect(ends.firstIndex(of: true) == head.count - 1)
        for bad in ["GET / HTTP/1.1\n", "GET / HTTP/1.1\rX"] {
            var scanner = HTTPHeadScanner()
            #expect(throws: HTTPFault.self) {
                for octet in bad.utf8 { _ = try scanner.isEnd(octet, limits: HTTPLimits()) }
            }
        }
    }

    @Test("chunks are joined, however they arrive")
    func chunks() throws {
        let wire = Array("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\nNEXT".utf8)
        for size in 1...wire.count {
            var decoder = ChunkedDecoder(limit: 100)
            var used = 0
            for start in stride(from: 0, to: wire.count, by: size) {
                used += try decoder.feed(wire[start..<min(start + size, wire.count)])
            }
            #expect(decoder.isDone && decoder.body == Array("Wikipedia".utf8))
            #expect(used == wire.count - 4)
        }
    }

    @Test(
        "broken chunks are refused",
        arguments: [
            "\r\n", "g\r\n", "4;x=y\r\n", "4\nWiki", "4\r\nWikiX", "0\r\nX: y\r\n", "FFFFFFFFF\r\n",
            "65\r\n", " 4\r\n",
        ])
    func brokenChunks(wire: String) {
        var decoder = ChunkedDecoder(limit: 100)
        #expect(throws: HTTPFault.self) { _ = try decoder.feed(Array(wire.utf8)[...]) }
    }

    @Test("no mutation of a request crashes the parser")
    func mutations() {
        let head = Array("POST /a?b=%41 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n".utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var mutated = head
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutated[Int.random(in: mutated.indices, using: &generator)] =
                    UInt8.random(in: 0...255, using: &generator)
            }
            guard let request = try? HTTPRequest(head: mutated) else { continue }
            _ = (request.segments, request.query, try? request.framing())
        }
    }

    @Test("an answer is read as it was written")
    func answer() throws {
        let response = HTTPResponse.json(["a": 1], status: 201)
        let head = response.head(keepsAlive: false)
        let read = try HTTPResponse(head: head)
        #expect(read.status == 201 && !read.keepsAlive)
        #expect(try read.framing(answering: "POST") == .length(7))
        #expect(try read.framing(answering: "HEAD") == .none)
    }

    @Test("a problem reads back to itself, unknown members kept")
    func problem() throws {
        let problem = Problem(
            "pin-locked", status: 409, title: "a", titleJapanese: "あ", detail: "d",
            nextStep: "n", nextStepJapanese: "の", code: "c", extensions: ["triesLeft": 0])
        #expect(try Problem(json: problem.json) == problem)
        #expect(problem.name == "pin-locked")
    }

    @Test("percent-encoding goes both ways")
    func percent() throws {
        let name = "Virtual PCD 00 00/窓"
        let request = try request("GET /\(percentEncoded(name)) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(request.segments == [name])
        #expect(try self.request("GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n").segments == nil)
    }
}
