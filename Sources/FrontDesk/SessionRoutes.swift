internal import CheckIns
internal import Configuration
internal import Cryptography
internal import HTTP
internal import JSON
internal import Octets
internal import Records
internal import Secrets
internal import Terminal

extension LocalAPI {
    /// How long a route waits for a session to get somewhere, in seconds.
    private var stepSeconds: Double { Double(parts.limits.stepSeconds) }

    /// The steps of a card session.
    func session(_ step: String, _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let runner = try await reader(request).runner
        switch step {
        case "claim": return try await claim(runner, request)
        case "choice": return try await choose(runner, request)
        case "last-try":
            let session = try sessionNamed(in: request)
            let token = await runner.allowLastTry(inSession: session) {
                RandomOctets.make(16).base64(.urlSafe)
            }
            guard let token else { throw .wrongState }
            return .json(["token": .string(token)])
        case "face": return try await showFace(runner, request)
        case "confirm": return try await confirm(runner, request)
        case "back":
            let session = try sessionNamed(in: request)
            guard let view = await runner.handle(.backToChoice, inSession: session) else {
                throw .wrongState
            }
            return answer(view)
        case "more-time":
            // Three times a card: a kiosk is not kept by who has left.
            let session = try sessionNamed(in: request)
            guard let view = await runner.handle(.moreTime, inSession: session) else {
                throw .wrongState
            }
            return answer(view)
        case "seen": return answer(await runner.handle(.messageSeen))
        default: throw .notFound
        }
    }

    /// Whoever claimed a session names it in every step after, so that nobody's choice or PIN is
    /// taken for another card, or for what another program chose.
    private func sessionNamed(in request: HTTPRequest) throws(Problem) -> String {
        guard let session = request.headers["Madoguchi-Session"] else { throw .noSession }
        return session
    }

    private func answer(_ view: SessionView) -> HTTPResponse {
        .json(view.shown(to: .anybody))
    }

    /// Begins with the card that lies there, or comes within the time to wait.
    private func claim(
        _ runner: SessionRunner, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        var wait = 0
        if !request.body.isEmpty {
            do throws(JSONError) {
                var fields = try JSONFields(try request.jsonBody())
                let range = 0...parts.limits.longestClaimSeconds
                wait = try fields.optionalInteger("waitSeconds", in: range) ?? 0
                try fields.finish()
            } catch { throw .malformedBody(error.description) }
        }
        // What is under way is left alone, and its end belongs to whoever began it.
        guard await !runner.view.isAtWork else { throw .readerBusy }
        if await runner.view.isCardPresent {
            await runner.handle(.startAnew)
        } else if await runner.view.isClosed {
            await runner.handle(.messageSeen)
        }
        // A card that was just put in is told by the service within its polling time.
        let arrived = await runner.firstView(within: Double(max(wait, 1))) { $0.isCardPresent }
        guard arrived.isCardPresent else { throw .noCard }
        let view = await runner.firstView(within: stepSeconds) {
            $0.state == "choosing" || $0.isClosed || !$0.isCardPresent
        }
        guard view.isCardPresent else { throw .cardPulled }
        guard case .object(var fields) = view.shown(to: .anybody) else {
            throw .wrongState
        }
        // The next steps name the reader: another one may hold a card by then.
        fields["reader"] = await parts.roster.name(of: runner).map(JSONValue.string)
        return .json(.object(fields))
    }

    /// The way and the consents, all at once: `{"way": "pin", "consents": {"drugs": true}}`; with
    /// `"enteredBy": "parent"` or `"carer"` where somebody enters them in the patient's place.
    private func choose(
        _ runner: SessionRunner, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let way: Way
        var consents: [Item: Bool] = [:]
        let proxy: Proxy?
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            proxy = try fields.optional("enteredBy", "must be \"parent\" or \"carer\"") {
                $0.stringValue.flatMap(Proxy.init)
            }
            way = try fields.require("way", "must be \"pin\", \"face\" or \"visualCheck\"") {
                value in
                value.stringValue.flatMap(Way.init)
            }
            let answers = try fields.nested("consents") { (value, path) throws(JSONError) in
                var fields = try JSONFields(value, at: path)
                var answers: [Item: Bool] = [:]
                for item in parts.items {
                    answers[item] = try fields.optionalBool(item.rawValue)
                }
                try fields.finish()
                return answers
            }
            consents = answers ?? [:]
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        guard await runner.view.state == "choosing" else { throw .wrongState }
        guard
            let made = await runner.handle(
                .choiceMade(way, consents, by: proxy), inSession: try sessionNamed(in: request))
        else { throw .wrongState }
        if made.state == "choosing", let closure = made.closedWays[way] {
            throw .closed(way, closure)
        }
        // Whatever else it is in by now (a card that left and came back is read again), nobody
        // waits for the proof.
        let view = await runner.firstView(within: stepSeconds) {
            $0.isReadyForPIN || $0.isReadyForStaff || $0.isReadyForFace || $0.state != "proving"
        }
        // What was read of the card meanwhile may have closed the way.
        if view.state == "choosing", let closure = view.closedWays[way] {
            throw .closed(way, closure)
        }
        return answer(view)
    }

