internal import CheckIns
package import HTTP
internal import JSON
package import Network
internal import Octets
internal import Records
package import Secrets
package import Terminal

/// The desk's listener: the page of the staff, who sign in by name and password, and behind it the
/// steps of the staff. No PIN can be entered here, and nothing of the portal be asked.
package struct DeskAPI: HTTPHandler {
    /// What the desk is.
    package struct Parts: Sendable {
        /// The institution's code: the page can hide what it prescribed itself.
        package var institutionCode: String
        /// The institution, as the page names it.
        package var institutionName: String
        /// Whether cards and clearinghouse are simulated; said on every page.
        package var isSimulation: Bool
        /// The name of its origin.
        package var name: String
        /// The port of its origin.
        package var port: Int
        /// Whether it is served over TLS.
        package var isTLS = false
        /// The clock.
        package var clock: any TerminalClock
        /// The heartbeat's pause, in seconds.
        package var beatSeconds = 3.0
        /// Where the staff file is changed from here; nowhere where absent.
        package var staff: StaffDesk?

        /// A desk.
        package init(
            institutionCode: String, institutionName: String, isSimulation: Bool, name: String,
            port: Int, clock: any TerminalClock
        ) {
            self.institutionCode = institutionCode
            (self.institutionName, self.isSimulation) = (institutionName, isSimulation)
            (self.name, self.port, self.clock) = (name, port, clock)
        }
    }

    let parts: Parts
    let local: LocalAPI
    let signIn: DeskSignIn
    private let gate: BrowserGate
    private let files = PageFiles(of: .desk)

    /// A desk of the terminal whose local API it is.
    package init(_ parts: Parts, of local: LocalAPI, signIn: DeskSignIn) {
        self.parts = parts
        self.signIn = signIn
        var local = local
        // Whoever asks here is known by the desk's own tokens alone.
        local.parts.staff = signIn
        self.local = local
        gate = BrowserGate(name: parts.name, port: parts.port, isTLS: parts.isTLS)
    }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        do throws(Problem) {
            if let file = try files.response(to: request) {
                try gate.admit(file: request)
                return file
            }
            try gate.admit(call: request)
            guard let segments = request.segments, segments.first == "v1" else { throw .notFound }
            let path = Array(segments.dropFirst())
            if path == ["sign-out"], request.method == "POST" {
                signIn.signOut(token(of: request) ?? "")
                return .json([:])
            }
            if path == ["terminal"], request.method == "GET" { return .json(terminal) }
            if let answer = try await administration(request, path) { return answer }
            guard Self.isDesks(request.method, path) else { throw .notFound }
            _ = try local.staff(request)
            return await local.respond(to: request, from: peer)
        } catch { return .problem(error) }
    }

    /// The steps that are the staff's: everything else is not to be found here.
    private static func isDesks(_ method: String, _ path: [String]) -> Bool {
        switch (method, path.first) {
        case ("GET", "status"), (_, "check-ins"), ("GET", "history"), ("POST", "insurance"),
            (_, "emergency"), (_, "offline"), (_, "batch"):
            true
        case ("POST", "session"): path == ["session", "confirm"]
        case ("POST", "history"): path == ["history", "review"]
        case ("POST", "readers"): path == ["readers", "end-pause"]
        default: false
        }
    }

    package func opensStream(_ head: HTTPRequest) -> Bool {
        head.method == "GET" && head.segments == ["v1", "events"]
    }

    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        do throws(Problem) {
            try gate.admit(call: request)
            let token = token(of: request) ?? ""
            guard signIn.member(holding: token) != nil else { throw .signedOut }
            let feed = SessionFeed(
                roster: local.parts.roster, clock: parts.clock, beatSeconds: parts.beatSeconds,
                terminal: terminal,
                shown: { [local, signIn] in
                    guard let member = signIn.listener(holding: token) else { return nil }
                    return await DeskFeed(local: local).shown(to: member)
                })
            return .pieces(.eventStream, feed.pieces())
        } catch { return .whole(.problem(error)) }
    }

    /// What the page is told before anybody signed in, and again after.
    private var terminal: JSONValue {
        [
            "institution": .string(parts.institutionName),
            "institutionCode": .string(parts.institutionCode),
            "simulation": .bool(parts.isSimulation),
            "beatSeconds": .integer(Int64(parts.beatSeconds)),
        ]
    }

    // MARK: Signing in: the password goes into a page of its own

    package func takesSecret(_ head: HTTPRequest) -> Bool {
        head.method == "POST"
            && (head.segments == ["v1", "sign-in"] || head.segments == ["v1", "staff"])
    }

    package func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        do throws(Problem) {
            try gate.admit(call: head)
            if head.segments == ["v1", "staff"] { return try await setStaff(head, secret) }
            guard let id = staffNamed(in: head) else { throw .wrongPassword }
            try await noteStaff()
            switch await signIn.signIn(id, secret, code: head.headers["Madoguchi-Code"]) {
            case .signedIn(let token, let member):
                return .json([
                    "token": .string(token), "id": .string(member.id),
                    "role": .string(member.role.rawValue),
                    "rights": .array(member.rights.map { .string($0.rawValue) }),
                ])
            case .wrong: throw .wrongPassword
            case .codeMissing: throw .codeMissing
            case .paused(let until): throw .signInPaused(until)
            case .tooMany: throw .tooManySignedIn
            case .unreadable(let reason): throw .staffUnreadable(reason)
            }
        } catch { return .problem(error) }
    }

    private func token(of request: HTTPRequest) -> String? {
        guard let field = request.headers["Authorization"], field.hasPrefix("Bearer ") else {
            return nil
        }
        return String(field.dropFirst("Bearer ".count))
    }
}

