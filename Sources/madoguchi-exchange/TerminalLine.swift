import Cryptography
import Executors
import HTTP
import JSON
import Network
import Synchronization

/// The programs' API of the terminal, asked from a thread that waits.
struct TerminalLine: Sendable {
    private let client: HTTPClient
    private let tokenFile: String

    /// Why nothing came back that can be used.
    enum Fault: Error {
        /// The terminal does not answer, or cannot now: asked again later.
        case silent(String)
        /// It answered with a problem.
        case problem(Problem)
    }

    init(_ configuration: ExchangeConfiguration) {
        client = HTTPClient(.unix(path: configuration.socket))
        tokenFile = configuration.tokenFile
    }

    /// The token, read anew: a new one needs no restart.
    func token() throws(Fault) -> String {
        do throws(KeyFile.Failure) {
            let text = try KeyFile.read(tokenFile, isPrivate: true)
            return String(String(decoding: text, as: UTF8.self).prefix { !$0.isWhitespace })
        } catch { throw .silent("\(error)") }
    }

    func get(_ path: String) throws(Fault) -> JSONValue { try json(try send("GET", path, nil)) }

    func post(_ path: String, _ body: JSONValue) throws(Fault) -> JSONValue {
        try json(try send("POST", path, body))
    }

    /// A document.
    func paper(_ path: String) throws(Fault) -> [UInt8] { try send("GET", path, nil).body }

    private func json(_ response: HTTPResponse) throws(Fault) -> JSONValue {
        do throws(JSONError) {
            return try response.json(limits: JSONLimits(octets: 64 << 20))
        } catch { throw .silent("the terminal's answer cannot be read") }
    }

    private func send(
        _ method: String, _ path: String, _ body: JSONValue?
    ) throws(Fault) -> HTTPResponse {
        let authorization = ("Authorization", "Bearer " + (try token()))
        let request =
            body.map { HTTPRequest.json(method, path, $0, headers: [authorization]) }
            ?? HTTPRequest(method: method, target: path, headers: HTTPHeaders([authorization]))
        let slot = Slot()
        Task { [client] in
            do throws(NetworkError) {
                slot.put(.success(try await client.send(request, seconds: 60)))
            } catch { slot.put(.failure(error)) }
        }
        let response: HTTPResponse
        do throws(NetworkError) { response = try slot.take().get() } catch {
            throw .silent("the terminal does not answer (\(error))")
        }
        guard response.status >= 400 else { return response }
        guard let problem = try? Problem(json: try json(response)) else {
            throw .silent("the terminal's answer cannot be read")
        }
        // Its own trouble passes; a refusal of the token is the administrator's to mend.
        guard response.status < 500, response.status != 401 else { throw .silent(problem.title) }
        throw .problem(problem)
    }

    private final class Slot: Sendable {
        private let gate = Gate()
        private let result = Mutex<Result<HTTPResponse, NetworkError>?>(nil)

        func put(_ value: Result<HTTPResponse, NetworkError>) {
            result.withLock { $0 = value }
            gate.open()
        }

        func take() -> Result<HTTPResponse, NetworkError> {
            gate.wait()
            return result.withLock { $0 } ?? .failure(.closed)
        }
    }
}
