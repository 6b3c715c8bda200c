internal import CheckIns
internal import Clearinghouse
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

extension LocalAPI {
    /// `POST /v1/insurance/check`: `{"details": {…}}`.
    func checkInsurance(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        let details: InsuranceDetails
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            details = try InsuranceDetails(fields.require("details"), at: "$.details")
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        do throws(OpeningRefusal) {
            let found = try await parts.insurance.check(details, by: member)
            return .json(["qualification": found.sheet])
        } catch { throw .opening(error) }
    }

    /// The modes of failure and disaster: `GET /v1/emergency/mode`, `POST /v1/emergency/mode` with
    /// `"mode"` and `"reason"`, or without to end it; `POST /v1/emergency/check` looks somebody up.
    func emergency(_ step: String, _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        let desk = parts.emergency
        switch (request.method, step) {
        case ("GET", "mode"): return .json(.object(present: [("mode", await desk.mode()?.json)]))
        case ("POST", "mode"):
            let (mode, reason) = try wantedMode(in: request)
            do throws(OpeningRefusal) {
                let now = try await desk.turn(to: mode, reason: reason, by: member)
                return .json(.object(present: [("mode", now?.json)]))
            } catch { throw .opening(error) }
        case ("POST", "check"):
            let question: EmergencyQuestion
            do throws(JSONError) {
                question = try EmergencyQuestion(try request.jsonBody())
            } catch { throw .malformedBody(error.description) }
            do throws(OpeningRefusal) {
                let found = try await desk.check(question, by: member)
                return .json(
                    .object(present: [
                        ("qualification", found.qualification.sheet),
                        ("checkIn", found.checkIn.map(JSONValue.string)),
                    ]))
            } catch { throw .opening(error) }
        default: throw .notFound
        }
    }

    private func wantedMode(
        in request: HTTPRequest
    ) throws(Problem) -> (EmergencyMode?, reason: String) {
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            let mode = try fields.optional("mode", "must be systemFailure or disaster") {
                $0.stringValue.flatMap(EmergencyMode.init(rawValue:))
            }
            let reason = try fields.optionalString("reason", maximum: 400) ?? ""
            try fields.finish()
            guard mode == nil || reason.contains(where: { !$0.isWhitespace }) else {
                throw .unexpected(path: "$.reason", reason: "must say why")
            }
            return (mode, reason)
        } catch { throw .malformedBody(error.description) }
    }

    /// Tomorrow's bookings: `POST /v1/batch` with `{"bookings": [{"id", "details"}]}`, `GET /v1/batch`
    /// for how far it is, `GET /v1/batch/results` for what was found.
    func batch(_ path: [String], _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        let desk = parts.insurance
        do throws(OpeningRefusal) {
            switch (request.method, path) {
            case ("GET", []): break
            case ("POST", []):
                let bookings: [Booking]
                do throws(Problem) { bookings = try self.bookings(in: request) } catch {
                    return .problem(error)
                }
                try await desk.submit(bookings, by: member)
            case ("GET", ["results"]):
                let results = try await desk.results(for: member)
                return .json(["results": .array(results.map(\.sheet))])
            default: return .problem(.notFound)
            }
            let progress = try await desk.progress(for: member)
            return .json(
                .object(present: [
                    (
                        "batch",
                        progress.map {
                            [
                                "count": JSONValue($0.count), "done": JSONValue($0.done),
                                "errors": JSONValue($0.errors),
                                "isBrokenOff": .bool($0.isBrokenOff),
                            ]
                        }
                    )
                ]))
        } catch { throw .opening(error) }
    }

    func bookings(in request: HTTPRequest) throws(Problem) -> [Booking] {
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            let bookings = try fields.array("bookings", maximum: 500) {
                (value, path) throws(JSONError) in
                var fields = try JSONFields(value, at: path)
                let id = try fields.require("id", "must be 1 to 64 letters, digits, - or _") {
                    $0.stringValue.flatMap { isBookingID($0) ? $0 : nil }
                }
                let details = try InsuranceDetails(
                    fields.require("details"), at: fields.path("details"))
                try fields.finish()
                return Booking(id: id, details: details)
            }
            try fields.finish()
            guard !bookings.isEmpty else {
                throw .unexpected(path: "$.bookings", reason: "is empty")
            }
            return bookings
        } catch { throw .malformedBody(error.description) }
    }

    /// Those whose check waits: `GET /v1/offline`, `POST /v1/offline` with details, and
    /// `POST /v1/offline/ID/check` or `…/remove`.
    func offline(_ path: [String], _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role.seesQualification else { throw .notAllowed }
        let desk = parts.insurance
        switch (request.method, path.count, path.last) {
        case ("GET", 0, _): break
        case ("POST", 0, _):
            let details: InsuranceDetails
            do throws(JSONError) {
                var fields = try JSONFields(try request.jsonBody())
                details = try InsuranceDetails(fields.require("details"), at: "$.details")
                try fields.finish()
            } catch { throw .malformedBody(error.description) }
            guard await desk.note(details) != nil else { throw .offlineListFull }
        case ("POST", 2, "remove"): await desk.forget(path[0])
        case ("POST", 2, "check"):
            do throws(OpeningRefusal) {
                let found = try await desk.recheck(path[0], by: member)
                return .json([
                    "qualification": found.sheet,
                    "offline": .array(await desk.waiting().map(\.json)),
                ])
            } catch { throw .opening(error) }
        default: throw .notFound
        }
        return .json(["offline": .array(await desk.waiting().map(\.json))])
    }
}

func isBookingID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet)
                || (0x61...0x7A).contains(octet) || octet == 0x2D || octet == 0x5F
        }
}

extension BatchState.Result {
    fileprivate var sheet: JSONValue {
        .object(present: [
            ("id", .string(id)), ("message", message.map(JSONValue.string)),
            ("qualification", qualification?.sheet),
        ])
    }
}

extension Problem {
    static let offlineListFull = Problem(
        "offline-list-full", status: 409, title: "The offline list is full.",
        titleJapanese: "オフラインの一覧がいっぱいです。",
        nextStep: "Check or remove those who wait already.",
        nextStepJapanese: "待っている方の確認を先に済ませてください。")
}
