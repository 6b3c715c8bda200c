internal import CheckIns
internal import Clearinghouse
internal import Disclosures
package import HTTP
package import JSON
package import Network
internal import Octets
internal import Records
package import Terminal

/// The API for the clinic's own programs: a token for each, with rights. What it can do is what staff
/// can do at the desk, never more: each step goes to the local API in the program's name.
package struct ProgramAPI: HTTPHandler {
    /// What stands behind it.
    package struct Parts: Sendable {
        /// Reads the programs' file, anew for each request; nothing where it cannot be read.
        package var read: @Sendable () -> ProgramRegister?
        /// The clock.
        package var clock: any TerminalClock
        /// The pause of the event stream's heartbeat, in seconds.
        package var beatSeconds = 3.0

        /// Parts.
        package init(read: @escaping @Sendable () -> ProgramRegister?, clock: any TerminalClock) {
            (self.read, self.clock) = (read, clock)
        }
    }

    let parts: Parts
    let local: LocalAPI

    /// An API for programs in front of a local API.
    package init(_ parts: Parts, of local: LocalAPI) { (self.parts, self.local) = (parts, local) }

    package func opensStream(_ head: HTTPRequest) -> Bool {
        head.method == "GET" && head.segments == ["v1", "events"]
    }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        do throws(Problem) {
            let segments = request.segments ?? []
            let here = ProgramRoute.allCases.filter { $0.matches(segments) }
            guard !here.isEmpty else { throw .notFound }
            guard let route = here.first(where: { $0.method == request.method }) else {
                return .problem(.wrongMethod(Set(here.map(\.method)).sorted()))
            }
            return try await answer(route, segments, request, peer)
        } catch {
            var refusal = HTTPResponse.problem(error)
            if error.status == 401 { refusal.headers.append("WWW-Authenticate", "Bearer") }
            return refusal
        }
    }

    package func stream(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPAnswer {
        do throws(Problem) {
            let entry = try admit(request, peer, .qualification)
            try await note(entry.member(.qualification), "event stream")
            let token = token(of: request)
            let feed = SessionFeed(
                roster: local.parts.roster, clock: parts.clock, beatSeconds: parts.beatSeconds,
                terminal: ["institution": .string(local.scribe.place.institution)],
                shown: { [self] in
                    // Whoever's token ended meanwhile hears no more.
                    guard (try? usable(token, peer)) != nil else { return nil }
                    let all = await local.parts.book.all()
                    return ["checkIns": .array(all.map(\.listed))]
                }, name: "check-ins")
            return .pieces(.eventStream, feed.pieces())
        } catch { return .whole(.problem(error)) }
    }

    private func answer(
        _ route: ProgramRoute, _ path: [String], _ request: HTTPRequest, _ peer: ServerPeer
    ) async throws(Problem) -> HTTPResponse {
        if route == .document { return .json(ProgramDocument.json(version: local.parts.version)) }
        let entry = try admit(request, peer, route.right)
        let member = entry.member(route.right)
        switch route {
        case .document, .events: throw .notFound
        case .program: return .json(entry.shown)
        case .checkIns:
            try await note(member, "check-ins")
            return await forward(request, member, peer)
        case .chart:
            try await note(member, "chart number")
            return await forward(request, member, peer)
        case .checkIn, .drugs, .checkups, .drugsPaper, .checkupsPaper:
            return await forward(request, member, peer)
        case .insurance: return try await insurance(request, member)
        case .register: return try await register(request, member)
        case .submit: return try await submit(request, member)
        case .results: return try await results(path[2], member)
        }
    }

    /// The step at the local API, in the program's name and as the records are kept.
    private func forward(
        _ request: HTTPRequest, _ member: StaffMember, _ peer: ServerPeer
    ) async -> HTTPResponse {
        var local = local
        local.parts.staff = OneMember(member)
        var plain = request
        plain.target = request.path
        return await local.respond(to: plain, from: peer)
    }

    // MARK: Who asks

    private func token(of request: HTTPRequest) -> String? {
        guard let field = request.headers["Authorization"], field.hasPrefix("Bearer ") else {
            return nil
        }
        return String(field.dropFirst("Bearer ".count))
    }

    private func admit(
        _ request: HTTPRequest, _ peer: ServerPeer, _ right: ProgramRight?
    ) throws(Problem) -> ProgramEntry {
        let entry = try usable(token(of: request), peer)
        if let right, !entry.rights.contains(right) { throw .programLacks(right) }
        return entry
    }

    private func usable(
        _ token: String?, _ peer: ServerPeer
    ) throws(Problem) -> ProgramEntry {
        guard let token else { throw .noProgramToken }
        guard let register = parts.read() else { throw .programsUnreadable }
        guard let entry = register.entry(holding: token) else { throw .unknownProgramToken }
        guard !entry.isRevoked else { throw .programTokenRevoked }
        if let until = entry.until, until <= parts.clock.now() { throw .programTokenExpired }
        switch entry.origin {
        case .socket: guard peer.user != nil else { throw .wrongProgramOrigin }
        case .network(let block):
            guard let address = peer.address, block.contains(address) else {
                throw .wrongProgramOrigin
            }
        }
        return entry
    }

    /// An entry that a program looked; nothing is told before it is durable.
    private func note(_ member: StaffMember, _ what: String) async throws(Problem) {
        var event = local.scribe.scene(actor: member.actor).event(.viewed, at: local.scribe.now)
        (event.purpose, event.note) = (.treatment, what)
        guard await local.scribe.write(event) != nil else { throw .historyClosed }
    }
}

