import Glibc
import HTTP
import Network
import Synchronization
import TestFolders
import Testing

@Suite("Whoever hangs up stops waiting")
struct HangUpTests {
    /// Waits at `/wait` until somebody cancels that.
    final class Waiting: Sendable {
        private let counts = Mutex((waiting: 0, ended: 0))
        var waiting: Int { counts.withLock(\.waiting) }
        var ended: Int { counts.withLock(\.ended) }

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            guard request.path == "/wait" else { return HTTPResponse(status: 204) }
            counts.withLock { $0.waiting += 1 }
            let (stream, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in stream {}
            counts.withLock { $0.ended += 1 }
            return HTTPResponse(status: 200)
        }
    }

    static let wait = "POST /wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    static let plain = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    func until(_ holds: () async throws -> Bool) async throws {
        for _ in 0..<3000 {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await holds())
    }

    @Test(
        "a wait ends with its caller, and its connection is free for the next",
        arguments: [true, false])
    func abandoned(isLocal: Bool) async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/socket"
        let address: ListenAddress =
            isLocal ? .unix(path: path, mode: 0o600) : .tcp(host: "127.0.0.1", port: 0)
        let waiting = Waiting()
        var limits = ServerLimits()
        // Fewer than wait in all three rounds; more than wait, go and come at one time.
        limits.connections = 9
        let handler = Answering(answer: { await waiting.answer($0) }, letsGo: true)
        try await serving(address, limits: limits, handler: handler) { port in
            let connect: @Sendable () throws -> Raw.Connection = {
                try isLocal ? Raw.connect(path: path) : Raw.connect(port)
            }
            for round in 1...3 {
                var lines: [Raw.Connection] = []
                for _ in 0..<4 {
                    let line = try connect()
                    try line.send(Array(Self.wait.utf8))
                    lines.append(line)
                }
                try await until { waiting.waiting == 4 * round }
                lines.removeAll()
                try await until { waiting.ended == 4 * round }
                try await until {
                    // While a place is still being freed, whoever comes is turned away.
                    let answer = try? await Raw.onThread {
                        let line = try connect()
                        try line.send(Array(Self.plain.utf8))
                        return try line.read()
                    }()
                    return String(decoding: answer ?? [], as: UTF8.self)
                        .hasPrefix("HTTP/1.1 204")
                }
            }
        }
    }

    @Test("on a UNIX socket a half that was closed is no hang-up")
    func halfClosed() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/socket"
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let handler = Answering(
            answer: { _ in
                begin.yield()
                for await _ in gate { return HTTPResponse(status: 201) }
                return HTTPResponse(status: 500)
            }, letsGo: true)
        try await serving(.unix(path: path, mode: 0o600), handler: handler) { _ in
            let line = try Raw.connect(path: path)
            try line.send(Array(Self.wait.utf8))
            shutdown(line.descriptor, Int32(SHUT_WR))
            for await _ in begun { break }
            // Long enough for the connection's thread to watch the other side.
            try await Task.sleep(for: .milliseconds(200))
            open.yield()
            let answer = try await Raw.onThread { try line.read() }()
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 201"))
        }
    }

    @Test("work that is not only waited for is brought to its end")
    func brought() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let ended = Mutex<Bool?>(nil)
        let handler = Answering(answer: { _ in
            begin.yield()
            for await _ in gate { break }
            ended.withLock { $0 = Task.isCancelled }
            return HTTPResponse(status: 200)
        })
        try await serving(handler: handler) { port in
            do {
                let line = try Raw.connect(port)
                try line.send(Array(Self.wait.utf8))
                for await _ in begun { break }
            }
            try await Task.sleep(for: .milliseconds(200))
            #expect(ended.withLock { $0 } == nil)
            open.yield()
            try await until { ended.withLock { $0 } != nil }
            #expect(ended.withLock { $0 } == false)
        }
    }
}