    /// The states between a PIN that was entered and the answer to it.
    private static let answering: Set<String> = [
        "proving", "recordingIntent", "asking", "recordingOutcome",
    ]

    /// The PIN: four octets, straight from the socket.
    func enter(
        pin: consuming SecretPage, _ head: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let runner = try await reader(head).runner
        guard await runner.view.isReadyForPIN else { throw .wrongState }
        let token = head.headers["Madoguchi-Last-Try"]
        let session = try sessionNamed(in: head)
        // Only who may see a qualification is told it, and stands in the history for that.
        let recipient = member(head).flatMap { $0.role.seesQualification ? $0.id : nil }
        let entered = await runner.enter(
            pin: pin, lastTryToken: token, inSession: session, recipient: recipient)
        guard entered != nil else { throw .wrongState }
        return try await proved(runner, head)
    }

    /// 目視: `{"reason": "pinForgotten"}` of somebody who holds the right, for this session alone.
    private func confirm(
        _ runner: SessionRunner, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.rights.contains(.visualCheck) else { throw .notAllowed }
        let reason: VisualCheckReason
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            let words = VisualCheckReason.allCases.map(\.rawValue).joined(separator: ", ")
            reason = try fields.require("reason", "must be one of \(words)") { value in
                value.stringValue.flatMap(VisualCheckReason.init)
            }
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        guard await runner.view.isReadyForStaff else { throw .wrongState }
        let event = CardSessionEvent.staffConfirmed(staff: member.id, reason: reason)
        let session = try sessionNamed(in: request)
        guard await runner.handle(event, inSession: session) != nil else { throw .wrongState }
        return try await proved(runner, request)
    }

    /// 顔認証: the patient looks into the camera; one comparison for each time this is asked.
    private func showFace(
        _ runner: SessionRunner, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        guard await runner.view.isReadyForFace else { throw .wrongState }
        let session = try sessionNamed(in: request)
        let recipient = member(request).flatMap { $0.role.seesQualification ? $0.id : nil }
        guard await runner.showFace(inSession: session, recipient: recipient) != nil else {
            throw .wrongState
        }
        return try await proved(runner, request)
    }

    /// What somebody is shown, and whether the check-in would not survive a restart yet.
    private func told(_ view: SessionView, to onlooker: SessionView.Onlooker) async -> JSONValue {
        let shown = view.shown(to: onlooker)
        guard case .object(var fields) = shown, let id = view.checkIn,
            await parts.book.lacksKeeping(id: id)
        else { return shown }
        fields["kept"] = false
        return .object(fields)
    }

    /// What became of a proof: the check-in, or why there is none.
    private func proved(
        _ runner: SessionRunner, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let session = try sessionNamed(in: request)
        // Who types on the reader takes their time.
        let typing = await runner.view.hasPINPad ? parts.limits.pinPadVisitSeconds : 0
        let seconds = stepSeconds + Double(typing)
        // The next card may lie there before this one's end is told.
        let view = await runner.firstView(within: seconds, of: session) { view in
            guard view.session == session else { return true }
            if case .accepted = view.closing { return view.checkIn != nil }
            return view.isClosed || !Self.answering.contains(view.state)
                || !view.isBusy && view.proofFailure != nil
        }
        guard view.session == session else {
            // A swapped card begins a session of its own, which says why it was begun.
            throw view.proofFailure == .differentCard ? .proof(.differentCard) : .cardPulled
        }
        if !view.isClosed {
            if let failure = view.proofFailure { throw .proof(failure) }
            // Whatever state it is in by now (a card that came back is read again), the proof
            // was cut off.
            guard Self.answering.contains(view.state) else { throw .cardPulled }
            throw view.state == "proving" ? .card(.mute) : .noAnswerYet
        }
        // Here, once, the qualification is told: its disclosure has just become durable. Whoever
        // wants to see it again asks for the check-in, which is an entry of its own.
        return .json(await told(view, to: .prover(member(request))))
    }

