import HTTP
import JSON
import Octets
import Records

/// The months a request names, if it may.
struct MonthsAsked: Hashable, Sendable {
    var from: YearMonth?
    var to: YearMonth?

    init(_ request: HTTPRequest, _ route: Route) throws(Refusal) {
        let query = request.query
        for (name, value) in query.sorted(by: { $0.key < $1.key }) {
            guard route.takesMonths, name == "from" || name == "to" else {
                throw Refusal(.malformedQuery, "\"from\" and \"to\" only, where they are taken")
            }
            guard let month = YearMonth(value) else {
                throw Refusal(.malformedQuery, "\(name) must be a month as 2026-11")
            }
            if name == "from" { from = month } else { to = month }
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
        try request.emptyObject()
        let withdrawn = try await house.withdraw(
            grant: request.headers["Madoguchi-Grant"],
            intent: request.headers["Madoguchi-Intent"], asked: asked)
        return .json([
            "patient": .string(withdrawn.patient),
            "grantStatementDigest": .string(withdrawn.statement.hex),
        ])
    }

    /// A page of the portal, for the patient who signed in.
    func page(
        _ route: Route, _ request: HTTPRequest, _ months: MonthsAsked, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let name = String(route.path.split(separator: "/").last ?? "")
        let visit = try await house.visit(name, token: request.bearer, asked: asked)
        let person = visit.person
        let content: JSONValue
        switch route {
        case .portalDrugs:
            content = person.publishedDrugs(on: visit.date, from: months.from, to: months.to).json
        case .portalCheckups: content = person.publishedCheckups(on: visit.date).json
        case .portalExpenses:
            guard
                let expenses = person.publishedExpenses(
                    on: visit.date, from: months.from, to: months.to)
            else { throw Refusal(.malformedQuery, "to must not lie before from") }
            content = expenses.json
        case .portalDisclosures:
            content = .array(await house.disclosures(of: person.id).map(\.forPatient))
        default:
            var qualification = person.qualification
            qualification.confirmedOn = visit.date
            content = qualification.json
        }
        return .record(
            [
                "patient": .string(visit.patient), name: content,
            ], for: request)
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
        ])
    }
}
