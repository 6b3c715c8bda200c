import HTTP
import Network
import Testing

@Suite("Answers that go on")
struct EventStreamTests {
    let ask = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"
    let askLast = "GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    @Test("events go out as they come, in chunks, and the connection may be used again")
    func events() async throws {
        let handler = Answering(streams: { _ in
            .pieces(
                .eventStream,
                AsyncStream { continuation in
                    for number in 1...3 {
                        continuation.yield(ServerSentEvent("\(number)").octets)
                        continuation.yield([])
                    }
                    continuation.finish()
                })
        })
        try await serving(handler: handler) { port in
            let answer = try await Raw.exchange(port, ask + askLast)
            let body = (1...3).map { "9\r\ndata: \($0)\n\n\r\n" }.joined() + "0\r\n\r\n"
            #expect(answer.split(separator: "HTTP/1.1 200 OK\r\n").count == 2)
            #expect(answer.hasSuffix("Connection: close\r\n\r\n" + body))
            #expect(answer.contains("Content-Type: text/event-stream\r\n"))
            let read = try await HTTPClient(.tcp(host: "127.0.0.1", port: port)).send(
                HTTPRequest(method: "GET", target: "/events"), seconds: 60)
            #expect(read.body == Array("data: 1\n\ndata: 2\n\ndata: 3\n\n".utf8))
            let head = try await Raw.exchange(
                port, "HEAD" + askLast.dropFirst(3))
            #expect(head.hasSuffix("\r\n\r\n") && !head.contains("data"))
        }
    }

    @Test("a handler may answer a stream's request whole: with a refusal")
    func refused() async throws {
        let handler = Answering(answer: { _ in HTTPResponse(status: 401) })
        try await serving(handler: handler) { port in
            let answer = try await Raw.exchange(port, askLast)
            #expect(answer.hasPrefix("HTTP/1.1 401 "))
        }
    }

    /// A stream that never ends by itself, and a word when it is terminated.
    func endless() -> (handler: Answering, ended: AsyncStream<Void>) {
        let (ended, announce) = AsyncStream.makeStream(of: Void.self)
        let handler = Answering(streams: { _ in
            .pieces(
                .eventStream,
                AsyncStream { continuation in
                    continuation.onTermination = { _ in
                        announce.yield()
                        announce.finish()
                    }
                    continuation.yield(ServerSentEvent("first").octets)
                })
        })
        return (handler, ended)
    }

    @Test("when the reader leaves, the stream is told at once, although nothing is written")
    func readerLeaves() async throws {
        let (handler, ended) = endless()
        try await serving(handler: handler) { port in
            let begun = try await Raw.exchange(port, ask, untilContains: "first")
            #expect(begun.contains("data: first"))
            for await _ in ended { break }
        }
    }

    @Test("when the server stops, open streams end")
    func serverStops() async throws {
        let (handler, ended) = endless()
        let server = try HTTPServer(.tcp(host: "127.0.0.1", port: 0), handler: handler)
        let running = Task { await server.run() }
        let connection = try Raw.connect(server.port)
        try connection.send(Array(ask.utf8))
        let begun = try await Raw.onThread { try connection.read(untilContains: "first") }()
        #expect(String(decoding: begun, as: UTF8.self).contains("first"))
        running.cancel()
        for await _ in ended { break }
        await running.value
    }
}
