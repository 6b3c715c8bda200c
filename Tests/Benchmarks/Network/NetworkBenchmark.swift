import Authority
import Cryptography
import Executors
import Glibc
import HTTP
import JSON
import Network
import Records

/// Measures server and client in one process: small requests over kept connections, handshakes,
/// and how often anything wakes up while nobody speaks. Prints one JSON object.
///
///     network-benchmark [SECONDS]
@main
struct NetworkBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        let seconds = arguments.count > 1 ? Double(arguments[1]) ?? 2 : 2
        runProcess {
            do {
                try await NetworkBenchmark(seconds: seconds).run()
                return 0
            } catch {
                print("network-benchmark: \(error)")
                return 1
            }
        }
    }

    /// How long each part lasts.
    let seconds: Double
    /// A small JSON exchange, as the daemon has them.
    let request = HTTPRequest.json("POST", "/v1/challenges", ["kind": "benchmark"])

    struct Answering: HTTPHandler {
        let answer = HTTPResponse.json(
            ["nonce": .string(String(repeating: "n", count: 43)), "kind": "benchmark"])
        func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
            answer
        }
    }

    func run() async throws {
        let (serverSide, clientSide) = try contexts()
        var result: [String: JSONValue] = [:]
        try await serving(nil) { port in
            let endpoint = HTTPEndpoint.tcp(host: "127.0.0.1", port: port)
            result["plainPerSecond"] = try await rate(HTTPClient(endpoint), clients: 4)
        }
        try await serving(serverSide) { port in
            let endpoint = HTTPEndpoint.tcp(host: "127.0.0.1", port: port)
            let client = HTTPClient(endpoint, tls: clientSide)
            result["tlsOneClientPerSecond"] = try await rate(client, clients: 1)
            result["tlsFourClientsPerSecond"] = try await rate(client, clients: 4)
            result["tlsRoundTripMicroseconds"] = try await median(client)
            result["idleWakeUpsPerMille"] = try await idleWakeUpsPerSecond()
            result["handshakesPerSecond"] = try await handshakes(endpoint, clientSide)
        }
        print(String(decoding: JSONValue.object(result).pretty, as: UTF8.self), terminator: "")
    }

    private func serving(
        _ tls: TLSContext?, _ body: (Int) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            .tcp(host: "127.0.0.1", port: 0), tls: tls, handler: Answering())
        let running = Task { await server.run() }
        try await body(server.port)
        running.cancel()
        await running.value
    }

    private func rate(_ client: HTTPClient, clients: Int) async throws -> JSONValue {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        let request = request
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var count = 0
                    while clock.now < end {
                        _ = try await client.send(request)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return JSONValue(Int(Double(count) / seconds))
    }

    private func median(_ client: HTTPClient) async throws -> JSONValue {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<1000 {
            let start = clock.now
            _ = try await client.send(request)
            times.append(clock.now - start)
        }
        times.sort()
        return JSONValue(Int(times[times.count / 2] / .microseconds(1)))
    }

    private func handshakes(
        _ endpoint: HTTPEndpoint, _ context: TLSContext
    ) async throws -> JSONValue {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var last = request
        last.headers.append("Connection", "close")
        let client = HTTPClient(endpoint, tls: context)
        var count = 0
        while clock.now < end {
            _ = try await client.send(last)
            count += 1
        }
        return JSONValue(Int(Double(count) / seconds))
    }

    /// How often anything wakes up in a second while connections stay open and nobody speaks, in
    /// thousandths.
    private func idleWakeUpsPerSecond() async throws -> JSONValue {
        try await Alarms.shared.sleep(for: .seconds(1))
        let (before, idle) = (switches(), max(5, seconds))
        try await Alarms.shared.sleep(for: .seconds(idle))
        return JSONValue(Int(Double(switches() - before) / idle * 1000))
    }

    /// How often threads of this process went to sleep of their own will.
    private func switches() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var sum = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            let task = "/proc/self/task/\(name)/"
            for line in lines(task + "status") {
                let words = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace })
                if words.first == "voluntary_ctxt_switches" { sum += Int(words[1]) ?? 0 }
            }
        }
        return sum
    }

    private func lines(_ path: String) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var lines: [String] = []
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let octets = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            lines.append(String(decoding: octets, as: UTF8.self))
        }
        return lines
    }

    private func contexts() throws -> (server: TLSContext, client: TLSContext) {
        let now = Instant(seconds: Int64(time(nil)))
        let (earlier, later) = (now.adding(seconds: -60), now.adding(seconds: 3600))
        let authority = try CertificateAuthority.make(
            unit: "Benchmark", key: .generate(.p256), notBefore: earlier, notAfter: later)
        func identity(_ profile: CertificateProfile) throws -> (Certificate, PrivateKey) {
            let key = try PrivateKey.generate(.p256)
            let request = CertificateRequest(
                commonName: "benchmark", publicKey: key.publicKey, notBefore: earlier,
                notAfter: later, profile: profile)
            return (try authority.issue(request), key)
        }
        let name = "benchmark.simulation"
        let server = try identity(.tlsServer(names: [name]))
        let client = try identity(.tlsClient)
        return (
            try .server(
                certificate: server.0, key: server.1, clientAnchors: [authority.certificate]),
            try .client(
                certificate: client.0, key: client.1, serverAnchors: [authority.certificate],
                serverName: name)
        )
    }
}
