internal import AccessHistory
internal import CheckIns
internal import Disclosures
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

extension LocalAPI {
    /// How far back a list goes where nobody says: a month, as long as a reviewer may be away.
    private static let usualDays: Int64 = 31

    /// `GET /v1/history/review?from&until`: what a reviewer has to look at. Recorded first.
    func review(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let query = try query(request)
        let end = query.until ?? parts.scribe.now.adding(seconds: 1)
        let start = query.from ?? end.adding(seconds: -Self.usualDays * 86_400)
        do throws(HistoryError) {
            guard await noteReading(query, by: member, reason: "review") else {
                throw HistoryError.closed
            }
            let review = try await parts.scribe.store.review(
                from: start, until: end, hours: parts.openingHours)
            return .json(review.json(from: start, until: end))
        } catch { throw Self.problem(error) }
    }

    /// `POST /v1/history/review` with `through`, `openings` and perhaps a `remark`: the reviewer's word,
    /// an entry of the history.
    func signOffReview(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let signOff: ReviewSignOff
        do throws(JSONError) {
            var fields = try JSONFields(try JSONValue(parsing: request.body))
            signOff = ReviewSignOff(
                through: UInt64(
                    try fields.integer("through", in: 0...HistoryEvent.largestIndex)),
                openingCount: try fields.integer("openings"),
                remark: try fields.optionalString(
                    "remark", maximum: ReviewSignOff.longestRemarkOctetCount))
            try fields.finish()
        } catch { throw .badRequest(error.description) }
        guard await parts.scribe.store.archive().size > signOff.through else {
            throw .badRequest("through must be the number of an entry that is there")
        }
        var event = parts.scribe.scene(actor: member.actor)
            .event(.administratorAct, at: parts.scribe.now)
        (event.purpose, event.reason) = (.review, ReviewSignOff.reason)
        event.note = signOff.note
        guard let place = await parts.scribe.write(event) else { throw .historyClosed }
        return .json([
            "through": .integer(Int64(clamping: signOff.through)),
            "entry": .integer(Int64(clamping: place.index)), "by": .string(member.id),
        ])
    }
}

extension HistoryReview {
    /// The list as programs get it.
    func json(from start: Instant, until end: Instant) -> JSONValue {
        .object(present: [
            ("from", .string(start.rfc3339)), ("until", .string(end.rfc3339)),
            ("through", .integer(Int64(clamping: through))), ("cut", .bool(isCut)),
            ("knowsBookings", .bool(knowsBookings)),
            ("signedOffThrough", signedOffThrough.map { .integer(Int64(clamping: $0)) }),
            ("signedOffBy", signedOffBy.map(JSONValue.string)),
            (
                "openings",
                .array(
                    openings.map { opening in
                        var json = opening.entry.json.objectValue ?? [:]
                        json["reasons"] = .array(opening.reasons.map { .string($0.rawValue) })
                        return .object(json)
                    })
            ),
        ])
    }
}