/// Who a request names; nothing where the name is none.
func staffNamed(in head: HTTPRequest) -> String? {
    head.headers["Madoguchi-Staff"].flatMap(decoded).flatMap { isStaffID($0) ? $0 : nil }
}

/// A header's text, percent-encoded UTF-8.
private func decoded(_ text: String) -> String? {
    HTTPRequest(method: "GET", target: "/" + text).segments?.first
}

extension Problem {
    static let signedOut = Problem(
        "signed-out", status: 401, title: "Nobody is signed in any more.",
        titleJapanese: "サインインの有効時間が切れました。", nextStep: "Sign in again.",
        nextStepJapanese: "もう一度サインインしてください。")

    static let wrongPassword = Problem(
        "wrong-password", status: 403, title: "The name or the password is wrong.",
        titleJapanese: "職員名かパスワードが違います。",
        nextStep: "Try again; an administrator sets a new password with madoguchi staff add.",
        nextStepJapanese: "もう一度入力してください。忘れたときは管理者が設定し直します。")

    static let codeMissing = Problem(
        "code-missing", status: 401, title: "The code of your telephone is needed too.",
        titleJapanese: "認証アプリの6桁のコードも必要です。",
        nextStep: "Enter the six digits that it shows now.",
        nextStepJapanese: "いま表示されている6桁を入力してください。")

    static func signInPaused(_ until: Instant) -> Problem {
        Problem(
            "sign-in-paused", status: 429,
            title: "Too many wrong passwords; wait until \(until.clockInJapan).",
            titleJapanese: "パスワードの誤りが続いたため、\(until.clockInJapan) まで受け付けません。",
            extensions: ["until": .string(until.rfc3339)])
    }

    static let tooManySignedIn = Problem(
        "too-many-signed-in", status: 503, title: "Too many are signed in at once.",
        titleJapanese: "同時にサインインできる人数を超えています。",
        nextStep: "Sign out at another desk.", nextStepJapanese: "ほかの端末でサインアウトしてください。")

    static func staffUnreadable(_ reason: String) -> Problem {
        Problem(
            "staff-file", status: 503, title: "The staff file cannot be read.",
            titleJapanese: "職員の設定ファイルを読めません。", detail: reason,
            nextStep: "The administrator mends the staff file.",
            nextStepJapanese: "管理者が職員の設定ファイルを直してください。")
    }
}
