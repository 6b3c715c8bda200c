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

    @Test("HTTP/1.0 is taken only where it is allowed, for one request without chunks")
    func version10() throws {
        func read(_ head: String, isTaken: Bool = true) throws(HTTPFault) -> HTTPRequest {
            var limits = HTTPLimits()
            limits.takesVersion10 = isTaken
            return try HTTPRequest(head: Array(head.utf8), limits: limits)
        }
        let request = try read("POST /ocsp HTTP/1.0\r\nContent-Length: 3\r\n\r\n")
        #expect(try request.framing() == .length(3))
        #expect(!request.keepsAlive && request.path == "/ocsp")
        #expect(throws: HTTPFault.version) {
            try read("GET / HTTP/1.0\r\n\r\n", isTaken: false)
        }
        for head in [
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            #expect(throws: HTTPFault.self) { try read(head) }
        }
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

    @Test("a head is refused at the octet that is one too many")
    func scannerLimits() {
        func fault(_ head: String) -> HTTPFault? {
            var scanner = HTTPHeadScanner()
            let limits = HTTPLimits(lineOctets: 20, headOctets: 60, fields: 2)
            do throws(HTTPFault) {
                for octet in head.utf8 { if try scanner.isEnd(octet, limits: limits) { break } }
                return nil
            } catch { return error }
        }
        let twenty = String(repeating: "a", count: 20)
        #expect(fault(twenty + "\r\n\r\n") == nil)
        #expect(fault(twenty + "aaa") == .targetTooLong)
        #expect(fault("a\r\n" + twenty + "\r\n\r\n") == nil)
        #expect(fault("a\r\n" + twenty + "aaa") == .headTooLarge)
        #expect(fault("a\r\nb\r\nc\r\n\r\n") == nil)
        #expect(fault("a\r\nb\r\nc\r\nd\r\n") == .headTooLarge)
        #expect(fault(String(repeating: twenty + "\r\n", count: 2) + twenty) == .headTooLarge)
        #expect(fault("\r\n")?.status == 400)
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

    @Test("each refusal has its status, and a problem of its own")
    func faults() {
        let faults: [(HTTPFault, Int)] = [
            (.malformed("x"), 400), (.bodyTooLarge, 413), (.targetTooLong, 414),
            (.expectation, 417), (.headTooLarge, 431), (.notImplemented("x"), 501),
            (.version, 505),
        ]
        for (fault, status) in faults {
            #expect(fault.status == status && fault.problem.status == status)
        }
        #expect(Set(faults.map(\.0.problem.type)).count == faults.count)
    }

    @Test("only one expectation can be met")
    func expectations() throws {
        func request(_ field: String) throws -> HTTPRequest {
            try self.request("PUT / HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
        }
        #expect(try !request("").awaitsContinue)
        #expect(try request("Expect: 100-Continue\r\n").awaitsContinue)
        #expect(throws: HTTPFault.expectation) {
            try request("Expect: cake\r\n").awaitsContinue
        }
    }

    @Test(
        "an answer that breaks a rule is refused",
        arguments: [
            "", "HTTP/1.1\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
            "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n",
            "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        ])
    func refusedAnswers(head: String) {
        #expect(throws: HTTPFault.self) { try HTTPResponse(head: Array(head.utf8)) }
    }

    @Test("an answer's body is as long as status and method say")
    func answerFraming() throws {
        func framing(_ status: Int, _ field: String, _ method: String = "GET") throws -> HTTPFraming
        {
            let head = "HTTP/1.1 \(status) X\r\n\(field)\r\n"
            return try HTTPResponse(head: Array(head.utf8)).framing(answering: method)
        }
        #expect(try framing(200, "") == .untilClose)
        #expect(try framing(200, "Content-Length: 3\r\n") == .length(3))
        #expect(try framing(200, "Content-Length: 0\r\n") == .none)
        #expect(try framing(200, "Transfer-Encoding: chunked\r\n") == .chunked)
        #expect(try framing(200, "Content-Length: 3\r\n", "HEAD") == .none)
        for status in [100, 204, 304] {
            #expect(try framing(status, "Content-Length: 3\r\n") == .none)
        }
    }

    @Test("messages have exactly these octets")
    func golden() {
        var request = HTTPRequest.json("POST", "/v1/x?a=b", ["a": 1])
        request.headers.append("Host", "elsewhere")
        request.headers.append("content-length", "99")
        #expect(
            String(decoding: request.head(host: "h:1", bodyCount: 7), as: UTF8.self)
                == "POST /v1/x?a=b HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/json\r\n"
                + "Content-Length: 7\r\n\r\n")
        let response = HTTPResponse.json(["a": 1], status: 201)
        let head = response.head(keepsAlive: false, secondsSince1970: 784_111_777)
        #expect(
            String(decoding: head, as: UTF8.self)
                == "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Content-Type: application/json\r\nCache-Control: no-store\r\n"
                + "Content-Length: 7\r\nConnection: close\r\n\r\n")
        let stream = HTTPResponse.eventStream.head(keepsAlive: true, isChunked: true)
        #expect(
            String(decoding: stream, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(
            HTTPResponse(status: 204).head(keepsAlive: true)
                == Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
        #expect(chunk(Array("abcdefghijk".utf8)) == Array("b\r\nabcdefghijk\r\n".utf8))
        #expect(chunk([]) == Array("0\r\n\r\n".utf8))
    }

    @Test("nothing that is written can begin a field or a message of its own")
    func injection() throws {
        var response = HTTPResponse(status: 200)
        response.headers.append("X", "a\r\nSet-Cookie: b\n\0c")
        response.headers.append("Bad\r\nName", "d")
        let head = String(decoding: response.head(keepsAlive: true), as: UTF8.self)
        #expect(
            head == "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b  c\r\nContent-Length: 0\r\n\r\n")
        let request = HTTPRequest(method: "GET", target: "/a b\r\nX: y#窓")
        let line = String(decoding: request.head(host: "x", bodyCount: 0), as: UTF8.self)
        #expect(line == "GET /a%20b%0D%0AX:%20y%23%E7%AA%93 HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    @Test(
        "dates are written as RFC 9110 has them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_795_348_800, "Sun, 22 Nov 2026 12:00:00 GMT"),
        ])
    func dates(seconds: Int64, text: String) {
        #expect(httpDate(secondsSince1970: seconds) == text)
    }

    @Test("an event's line breaks stay inside the event")
    func events() {
        let event = ServerSentEvent("a\nb\r\nc\rd", name: "state\ndata: x", id: "7")
        #expect(
            String(decoding: event.octets, as: UTF8.self)
                == "event: state data: x\nid: 7\ndata: a\ndata: b\ndata: c\ndata: d\n\n")
        #expect(ServerSentEvent("").octets == Array("data: \n\n".utf8))
    }

    @Test("no mutation of chunks or of an answer crashes their readers")
    func moreMutations() {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: y\r\n\r\n".utf8)
        let chunks = Array("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n".utf8)
        var generator = SystemRandomNumberGenerator()
        func mutated(_ octets: [UInt8]) -> [UInt8] {
            var octets = octets
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] =
                    UInt8.random(in: 0...255, using: &generator)
            }
            return octets
        }
        for _ in 0..<10_000 {
            let answer = try? HTTPResponse(head: mutated(head))
            _ = try? answer?.framing(answering: "GET")
            var decoder = ChunkedDecoder(limit: 100)
            _ = try? decoder.feed(mutated(chunks)[...])
            #expect(decoder.body.count <= 100)
        }
    }
}
