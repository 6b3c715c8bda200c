package import Cryptography
internal import Executors
package import HTTP
import JSON
import Octets
package import Records

/// Requests of institutions and of the portal to answers; it has no power of its own, the house
/// decides.
///
/// The order in which a request is looked at: the client is registered → `client-unknown`; the
/// address and method → `not-found`, `method-not-allowed`; the identity → `wrong-client-identity`;
/// the faults on order; the query and body; then the rules of `StatementCheck`, of the house, or
/// of readings.
package struct ClearinghouseService: Sendable {
    let house: House
    let trust: TrustFolder
    let now: @Sendable () -> Instant

    /// A service over a house.
    package init(house: House, trust: TrustFolder, now: @escaping @Sendable () -> Instant) {
        (self.house, self.trust, self.now) = (house, trust, now)
    }

    /// Answers a request of the client with this certificate.
    package func respond(
        to request: HTTPRequest, certificate: Certificate?
    ) async -> HTTPResponse {
        let id = RandomOctets.make(16).hex
        var response: HTTPResponse
        do throws(Refusal) {
            response = try await answer(request, certificate, id)
        } catch {
            response = .refusal(error)
        }
        response.headers.append("Madoguchi-Request", id)
        return response
    }

    private func answer(
        _ request: HTTPRequest, _ certificate: Certificate?, _ id: String
    ) async throws(Refusal) -> HTTPResponse {
        guard let client = certificate?.digest, let identity = house.identity(of: client) else {
            throw Refusal(.clientUnknown)
        }
        let route: Route
        switch Route.find(method: request.method, path: request.path) {
        case .route(let found): route = found
        case .otherMethods(let methods): return .methodNotAllowed(methods)
        case .nothing: throw Refusal(.notFound)
        }
        guard (identity == .portal) == route.isPortal else { throw Refusal(.wrongClientIdentity) }
        let fault = await house.nextFault(path: request.path)
        if fault?.kind == .down { throw Refusal(.unavailable) }
        if fault?.kind == .slow {
            try? await Alarms.shared.sleep(for: .milliseconds(fault?.milliseconds ?? 0))
        }
        let asked = Asked(
            client: client, identity: identity, now: now(), requestID: id, fault: fault)
        return try await answer(route, request, asked).spoiled(by: fault)
    }

    private func answer(
        _ route: Route, _ request: HTTPRequest, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let months = try MonthsAsked(request, route)
        switch route {
        case .challenge, .portalChallenge: return try await challenge(request, asked)
        case .check: return await signed(request, asked, .checkIn)
        case .portalSession: return await signed(request, asked, .portal)
        case .drugs: return try await read(.drugs, request, months, asked)
        case .checkups: return try await read(.checkups, request, months, asked)
        case .withdrawal: return try await withdraw(request, asked)
        case .portalEnd:
            try await house.closeSession(token: request.bearer, asked: asked)
            return HTTPResponse(status: 204)
        case .portalQualification, .portalDrugs, .portalCheckups, .portalExpenses,
            .portalDisclosures:
            return try await page(route, request, months, asked)
        }
    }

    private func challenge(
        _ request: HTTPRequest, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        try request.emptyObject()
        let (nonce, until) = try await house.challenge(for: asked.client, at: asked.now)
        return .json(
            ["nonce": .string(nonce.base64(.urlSafe)), "expiresAt": .string(until.rfc3339)],
            status: 201)
    }

    /// A check, or a sign-in at the portal: a stored answer first, then the statement's rules,
    /// then the house's decision. What is refused before the house decides is not stored: the
    /// same bytes are refused the same way again.
    private func signed(
        _ request: HTTPRequest, _ asked: Asked, _ prefix: StatementPrefix
    ) async -> HTTPResponse {
        let key = AnswerStore.Key(
            client: asked.client, route: request.path,
            body: SHA256Digest(hashing: request.body))
        let name = prefix == .checkIn ? "check" : "portal session"
        if let stored = await house.repeated(key, asked, name) {
            return HTTPResponse(stored)
        }
        do throws(Refusal) {
            let verified = try verify(request, asked, prefix)
            let standing = await trust.standing(of: verified.certificate, at: asked.now)
            let answer =
                prefix == .checkIn
                ? await house.check(verified, standing: standing, asked: asked, key: key)
                : await house.openSession(verified, standing: standing, asked: asked, key: key)
            return HTTPResponse(answer)
        } catch {
            var entry = asked.entry(name, status: error.kind.status)
            entry.problem = error.kind.rawValue
            await house.note(entry)
            return .refusal(error)
        }
    }

    private func verify(
        _ request: HTTPRequest, _ asked: Asked, _ prefix: StatementPrefix
    ) throws(Refusal) -> VerifiedStatement {
        try request.checkMediaType()
        let check: CheckRequest
        do throws(JSONError) {
            check = try CheckRequest(body: request.body, needsIntent: prefix == .checkIn)
        } catch { throw Refusal(.malformedBody, error) }
        return try StatementCheck.verify(
            check,
            against: StatementExpectation(
                prefix: prefix, audience: house.audience, client: asked.identity),
            at: asked.now)
    }
}
