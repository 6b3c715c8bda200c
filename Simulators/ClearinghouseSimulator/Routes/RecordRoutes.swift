import HTTP
import JSON
import Octets
import Records

/// The months a request names; their shape is checked already.
struct MonthsAsked: Hashable, Sendable {
    var from: YearMonth?
    var to: YearMonth?

    init(_ intake: Intake) throws(Refusal) {
        from = intake.values["from"].flatMap { YearMonth($0) }
        to = intake.values["to"].flatMap { YearMonth($0) }
        if let text = intake.values["year"], let year = Int(text) {
            guard from == nil, to == nil else {
                throw Refusal(.malformedQuery, "either year, or from and to")
            }
            from = YearMonth(year: year, month: 1)
            to = YearMonth(year: year, month: 12)
        }
        if let from, let to, to < from {
            throw Refusal(.malformedQuery, "to must not lie before from")
        }
    }
}

extension ClearinghouseService {
    /// A consented item, for an institution.
    func read(
        _ item: RecordItem, _ request: HTTPRequest, _ months: MonthsAsked, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let opened = try await house.open(
            Reading(
                item: item, grant: request.headers["Madoguchi-Grant"],
                intent: request.headers["Madoguchi-Intent"]), asked: asked)
        let records =
            switch item {
            case .drugs:
                opened.person.publishedDrugs(
                    on: opened.date, from: months.from, to: months.to, for: .institution
                ).json
            case .checkups:
                opened.person.publishedCheckups(on: opened.date, for: .institution).json
            }
        return .record(
            [
                "patient": .string(opened.patient),
                "grantStatementDigest": .string(opened.statement.hex), "records": records,
            ], for: request)
    }

    /// The end of a grant before its time.
    func withdraw(
        _ request: HTTPRequest, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let withdrawn = try await house.withdraw(
            grant: request.headers["Madoguchi-Grant"],
            intent: request.headers["Madoguchi-Intent"], asked: asked)
        return .json([
            "patient": .string(withdrawn.patient),
            "grantStatementDigest": .string(withdrawn.statement.hex),
        ])
    }
}

extension JournalEntry {
    /// What the patient is told of an institution's request: who, when, what, by which way, and
    /// whether it was refused.
    var forPatient: JSONValue {
        .object(present: [
            ("time", .string(time.rfc3339)), ("institution", institution.map(JSONValue.string)),
            ("terminal", terminal.map(JSONValue.string)), ("request", .string(route)),
            ("item", item.map(JSONValue.string)), ("way", way.map(JSONValue.string)),
            ("consents", consents.isEmpty ? nil : .array(consents.map(\.json))),
            ("refusedBecause", problem.map(JSONValue.string)),
            ("mode", mode.map { .string($0.rawValue) }),
            ("reason", reason.map(JSONValue.string)),
        ])
    }
}