    /// One question at the portal with a PIN of its own.
    func askPortal(
        _ name: String, pin: consuming SecretPage, _ head: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        guard name != "document" else { return try await askForDocument(pin: pin, head) }
        let question = try question(name, head.query)
        let reader = try await reader(head)
        guard await reader.runner.view.isCardPresent else { throw .noCard }
        do throws(PortalRefusal) {
            let answer = try await parts.portal.ask(
                question, at: reader.port, pin: pin,
                lastTryWord: head.headers["Madoguchi-Last-Try"])
            return .json(answer.json)
        } catch { throw .portal(error) }
    }

    /// What a page of the portal's asks.
    func question(
        _ name: String, _ query: [String: String]
    ) throws(Problem) -> PortalQuestion {
        let from = try month(query["from"], "from")
        let to = try month(query["to"], "to")
        return switch name {
        case "qualification": .qualification
        case "drugs": .drugs(from: from, to: to)
        case "checkups": .checkups
        case "expenses": .expenses(from: from, to: to)
        case "disclosures": .disclosures
        case "notices": .notices
        case "expense-notice": .expenseNotice(year: try year(query["year"]))
        case "tax-link": .taxLink(year: try year(query["year"]))
        default: throw .notFound
        }
    }

    /// What a document needs, behind one proof: `kind` is what is made, `items` what of.
    private func askForDocument(
        pin: consuming SecretPage, _ head: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        guard let note = try documentNote(head.query["kind"]) else {
            throw .badRequest("kind must name a document")
        }
        let names = (head.query["items"] ?? "").split(separator: ",").map(String.init)
        guard (1...5).contains(names.count), Set(names).count == names.count else {
            throw .badRequest("items must name one to five pages")
        }
        var questions: [PortalQuestion] = []
        for name in names { questions.append(try question(name, head.query)) }
        let reader = try await reader(head)
        guard await reader.runner.view.isCardPresent else { throw .noCard }
        do throws(PortalRefusal) {
            let answers = try await parts.portal.ask(
                questions[0], and: Array(questions.dropFirst()), at: reader.port, pin: pin,
                lastTryWord: head.headers["Madoguchi-Last-Try"], note: note)
            return .json(.object(present: zip(names, answers).map { ($0, $1.json) }))
        } catch { throw .portal(error) }
    }

    /// What the history notes of records that are opened to make a document of them.
    func documentNote(_ kind: String?) throws(Problem) -> String? {
        guard let kind else { return nil }
        guard (1...32).contains(kind.utf8.count),
            kind.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
        else { throw .badRequest("a document's kind is a word of a–z and -") }
        return "document: \(kind)"
    }

    /// The patient agrees that their own look spends the card's last try: a word for it, good once,
    /// where one try is all that is left.
    func allowLastTry(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let reader = try await reader(request)
        guard await reader.runner.view.isCardPresent else { throw .noCard }
        do throws(PortalRefusal) {
            let (tries, word) = try await parts.portal.allowLastTry(at: reader.port) {
                RandomOctets.make(16).base64(.urlSafe)
            }
            // The next step names the reader: another one may hold a card by then.
            return .json(
                .object(present: [
                    ("triesLeft", JSONValue(tries)), ("token", word.map(JSONValue.string)),
                    ("reader", await parts.roster.name(of: reader.runner).map(JSONValue.string)),
                ]))
        } catch { throw .portal(error) }
    }

    private func year(_ text: String?) throws(Problem) -> Int {
        guard let year = text.flatMap(Int.init), (2021...9999).contains(year) else {
            throw .badRequest("year must be one from 2021 on")
        }
        return year
    }

    private func month(_ text: String?, _ name: String) throws(Problem) -> YearMonth? {
        guard let text else { return nil }
        guard let month = YearMonth(text) else { throw .badRequest("\(name) must be YYYY-MM") }
        return month
    }
}

extension HTTPRequest {
    /// The body as JSON, its media type checked.
    func jsonBody() throws(JSONError) -> JSONValue {
        do throws(Problem) { return try json() } catch {
            throw .unexpected(path: "$", reason: error.detail ?? error.title)
        }
    }
}
