import Commands
import Configuration
import Cryptography
import Executors
import Glibc
import HTTP
import JSON
import Network
import Secrets
import Terminal

/// What a command runs with: the stack's folder, the daemon's socket, staff tokens.
struct Context {
    let invocation: Invocation
    let state: String
    let files: TerminalFiles
    private let client: HTTPClient
    private let socket: String

    init(_ invocation: Invocation) {
        self.invocation = invocation
        state = invocation.value("state") ?? ".madoguchi"
        files = TerminalFiles(invocation)
        socket =
            files.state == nil
            ? (try? Self.configuration(files))?.socket ?? "/run/madoguchi/madoguchid.sock"
            : state + "/run/madoguchid.sock"
        client = HTTPClient(.unix(path: socket))
    }

    var isJSON: Bool { invocation.has("json") }

    /// The terminal's configuration.
    func configuration() throws(CommandFailure) -> TerminalConfiguration {
        try Self.configuration(files)
    }

    private static func configuration(
        _ files: TerminalFiles
    ) throws(CommandFailure) -> TerminalConfiguration {
        let path = files.configuration
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path) } catch {
            throw CommandFailure(
                .usage, "configuration", "\(error)",
                next: "Name the stack's folder with --state DIR, or make one with make up.")
        }
        do throws(JSONError) {
            let place = ConfigurationPlace(
                folder: files.folder,
                credentials: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) })
            return try TerminalConfiguration(parsing: text).resolvingPaths(place.path)
        } catch {
            let line = error.line(in: text, limits: TerminalConfiguration.textLimits)
            throw CommandFailure(
                .usage, "configuration", "\(path):\(line): \(error)", next: "Correct the file.")
        }
    }

    /// The terminal's limits; the usual ones where its configuration cannot be read.
    var limits: WaitLimits { (try? configuration())?.limits ?? WaitLimits() }

    /// Refuses a value that an option does not take.
    func check(
        _ option: String, _ must: String, _ isGood: (String) -> Bool
    ) throws(CommandFailure) {
        guard let text = invocation.value(option), !isGood(text) else { return }
        throw CommandFailure(UsageError("--\(option) must be \(must)"))
    }

    // MARK: The daemon

    /// Sends a request as a member of staff, and reads the JSON that comes back.
    func ask(
        _ method: String, _ target: String, as role: StaffRole? = nil, body: JSONValue? = nil,
        headers: [(String, String)] = [], waitingForCard wait: Int = 0
    ) async throws(CommandFailure) -> JSONValue {
        let request = try request(method, target, role, headers)
        let seconds = limits.answerSeconds(waitingForCard: wait)
        let sent =
            body.map { HTTPRequest.json(method, target, $0, headers: fields(request)) } ?? request
        let response: HTTPResponse
        do throws(NetworkError) { response = try await client.send(sent, seconds: seconds) } catch {
            throw CommandFailure(daemon: error, socket: socket)
        }
        return try answer(response)
    }

    /// The same with a PIN as its body: from the file into a page, from the page to the socket.
    func ask(
        _ target: String, pin: consuming SecretPage, as role: StaffRole? = nil,
        headers: [(String, String)] = []
    ) async throws(CommandFailure) -> JSONValue {
        let request = try request("POST", target, role, headers)
        let seconds = limits.pinAnswerSeconds
        let response: HTTPResponse
        do throws(NetworkError) {
            response = try await client.send(request, secret: pin, seconds: seconds)
        } catch { throw CommandFailure(daemon: error, socket: socket) }
        return try answer(response)
    }

    private func request(
        _ method: String, _ target: String, _ role: StaffRole?, _ headers: [(String, String)]
    ) throws(CommandFailure) -> HTTPRequest {
        var request = HTTPRequest(method: method, target: target, headers: HTTPHeaders(headers))
        if let role { request.headers["Authorization"] = "Bearer " + (try token(role)) }
        return request
    }

    private func fields(_ request: HTTPRequest) -> [(String, String)] {
        request.headers.fields.map { ($0.name, $0.value) }
    }

    private func answer(_ response: HTTPResponse) throws(CommandFailure) -> JSONValue {
        let json: JSONValue
        var problem: Problem?
        do throws(JSONError) {
            json = try response.json(limits: JSONLimits(octets: 64 << 20))
            if response.status >= 400 { problem = try Problem(json: json) }
        } catch {
            throw .unreadable(error)
        }
        if let problem { throw CommandFailure(problem) }
        return json
    }

    private func token(_ role: StaffRole) throws(CommandFailure) -> String {
        do throws(KeyFile.Failure) {
            let text = String(
                decoding: try KeyFile.read(files.tokenFile(role), isPrivate: true), as: UTF8.self)
            return String(text.prefix { !$0.isWhitespace })
        } catch {
            throw CommandFailure(
                .usage, "no-token", "\(error)",
                next: "This command is for \(role.rawValue): name its token with --staff-token.")
        }
    }

    /// The query that names a reader: this one, or the one that was named, if any was.
    func readerQuery(_ more: [(String, String?)] = [], reader: String? = nil) -> String {
        let parts = ([("reader", reader ?? invocation.value("reader"))] + more).compactMap {
            name, value in
            value.map { "\(name)=\(percentEncoded($0))" }
        }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// Prints a value: as JSON if that was asked for, else as text.
    func show(_ json: JSONValue, _ text: () throws(CommandFailure) -> String)
        throws(CommandFailure)
    {
        let line = isJSON ? json.canonicalText : try text()
        do throws(OutputError) { try writeOut(line + "\n") } catch { throw CommandFailure(error) }
    }
}