/// The one who asks here, whatever token the request carries.
private struct OneMember: StaffTokens {
    let one: StaffMember
    init(_ one: StaffMember) { self.one = one }
    func member(holding token: String) -> StaffMember? { one }
}

extension ProgramEntry {
    /// Who acts: for the step at hand with no more than its right needs.
    fileprivate func member(_ right: ProgramRight?) -> StaffMember {
        var member = StaffMember(
            id: "program " + name, role: right == .records ? .clinician : .reception)
        member.isProgram = true
        return member
    }

    /// The entry as its program and the administrators see it.
    package var shown: JSONValue {
        .object(present: [
            ("name", .string(name)),
            ("may", .array(rights.map(\.rawValue).sorted().map(JSONValue.string))),
            ("until", until.map { .string($0.rfc3339) }), ("from", .string(origin.text)),
            ("revoked", isRevoked ? true : nil),
        ])
    }
}

extension ProgramAPI {
    private func insurance(
        _ request: HTTPRequest, _ member: StaffMember
    ) async throws(Problem) -> HTTPResponse {
        let details: InsuranceDetails
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            details = try InsuranceDetails(fields.require("details"), at: "$.details")
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        do throws(OpeningRefusal) {
            let found = try await local.parts.insurance.check(details, by: member)
            return .json(["qualification": found.json])
        } catch { throw .opening(error) }
    }

    private func register(
        _ request: HTTPRequest, _ member: StaffMember
    ) async throws(Problem) -> HTTPResponse {
        let details: InsuranceDetails
        let chart: String
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            details = try InsuranceDetails(fields.require("details"), at: "$.details")
            chart = try fields.require("chart", "must be 1 to 32 letters, digits or signs") {
                $0.stringValue.flatMap { CheckIn.isChart($0) ? $0 : nil }
            }
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        do throws(OpeningRefusal) {
            try await local.parts.insurance.register(chart, of: details, by: member)
            return .json(["chart": .string(chart)])
        } catch { throw .opening(error) }
    }

    private func submit(
        _ request: HTTPRequest, _ member: StaffMember
    ) async throws(Problem) -> HTTPResponse {
        let bookings = try local.bookings(in: request)
        do throws(OpeningRefusal) {
            let number = try await local.parts.insurance.submit(
                bookings, by: member, isTheDesks: false)
            return .json(["number": .string(number)])
        } catch { throw .opening(error) }
    }

    private func results(
        _ number: String, _ member: StaffMember
    ) async throws(Problem) -> HTTPResponse {
        // As the clearinghouse gives them.
        guard number.utf8.count == 22, isBookingID(number) else { throw .notFound }
        do throws(OpeningRefusal) {
            let state = try await local.parts.insurance.state(of: number, for: member)
            return .json(
                .object(present: [
                    ("count", JSONValue(state.count)), ("done", JSONValue(state.done)),
                    ("errors", JSONValue(state.errors)),
                    ("segment", .string(state.segment.rawValue)),
                    (
                        "results",
                        state.segment == .normal ? .array(state.results.map(\.plain)) : nil
                    ),
                ]))
        } catch { throw .opening(error) }
    }
}

extension BatchState.Result {
    fileprivate var plain: JSONValue {
        .object(present: [
            ("id", .string(id)), ("message", message.map(JSONValue.string)),
            ("qualification", qualification?.json),
        ])
    }
}
