package import Authority
import Cryptography
package import HTTP
import JSON
package import Octets
package import Records

/// What is decided about a request before its route looks at it.
package struct Admission: Sendable {
    /// The request's id.
    package var id: String
    /// Why it is refused at once.
    package var refusal: Refusal?
    /// In how many seconds asking again may help, where it is refused at once.
    package var retryAfterSeconds: Int64?
    /// What goes wrong with it, on order or because of whom it is about.
    package var fault: Fault?
    /// How late it is answered, in milliseconds.
    package var delayMilliseconds = 0
    /// The modes that hold for the client.
    package var modes: [ServiceMode] = []
}

extension House {
    /// Looks at a request from a known client for a route of its own: maintenance, rate limits,
    /// behaviours, faults on order, latency; in this order.
    package func admit(
        _ route: Route, _ request: HTTPRequest, _ client: SHA256Digest,
        _ register: CertificateRegister = CertificateRegister(), at now: Instant
    ) -> Admission {
        var admission = Admission(id: requestID())
        guard route != .document, let identity = identity(of: client) else { return admission }
        admission.modes = modes(for: identity, at: now)
        if let maintenance = admission.modes.first(where: { $0.kind == .maintenance }) {
            admission.refusal = Refusal(.maintenance, maintenance.reason)
            admission.retryAfterSeconds = seconds(from: now, to: maintenance.until)
            return admission
        }
        let person =
            needsPerson(route) ? person(of: request, route, client, register, at: now) : nil
        do throws(Refusal) {
            let name = Asked(client: client, identity: identity, now: now, requestID: "").audience
            try limits.count(client: name, person: person, at: now)
        } catch {
            admission.refusal = error
            admission.retryAfterSeconds = 60 - now.milliseconds / 1000 % 60
            return admission
        }
        admission.fault =
            person.flatMap { Behaviour($0)?.fault }
            ?? faults.next(
                method: request.method, path: request.path, person: person, chance: chance)
        admission.delayMilliseconds = delay(request.path)
        return admission
    }

    /// An id for a request.
    nonisolated package func requestID() -> String { chance.octets(16).hex }

    private func seconds(from now: Instant, to end: Instant) -> Int64 {
        max(1, (end.milliseconds - now.milliseconds + 999) / 1000)
    }

    private func delay(_ path: String) -> Int {
        guard latency.shape != .none, path.hasPrefix(latency.path) else { return 0 }
        latencyCount += 1
        return latency.milliseconds(
            chance.share(of: "latency", 0, latencyCount),
            chance.share(of: "latency", 1, latencyCount))
    }

    /// Finding out whom a request is about costs time, so it is done only where somebody cares:
    /// insurance details may always name a behaviour, cards only once one is bound to it.
    private func needsPerson(_ route: Route) -> Bool {
        limits.perPerson != nil || faults.nameAPerson || enrolments.hasBehaviours
            || route == .details || route == .emergency
    }

    /// Whom a request is about, as far as that can be told before its rules are applied.
    private func person(
        of request: HTTPRequest, _ route: Route, _ client: SHA256Digest,
        _ register: CertificateRegister, at now: Instant
    ) -> String? {
        switch route {
        case .check, .registration, .portalSession:
            let certificate = parsed(request)?["certificate"]?.stringValue
            return certificate.flatMap { [UInt8](base64: $0) }
                .flatMap { try? certificates.certificate(der: $0) }
                .flatMap { owner(of: $0, register, at: now) }
        case .details, .emergency:
            guard let value = parsed(request)?["details"],
                let details = try? InsuranceDetails(value, at: "$")
            else { return nil }
            return (try? found(by: details, at: now))?.person
        case .drugs, .checkups, .withdrawal:
            return request.headers["Madoguchi-Grant"].flatMap { seal.grant(id: $0)?.person }
        case .taxNotice, .taxSignature:
            return request.bearer.flatMap { taxLinks[Self.digest(ofToken: $0)]?.person }
        case .document, .challenge, .batch, .batchState, .portalChallenge: return nil
        default:
            return request.bearer.flatMap {
                sessions.session(token: Self.digest(ofToken: $0), client: client, at: now)?.person
            }
        }
    }

    private func parsed(_ request: HTTPRequest) -> JSONValue? {
        try? JSONValue(parsing: request.body, limits: JSONLimits(octets: 65_536, depth: 8))
    }
}
