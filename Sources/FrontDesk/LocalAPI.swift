package import AccessHistory
package import CheckIns
package import Configuration
internal import Cryptography
internal import Disclosures
package import HTTP
internal import JSON
package import Network
internal import Octets
package import Records
package import Secrets
package import Terminal

/// The local API on the terminal's UNIX socket: requests become events, states become views. It
/// has no power of its own: who may do what is asked of the staff register, and what may be
/// shown of the desks.
///
/// The socket's mode lets in the service's own user alone; the routes of the desk want a staff
/// token besides.
package struct LocalAPI: HTTPHandler {
    /// What the API speaks for.
    package struct Parts: Sendable {
        /// The readers and their sessions.
        package var roster: ReaderRoster
        /// The check-ins.
        package var book: CheckInBook
        /// Where records are opened.
        package var records: RecordDesk
        /// Where patients see their own.
        package var portal: PortalDesk
        /// Where staff ask without a card.
        package var insurance: InsuranceDesk
        /// Where staff look patients up under a mode of failure or disaster.
        package var emergency: EmergencyDesk
        /// Those of them who look around at a kiosk.
        package var ownVisits: OwnVisits
        /// Who writes the history.
        package var scribe: HistoryScribe
        /// Who counts failed PINs.
        package var watch: PINWatch
        /// Who may do what.
        package var staff: any StaffTokens
        /// The items that patients are asked about.
        package var items: [Item]
        /// The program's version.
        package var version: String
        /// How long programs may wait.
        package var limits: WaitLimits
        /// Who cosigns the history, where anybody does.
        package var witnesses: HistoryWitnesses?
        /// Who makes papers for the pages.
        package var press: PaperPress?
        /// How long the history is kept at least.
        package var historyRetentionYears = 7
        /// When the institution is open: what is opened outside is put before the reviewer.
        package var openingHours = OpeningHours.usual

        /// When each certificate of this terminal ends, by what it is for.
        package var certificateEnds: [String: Instant] = [:]

        /// The parts.
        package init(
            roster: ReaderRoster, book: CheckInBook, records: RecordDesk, portal: PortalDesk,
            scribe: HistoryScribe, watch: PINWatch, staff: any StaffTokens, items: [Item],
            version: String, limits: WaitLimits = WaitLimits()
        ) {
            self.roster = roster
            self.book = book
            self.records = records
            self.portal = portal
            insurance = InsuranceDesk(beside: records)
            emergency = EmergencyDesk(beside: records)
            ownVisits = OwnVisits(desk: portal) { scribe.now }
            self.scribe = scribe
            self.watch = watch
            self.staff = staff
            self.items = items
            self.version = version
            self.limits = limits
        }
    }

    var parts: Parts

    /// An API over the parts of a terminal.
    package init(_ parts: Parts) { self.parts = parts }

    /// Who writes the history.
    package var scribe: HistoryScribe { parts.scribe }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        let methods = LocalMethods.taken(by: request.segments ?? [])
        guard methods.isEmpty || methods.contains(request.method) else {
            return .problem(.methodNotAllowed(methods))
        }
        do throws(Problem) { return try await route(request, peer) } catch {
            return .problem(error)
        }
    }

    package func takesSecret(_ head: HTTPRequest) -> Bool {
        guard head.method == "POST", let segments = head.segments else { return false }
        return segments == ["v1", "session", "pin"]
            || segments.count == 3 && segments.starts(with: ["v1", "portal"])
    }

    /// Whoever hangs up in a step of a card session has stopped waiting for it. The session itself
    /// goes on by its own limits; everything else is brought to its end.
    package func endsWithItsCaller(_ head: HTTPRequest) -> Bool {
        head.method == "POST" && head.segments?.starts(with: ["v1", "session"]) == true
    }

    package func respond(
        to head: HTTPRequest, secret: consuming SecretPage, from peer: ServerPeer
    ) async -> HTTPResponse {
        do throws(Problem) {
            let segments = head.segments ?? []
            if segments == ["v1", "session", "pin"] { return try await enter(pin: secret, head) }
            return try await askPortal(segments[2], pin: secret, head)
        } catch { return .problem(error) }
    }

    private func route(
        _ request: HTTPRequest, _ peer: ServerPeer
    ) async throws(Problem) -> HTTPResponse {
        guard let segments = request.segments else { throw .notFound }
        if segments.count == 1 { return try await watching(request, segments[0]) }
        guard segments.first == "v1" else { throw .notFound }
        let path = segments.dropFirst().map { $0 }
        switch (request.method, path.first, path.count) {
        case ("GET", "status", 1): return .json(await status())
        case ("POST", "session", 2): return try await session(path[1], request)
        case ("GET", "session", 1):
            let runner = try await reader(request).runner
            return .json(await runner.view.shown(to: .anybody))
        case (_, "check-ins", _):
            return try await checkIns(Array(path.dropFirst()), request, peer)
        case ("POST", "insurance", 2) where path[1] == "check":
            return try await checkInsurance(request)
        case (_, "emergency", 2): return try await emergency(path[1], request)
        case (_, "batch", _): return try await batch(Array(path.dropFirst()), request)
        case (_, "offline", _): return try await offline(Array(path.dropFirst()), request)
        case ("POST", "readers", 2) where path[1] == "end-pause": return try await endPause(request)
        case ("POST", "readers", 2) where path[1] == "last-try":
            return try await allowLastTry(request)
        case ("POST", "history", 2) where path[1] == "expiry":
            return try await expireHistory(request)
        case ("POST", "history", 2) where path[1] == "erasure":
            return try await eraseHistory(request)
        case ("POST", "history", 2) where path[1] == "rotation":
            return try await rotateHistoryKey(request)
        case ("POST", "history", 2) where path[1] == "exports":
            return try await exportHistory(request)
        case ("GET", "history", 2) where path[1] == "review": return try await review(request)
        case ("POST", "history", 2) where path[1] == "review":
            return try await signOffReview(request)
        case ("GET", "history", 2): return try await history(path[1], request)
        default: throw .notFound
        }
    }

    private func status() async -> JSONValue {
        var readers: [JSONValue] = []
        for reader in await parts.roster.listings() {
            let count = await parts.watch.count(on: reader.name, at: parts.scribe.now)
            let pause = await parts.watch.pause(on: reader.name, at: parts.scribe.now)
            readers.append(
                .object(present: [
                    ("name", .string(reader.name)), ("present", .bool(reader.isThere)),
                    ("state", .string(reader.view.state)),
                    ("cardPresent", .bool(reader.view.isCardPresent)),
                    ("failedPINs", JSONValue(count.failures)),
                    ("pausedUntil", pause.map { .string($0.rfc3339) }),
                ]))
        }
        let size = await parts.scribe.store.archive().size
        let cosigned = await parts.witnesses?.standing
        let open = await parts.book.all().filter { $0.state == .open }.count
        return .object(present: [
            ("version", .string(parts.version)),
            ("institution", .string(parts.scribe.place.institution)),
            ("terminal", .string(parts.scribe.place.terminal)),
            ("pcscService", .bool(await parts.roster.isServiceThere)),
            ("readers", .array(readers)), ("openCheckIns", JSONValue(open)),
            ("items", .array(parts.items.map { .string($0.rawValue) })),
            ("historyOrigin", .string(parts.scribe.store.origin)),
            ("historyEntries", .integer(Int64(clamping: size))),
            ("historyWitnesses", cosigned.map { $0.json(entries: size) }),
            ("historyDisk", parts.scribe.store.room?.json),
            ("today", today),
            ("certificateDaysLeft", certificateDaysLeft),
        ])
    }

    /// What was counted on this day in Japan.
    private var today: JSONValue {
        let date = parts.scribe.now.dateInJapan
        let counted = parts.scribe.meters.reading.day.flatMap { $0.date == date ? $0 : nil }
        let checkIns = (counted?.checkIns ?? [:]).sorted { $0.key < $1.key }
        return [
            "date": .string("\(date)"),
            "checkIns": .object(
                present: checkIns.map { ($0.key, .integer(Int64(clamping: $0.value))) }),
            "failedProofs": .integer(Int64(clamping: counted?.failedProofs ?? 0)),
            "lockouts": .integer(Int64(clamping: counted?.lockouts ?? 0)),
        ]
    }

    private var certificateDaysLeft: JSONValue {
        let now = parts.scribe.now.seconds
        return .object(
            present: parts.certificateEnds.sorted { $0.key < $1.key }.map { name, end in
                (name, .integer((end.seconds - now) / 86_400))
            })
    }

    /// An administrator lets PINs in again before the pause ends; recorded first.
    private func endPause(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let runner = try await reader(request).runner
        guard let name = await parts.roster.name(of: runner) else { throw .noReader }
        var event = parts.scribe.scene(actor: member.actor)
            .event(.administratorAct, at: parts.scribe.now)
        (event.purpose, event.reason, event.note) = (.administration, "endPause", name)
        guard await parts.scribe.write(event) != nil else { throw .historyClosed }
        await parts.watch.clear(name, at: parts.scribe.now)
        return .json(["reader": .string(name), "failedPINs": 0])
    }

    // MARK: Who asks

    /// Who holds the token of a request; nothing without a token.
    func member(_ request: HTTPRequest) -> StaffMember? {
        guard let field = request.headers["Authorization"], field.hasPrefix("Bearer ") else {
            return nil
        }
        return parts.staff.member(holding: String(field.dropFirst("Bearer ".count)))
    }

    /// The same where a token is needed.
    func staff(_ request: HTTPRequest) throws(Problem) -> StaffMember {
        guard let member = member(request) else { throw .noToken }
        return member
    }

    /// The reader that a request names, or the one that holds a card.
    func reader(_ request: HTTPRequest) async throws(Problem) -> ReaderRoster.ServedReader {
        let name = request.query["reader"]
        if let reader = await parts.roster.reader(named: name) { return reader }
        guard await parts.roster.isServiceThere else { throw .noService }
        let names = await parts.roster.names
        guard let name, !names.isEmpty else { throw .noReader }
        throw .noSuchReader(name, among: names)
    }
}

extension SessionView {
    /// Who looks at a session.
    enum Onlooker {
        /// Whoever may ask at all: learns how far the session is, and nothing about the patient.
        case anybody
        /// Who made the proof: the patient, or the staff named in the outcome's entry.
        case prover(StaffMember?)
    }

    /// The view as somebody may see it: the qualification is for staff who may see one, and what
    /// the clearinghouse found wrong ("suspended" is patient data too) for whoever was proved.
    func shown(to onlooker: Onlooker) -> JSONValue {
        guard case .object(var fields) = json, case .object(var shown)? = fields["closing"] else {
            return json
        }
        switch onlooker {
        case .prover(let member?) where member.role.seesQualification: return json
        case .prover: shown["qualification"] = nil
        case .anybody:
            shown["qualification"] = nil
            if case .answered = closing { shown["problem"] = nil }
        }
        fields["identity"] = nil
        fields["closing"] = .object(shown)
        return .object(fields)
    }

    /// Whether the session has come to an end that it will not leave by itself.
    var isClosed: Bool { closing != nil }
}
