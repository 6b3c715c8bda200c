internal import CheckIns
internal import Configuration
internal import Disclosures
package import HTTP
internal import JSON
package import Network
internal import Octets
internal import Records
package import Secrets
package import Terminal

/// The kiosk's listener: the patient's own page, and behind it the patient's own steps of a card
/// session and their own look at the portal. Nothing of the desk can be asked here, with whatever
/// token.
package struct KioskAPI: HTTPHandler {
    /// What the kiosk is.
    package struct Parts: Sendable {
        /// The institution that asks, as the screens name it.
        package var institutionName: String
        /// Whether cards and clearinghouse are simulated; said on every screen.
        package var isSimulation: Bool
        /// The reader it stands at; whichever holds a card where absent.
        package var reader: String?
        /// The name of its origin.
        package var name: String
        /// The port of its origin.
        package var port: Int
        /// The clock.
        package var clock: any TerminalClock
        /// The heartbeat's pause, in seconds.
        package var beatSeconds = 5.0
        /// How long somebody's own look stands without a touch, in seconds.
        package var ownSeconds = 180
        /// Who makes papers; the terminal's own press where absent.
        package var press: PaperPress?

        /// A kiosk.
        package init(
            institutionName: String, isSimulation: Bool, reader: String?, name: String, port: Int,
            clock: any TerminalClock
        ) {
            self.institutionName = institutionName
            self.isSimulation = isSimulation
            self.reader = reader
            (self.name, self.port, self.clock) = (name, port, clock)
        }
    }

    private let parts: Parts
    private let local: LocalAPI
    private let pairing: KioskPairing
    private let gate: BrowserGate
    private let files = PageFiles(of: .kiosk)
    private var press: PaperPress? { parts.press ?? local.parts.press }

    /// A kiosk of the terminal whose local API it is.
    package init(_ parts: Parts, of local: LocalAPI, pairing: KioskPairing) {
        (self.parts, self.local, self.pairing) = (parts, local, pairing)
        gate = BrowserGate(name: parts.name, port: parts.port)
    }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        do throws(Problem) {
            if let file = try files.response(to: request) {
                try gate.admit(file: request)
                return file
            }
            try gate.admit(call: request)
            if request.segments == ["v1", "pair"] { return try pair(request) }
            if request.segments?.starts(with: ["v1", "own"]) == true {
                try checkPaired(request)
                return try await local.own(request, press)
            }
            return await local.respond(to: try patientsOwn(request), from: peer)
        } catch { return .problem(error) }
    }

    package func opensStream(_ head: HTTPRequest) -> Bool {
        head.method == "GET" && head.segments == ["v1", "events"]
    }

    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        do throws(Problem) {
            try gate.admit(call: request)
            try checkPaired(request)
            let kiosk = KioskFeed(
                roster: local.parts.roster, watch: local.parts.watch, reader: parts.reader,
                clock: parts.clock)
            let feed = SessionFeed(
                roster: local.parts.roster, clock: parts.clock, beatSeconds: parts.beatSeconds,
                terminal: terminal, shown: { await kiosk.shown() })
            return .pieces(.eventStream, feed.pieces())
        } catch { return .whole(.problem(error)) }
    }

    package func takesSecret(_ head: HTTPRequest) -> Bool {
        isOwnPIN(head) || local.takesSecret(head)
    }

    /// The PIN entry of somebody's own look: わたしの情報.
    private func isOwnPIN(_ head: HTTPRequest) -> Bool {
        head.method == "POST" && head.segments == ["v1", "own"]
    }

    package func endsWithItsCaller(_ head: HTTPRequest) -> Bool { local.endsWithItsCaller(head) }

    package func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        do throws(Problem) {
            try gate.admit(call: head)
            if isOwnPIN(head) {
                try checkPaired(head)
                return try await local.beginOwn(pin: secret, head, reader: parts.reader)
            }
            return await local.respond(to: try patientsOwn(head), secret: secret, from: peer)
        } catch { return .problem(error) }
    }

    /// What the page is told once.
    private var terminal: JSONValue {
        let limits = local.parts.limits
        return [
            "institution": .string(parts.institutionName),
            "institutionCode": .string(local.parts.scribe.place.institution),
            "simulation": .bool(parts.isSimulation),
            "items": .array(local.parts.items.map { .string($0.rawValue) }),
            "beatSeconds": .integer(Int64(parts.beatSeconds)),
            "seconds": [
                "choosing": JSONValue(limits.choosingSeconds),
                "warning": JSONValue(limits.warningSeconds),
                "proving": JSONValue(limits.provingSeconds),
                "interrupted": JSONValue(limits.interruptedSeconds),
                "message": JSONValue(limits.messageSeconds),
                "own": JSONValue(parts.ownSeconds),
            ],
        ]
    }

    private func pair(_ request: HTTPRequest) throws(Problem) -> HTTPResponse {
        guard request.method == "POST" else { throw .methodNotAllowed(["POST"]) }
        let secret: String
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            secret = try fields.string("secret", maximum: 128)
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        guard let token = pairing.pair(secret) else { throw .notPaired }
        return .json(["token": .string(token)])
    }

    private func checkPaired(_ request: HTTPRequest) throws(Problem) {
        guard let field = request.headers["Authorization"], field.hasPrefix("Bearer "),
            pairing.isPaired(String(field.dropFirst("Bearer ".count)))
        else { throw .notPaired }
    }

    /// The steps that are the patient's own: everything else is not to be found here.
    private static let steps: Set<[String]> = [
        ["session", "choice"], ["session", "pin"], ["session", "last-try"], ["session", "face"],
        ["session", "back"], ["session", "seen"], ["session", "more-time"],
        ["readers", "last-try"],
    ]

    /// The request as the local API gets it: of the kiosk's reader, and of nobody of the staff.
    private func patientsOwn(_ request: HTTPRequest) throws(Problem) -> HTTPRequest {
        try checkPaired(request)
        guard request.method == "POST", let segments = request.segments, segments.count == 3,
            segments[0] == "v1",
            Self.steps.contains(Array(segments.dropFirst()))
                || segments[1] == "portal"
        else { throw .notFound }
        var own = request
        own.headers["Authorization"] = nil
        if let reader = parts.reader {
            var query = request.query
            query["reader"] = reader
            own.target =
                request.path + "?"
                + query.sorted { $0.key < $1.key }.map {
                    "\(percentEncoded($0.key))=\(percentEncoded($0.value))"
                }.joined(separator: "&")
        }
        return own
    }
}

extension Problem {
    /// The browser is not the kiosk, or not any more.
    static let notPaired = Problem(
        "not-paired", status: 401, title: "This browser is not the kiosk.",
        titleJapanese: "このブラウザーは受付端末として登録されていません。",
        nextStep: "Open the kiosk's page file with the kiosk's browser.",
        nextStepJapanese: "受付端末のブラウザーで、受付画面のファイルを開いてください。")
}
