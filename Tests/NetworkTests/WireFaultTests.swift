import HTTP
import Network
import Synchronization
import Testing

@Suite("Answers spoiled on the wire")
struct WireFaultTests {
    private let identities: Identities
    static let body = [UInt8](repeating: 0x61, count: 3000)

    init() throws { identities = try Identities() }

    /// What a client makes of a spoiled answer, plain or over TLS. Its patience is for a run of all
    /// tests at once, when other suites keep the few threads of Swift's pool busy for seconds.
    private func outcome(
        _ fault: WireFault, tls: Bool, seconds: Double = 90
    ) async throws -> Result<HTTPResponse, NetworkError> {
        let identities = identities
        let handler = Answering(streams: { _ in
            .faulty(HTTPResponse(status: 200, body: Self.body), fault)
        })
        let result = Mutex<Result<HTTPResponse, NetworkError>?>(nil)
        try await serving(tls: tls ? identities.server : nil, handler: handler) { port in
            let client = HTTPClient(
                .tcp(host: "127.0.0.1", port: port), tls: tls ? identities.client : nil)
            let request = HTTPRequest(method: "GET", target: "/events")
            do throws(NetworkError) {
                let response = try await client.send(request, seconds: seconds)
                result.withLock { $0 = .success(response) }
            } catch { result.withLock { $0 = .failure(error) } }
        }
        return try #require(result.withLock { $0 })
    }

    @Test("a reset, a half, a cut silence: the line is lost", arguments: [false, true])
    func lost(tls: Bool) async throws {
        for fault in [
            WireFault.reset, .halfClose, .stall(milliseconds: 20), .wrongLength(by: 7),
        ] {
            switch try await outcome(fault, tls: tls) {
            case .failure(.closed), .failure(.system): break
            case let other: Issue.record("\(fault) \(tls): \(other)")
            }
        }
    }

    @Test("a silence longer than one's patience is a time-out", arguments: [false, true])
    func stalled(tls: Bool) async throws {
        let result = try await outcome(.stall(milliseconds: 600_000), tls: tls, seconds: 0.3)
        #expect(result == .failure(.timedOut))
    }

    @Test(
        "a dribble arrives whole, a length that is too short cuts the body",
        arguments: [false, true])
    func whole(tls: Bool) async throws {
        let dribbled = try await outcome(.dribble(milliseconds: 64), tls: tls).get()
        #expect(dribbled.body == Self.body)
        let short = try await outcome(.wrongLength(by: -1), tls: tls).get()
        #expect(short.body.count == Self.body.count - 1)
    }

    @Test("a fatal alert is told from a lost line")
    func alert() async throws {
        guard case .failure(.tls(.alert(let number))) = try await outcome(.tlsAlert, tls: true)
        else {
            Issue.record("no alert")
            return
        }
        // bad_record_mac (RFC 8446 §6.2)
        #expect(number == 20)
    }

    @Test("a server that stops does not wait for a stall or a dribble")
    func stopping() async throws {
        for fault in [WireFault.stall(milliseconds: 600_000), .dribble(milliseconds: 600_000)] {
            _ = try await outcome(fault, tls: true, seconds: 0.2)
        }
    }
}
