import Cryptography
import Executors
import Glibc
import HTTP
import JSON
import Network
import Octets
import Records

/// Load on a running server over mutual TLS, from so many connections at once. Prints one JSON
/// object: how many a second, and how long each took.
///
///     clearinghouse-benchmark STATE PORT SECONDS CONNECTIONS checks PERSON
///     clearinghouse-benchmark STATE PORT SECONDS CONNECTIONS read PATH [GRANT]
///     clearinghouse-benchmark STATE PORT SECONDS CONNECTIONS handshakes PATH [GRANT]
///
/// A check is a fresh nonce and a fresh signature of the card's RSA key; `read` keeps its
/// connections, `handshakes` makes one for each request.
@main
struct ClearinghouseBenchmark {
    static func main() {
        let words = CommandLine.arguments
        runProcess {
            do {
                guard words.count > 6, let port = Int(words[2]), let seconds = Double(words[3]),
                    let connections = Int(words[4])
                else { throw Wrong("see the top of this file") }
                let bench = try ClearinghouseBenchmark(
                    state: words[1], port: port, seconds: seconds, connections: connections)
                let grant = words.count > 7 ? words[7] : nil
                try await bench.run(words[5], words[6], grant: grant)
                return 0
            } catch {
                print("clearinghouse-benchmark: \(error)")
                return 1
            }
        }
    }

    private let endpoint: HTTPEndpoint
    private let tls: TLSContext
    private let state: String
    private let seconds: Double
    private let connections: Int

    init(state: String, port: Int, seconds: Double, connections: Int) throws {
        (self.state, self.seconds, self.connections) = (state, seconds, connections)
        endpoint = .tcp(host: "127.0.0.1", port: port)
        tls = try .client(
            certificate: KeyFile.certificate("\(state)/terminal/tls.pem"),
            key: KeyFile.privateKey("\(state)/terminal/tls.key"),
            serverAnchors: [KeyFile.certificate("\(state)/terminal/server-ca.pem")],
            serverName: "127.0.0.1")
    }

    private func run(_ kind: String, _ about: String, grant: String?) async throws {
        guard kind == "checks" else {
            var request = HTTPRequest(method: "GET", target: about)
            if let grant {
                request.headers.append("Madoguchi-Grant", grant)
                request.headers.append("Madoguchi-Intent", "madoguchi/benchmark 1")
            }
            if kind == "handshakes" { request.headers.append("Connection", "close") }
            let fixed = request
            return try await run { client in
                let start = ContinuousClock.now
                let answer = try await client.send(fixed)
                guard answer.status == 200 else { throw Wrong("status \(answer.status)") }
                return Int((ContinuousClock.now - start) / .microseconds(1))
            }
        }
        let card = try CheckingCard(state: state, person: about)
        try await run { client in
            let challenge = try await client.send(.json("POST", "/v1/challenges", [:]))
            let nonce = try challenge.json()["nonce"] ?? .null
            let request = HTTPRequest.json("POST", "/v1/checks/card", try card.body(nonce))
            let start = ContinuousClock.now
            let answer = try await client.send(request)
            guard answer.status == 200 else { throw Wrong("status \(answer.status)") }
            return Int((ContinuousClock.now - start) / .microseconds(1))
        }
    }

    /// Does something again and again over each connection; it says how long it took.
    private func run(_ once: @escaping @Sendable (HTTPClient) async throws -> Int) async throws {
        let clock = ContinuousClock()
        // Everybody connects before anything is counted.
        let clients = (0..<connections).map { _ in HTTPClient(endpoint, tls: tls) }
        for client in clients { _ = try await once(client) }
        let end = clock.now + .seconds(seconds)
        let times = try await withThrowingTaskGroup(of: [Int].self) { group in
            for client in clients {
                group.addTask {
                    var times: [Int] = []
                    while clock.now < end { times.append(try await once(client)) }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        guard !times.isEmpty else { throw Wrong("nothing was done") }
        let value: JSONValue = [
            "perSecond": JSONValue(Int(Double(times.count) / seconds)),
            "medianMicroseconds": JSONValue(times[times.count / 2]),
            "p99Microseconds": JSONValue(times[times.count * 99 / 100]),
        ]
        print(value.canonicalText)
    }
}

private struct Wrong: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// A simulated card as far as checks go: its key signs.
private struct CheckingCard: Sendable {
    private let key: PrivateKey
    private let certificate: Certificate
    private let audience: SHA256Digest
    private let place: (institution: String, terminal: String)

    init(state: String, person: String) throws {
        key = try KeyFile.privateKey("\(state)/cards/\(person).key")
        let card = try JSONValue(parsing: KeyFile.read("\(state)/cards/\(person).json"))
        guard
            let der = card["authentication"]?["certificate"]?.stringValue
                .flatMap({ [UInt8](base64: $0) })
        else { throw Wrong("the card has no certificate") }
        certificate = try Certificate(der: der)
        audience = try KeyFile.publicKey("\(state)/terminal/answer.pub").digest
        let clients = try JSONValue(parsing: KeyFile.read("\(state)/clearinghouse/clients.json"))
        let desk = clients.arrayValue?.first { $0["kind"] == "institution" }
        place = (
            desk?["institution"]?.stringValue ?? "", desk?["terminal"]?.stringValue ?? ""
        )
    }

    /// The body of a check with this nonce.
    func body(_ nonce: JSONValue) throws -> JSONValue {
        let now = Instant(seconds: Int64(time(nil)))
        let until = JSONValue.string(now.adding(seconds: 86_400).rfc3339)
        let statement: JSONValue = [
            "version": 1, "audience": .string(audience.hex), "nonce": nonce,
            "institution": .string(place.institution), "terminal": .string(place.terminal),
            "time": .string(now.rfc3339), "way": ["kind": "pin"], "purpose": "treatment",
            "consents": ["obtain", "provide"],
            "items": [
                ["item": "checkups", "until": until], ["item": "drugs", "until": until],
            ],
            "certificate": .string(certificate.digest.hex), "algorithm": "rsa-pkcs1-sha256",
        ]
        let bytes = statement.canonical
        let signature = try key.sign(Array("madoguchi check-in v1 card\n".utf8) + bytes)
        return [
            "statement": .string(bytes.base64()), "signature": .string(signature.base64()),
            "certificate": .string(certificate.der.base64()),
            "intent": ["origin": "madoguchi/benchmark", "index": 1],
        ]
    }
}
