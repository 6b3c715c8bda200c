import Glibc
import HTTP
import Network
import TestFolders
import Testing

@Suite("Listeners")
struct ListenerTests {
    let get = HTTPRequest(method: "GET", target: "/")

    @Test("a file that is no socket is nobody's to remove")
    func foreignFile() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        defer { unlink(path) }
        #expect(throws: NetworkError.notASocket) {
            try HTTPServer(.unix(path: path, mode: 0o600), handler: Echo())
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test("a socket's file has its mode, goes with the server, and another's stays")
    func file() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        try await serving(.unix(path: path, mode: 0o640)) { _ in
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        }
        #expect(access(path, F_OK) != 0)
        try await serving(.unix(path: path, mode: 0o600)) { _ in
            unlink(path)
            close(open(path, O_CREAT | O_WRONLY, 0o600))
        }
        #expect(access(path, F_OK) == 0)
        unlink(path)
    }

    @Test("of many programs that find a stale socket one gets it")
    func race() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        Leftover.makeStaleSocket(path)
        let servers = await withTaskGroup(of: HTTPServer?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try? HTTPServer(.unix(path: path, mode: 0o600), handler: Echo())
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(servers.compactMap { $0 }.count == 1)
        #expect(access(path, F_OK) == 0)
    }

    @Test("a folder that is not there and a path that does not fit are named")
    func wrongPaths() {
        #expect(throws: NetworkError.system(call: "open", errno: ENOENT)) {
            try HTTPServer(.unix(path: "/nowhere/at/all/s", mode: 0o600), handler: Echo())
        }
        for path in ["", "a\0b", "/tmp/" + String(repeating: "x", count: 120)] {
            #expect(throws: NetworkError.pathTooLong) {
                try HTTPServer(.unix(path: path, mode: 0o600), handler: Echo())
            }
        }
        #expect(throws: NetworkError.unknownHost("localhost")) {
            try HTTPServer(.tcp(host: "localhost", port: 0), handler: Echo())
        }
    }

    @Test("a port in use is said so")
    func portInUse() async throws {
        try await serving { port in
            #expect(throws: NetworkError.addressInUse) {
                try HTTPServer(.tcp(host: "127.0.0.1", port: port), handler: Echo())
            }
        }
    }

    @Test("a socket that listens already is taken over, and left listening afterwards")
    func inherited() async throws {
        let silent = try Raw.listen()
        for _ in 0..<2 {
            try await serving(.inherited(descriptor: dup(silent.descriptor))) { port in
                #expect(port == silent.port)
                let client = HTTPClient(.tcp(host: "127.0.0.1", port: port))
                let answer = try await client.send(get, seconds: 60)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("a host is found by its name; one that is unknown is said so")
    func names() async throws {
        try await serving { port in
            for name in ["localhost", "clearinghouse.localhost"] {
                let client = HTTPClient(.tcp(host: name, port: port))
                let answer = try await client.send(get, seconds: 60)
                #expect(answer.status == 200)
            }
        }
        // RFC 6761 §6.4: no such name will ever be.
        await #expect(throws: NetworkError.unknownHost("nobody.invalid")) {
            try await HTTPClient(.tcp(host: "nobody.invalid", port: 1)).send(get, seconds: 60)
        }
    }

    @Test("IPv6 is served, where the machine has it")
    func sixth() async throws {
        let server: HTTPServer
        do throws(NetworkError) {
            server = try HTTPServer(.tcp(host: "::1", port: 0), handler: Echo())
        } catch {
            // No IPv6 here.
            guard case .system(_, let number) = error else { throw error }
            #expect([EADDRNOTAVAIL, EAFNOSUPPORT].contains(number))
            return
        }
        let running = Task { await server.run() }
        let client = HTTPClient(.tcp(host: "::1", port: server.port))
        #expect(try await client.send(get, seconds: 60).status == 200)
        running.cancel()
        await running.value
    }
}
