import Cryptography
import HTTP
import JSON
import Octets
import Records

extension ClearinghouseService {
    /// Each route's work.
    func answer(
        _ route: Route, _ request: HTTPRequest, _ intake: Intake, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        switch route {
        case .document:
            return .record(
                OpenAPIDocument.json(of: Route.self, version: Self.version), for: request)
        case .challenge, .portalChallenge: return try await challenge(asked)
        case .check: return await signed(request, intake, asked, .check)
        case .registration: return await signed(request, intake, asked, .registration)
        case .portalSession: return await signed(request, intake, asked, .portalSession)
        case .details, .emergency, .batch:
            return try await decide(route, request, intake, asked)
        case .batchState:
            let state = try await house.state(of: intake.values["reception"] ?? "", asked: asked)
            return .record(state, for: request)
        case .drugs: return try await read(.drugs, request, try MonthsAsked(intake), asked)
        case .checkups: return try await read(.checkups, request, try MonthsAsked(intake), asked)
        case .withdrawal: return try await withdraw(request, asked)
        case .portalEnd:
            try await house.closeSession(token: request.bearer, asked: asked)
            return HTTPResponse(status: 204)
        case .portalQualification, .portalDrugs, .portalCheckups, .portalCheckupDates,
            .portalExpenses, .portalExpenseNotice, .portalDisclosures, .portalRegistration,
            .portalNotices,
            .portalExchanges:
            return try await page(route, request, intake, asked)
        case .portalRegister, .portalAskOwn, .portalOwn, .portalTaxLink:
            return try await act(route, request, intake, asked)
        case .taxNotice, .taxSignature: return try await tax(route, request, asked)
        }
    }

    private func challenge(_ asked: Asked) async throws(Refusal) -> HTTPResponse {
        let (nonce, until) = try await house.challenge(for: asked.client, at: asked.now)
        return .json(
            ["nonce": .string(nonce.base64(.urlSafe)), "expiresAt": .string(until.rfc3339)],
            status: 201)
    }

    /// What is done once for a key of idempotency.
    private func decide(
        _ route: Route, _ request: HTTPRequest, _ intake: Intake, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let key = asked.key(request)
        let name = request.headers[IdempotencyKeys.field]
        let question = try Question(route, intake.body, digest: key.body)
        let answer = try await house.once(name, key, asked, "\(route)") {
            (house: isolated House) throws(Refusal) in
            switch question {
            case .details(let details, let intent):
                try house.check(details, intent: intent, asked: asked)
            case .emergency(let request): try house.check(request, asked: asked)
            case .batch(let bookings, let intent):
                try house.receive(bookings, intent: intent, asked: asked)
            }
        }
        return HTTPResponse(answer)
    }
}

/// What is asked without a card, read from a body of the declared shape.
private enum Question: Sendable {
    case details(InsuranceDetails, JournalEntry.IntentPlace)
    case emergency(EmergencyRequest)
    case batch([(id: String, details: InsuranceDetails)], JournalEntry.IntentPlace)

    init(_ route: Route, _ body: JSONValue, digest: SHA256Digest) throws(Refusal) {
        do throws(JSONError) {
            switch route {
            case .emergency: self = .emergency(try EmergencyRequest(body, digest: digest))
            case .batch: self = try Self.batch(body)
            default:
                var fields = try JSONFields(body)
                let details = try InsuranceDetails(try fields.require("details"), at: "$.details")
                self = .details(
                    details,
                    try JournalEntry.IntentPlace(try fields.require("intent"), at: "$.intent"))
            }
        } catch { throw Refusal(.malformedBody, error) }
    }

    private static func batch(_ body: JSONValue) throws(JSONError) -> Question {
        var fields = try JSONFields(body)
        let intent = try JournalEntry.IntentPlace(try fields.require("intent"), at: "$.intent")
        let bookings = try fields.array("bookings") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            return (
                id: try fields.string("id", maximum: 64),
                details: try InsuranceDetails(
                    try fields.require("details"), at: fields.path("details"))
            )
        }
        guard Set(bookings.map(\.id)).count == bookings.count else {
            throw .unexpected(path: "$.bookings", reason: "must name each id once")
        }
        return .batch(bookings, intent)
    }
}

extension Asked {
    /// What makes the request the same as another one.
    func key(_ request: HTTPRequest) -> AnswerStore.Key {
        AnswerStore.Key(
            client: client, route: request.path, body: SHA256Digest(hashing: request.body))
    }
}
