import Authority
import Cryptography
import HTTP
import JSON
import Octets
import Records

extension ClearinghouseService {
    /// A check, a registration, or a sign-in at the portal: a stored answer first, then the
    /// statement's rules, then the house's decision. What is refused before the house decides is
    /// not stored: the same bytes are refused the same way again.
    func signed(
        _ request: HTTPRequest, _ intake: Intake, _ asked: Asked, _ route: Route
    ) async -> HTTPResponse {
        let key = asked.key(request)
        let name = route == .portalSession ? "portal session" : "\(route)"
        if let stored = await house.repeated(key, asked, name) { return HTTPResponse(stored) }
        do throws(Refusal) {
            let verified = try verify(intake, asked, route)
            let standing = await standing(of: verified.certificate, asked)
            let answer =
                switch route {
                case .portalSession:
                    await house.openSession(verified, standing: standing, asked: asked, key: key)
                case .registration:
                    await house.register(verified, standing: standing, asked: asked, key: key)
                default: await house.check(verified, standing: standing, asked: asked, key: key)
                }
            return HTTPResponse(answer)
        } catch {
            var entry = asked.entry(name, status: error.kind.status)
            entry.problem = error.kind.rawValue
            await house.note(entry)
            return .refusal(error)
        }
    }

    /// How a card's certificate stands by its chain and time, and then by its authority's word.
    private func standing(
        of certificate: Certificate, _ asked: Asked
    ) async -> Result<CertificateStanding, Refusal> {
        let standing = await trust.standing(of: certificate, at: asked.now)
        guard case .success = standing,
            let refusal = Refusal.ofCard(CertificateID(of: certificate), in: asked.register)
        else { return standing }
        return .failure(refusal)
    }

    private func verify(
        _ intake: Intake, _ asked: Asked, _ route: Route
    ) throws(Refusal) -> VerifiedStatement {
        let isPortal = route == .portalSession
        let check: CheckRequest
        do throws(JSONError) {
            check = try CheckRequest(intake.body, needsIntent: !isPortal)
        } catch { throw Refusal(.malformedBody, error) }
        return try StatementCheck.verify(
            check,
            against: StatementExpectation(
                prefix: isPortal ? .portal : .checkIn, audience: house.audience,
                client: asked.identity,
                purpose: route == .registration ? "registration" : nil), at: asked.now,
            memory: house.certificates)
    }
}
