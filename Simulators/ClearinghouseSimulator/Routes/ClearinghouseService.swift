import Authority
package import Cryptography
internal import Executors
package import HTTP
import JSON
import Network
import Octets
package import Records

/// Requests of institutions, of the portal and of tax software to answers; it has no power of its
/// own, the house decides.
///
/// The order in which a request is looked at; the first rule that is broken gives the problem:
///
/// 1. the client is registered → `client-unknown`; its certificate is good still →
///    `client-revoked`, `client-suspended`
/// 2. the address, then the method → `not-found`, `method-not-allowed`
/// 3. the identity is the route's → `wrong-client-identity`
/// 4. modes → `maintenance`
/// 5. rate limits, of the institution, then of the person → `too-many-requests`
/// 6. the behaviour of the person it is about, else the first fault on order that matches
/// 7. latency
/// 8. a token, where one is needed → `session-missing`, `link-missing`; the query → `malformed-query`; media type and body → `unsupported-media-type`,
///    `malformed-body`
/// 9. the key of idempotency, then a stored answer
/// 10. the rules of `StatementCheck`, of the house, or of readings
/// 11. what the fault does to the answer
package struct ClearinghouseService: Sendable {
    /// The version of the interface.
    package static let version = "1.1.0"
    let house: House
    let trust: TrustFolder
    let office: AuthorityOffice?
    let now: @Sendable () -> Instant
    let agency: PaymentAgency?
    private let speakers: Set<Speaker>
    private let swaps = SwapBench()

    /// A service over a house; without a payment agency's key it signs no expense notices, and without
    /// an office every certificate is good. A listener of its own serves only the routes of its
    /// `speakers`.
    package init(
        house: House, trust: TrustFolder, office: AuthorityOffice? = nil,
        agency: PaymentAgency? = nil,
        speakers: Set<Speaker> = Set(Speaker.allCases),
        now: @escaping @Sendable () -> Instant
    ) {
        self.speakers = speakers
        (self.house, self.trust, self.office, self.now) = (house, trust, office, now)
        self.agency = agency
    }

    /// Answers a request of the client with this certificate.
    package func respond(
        to request: HTTPRequest, certificate: Certificate?
    ) async -> HTTPResponse {
        await answer(request, certificate).response
    }

    /// The answer, and how it is spoiled on the wire.
    func answer(
        _ request: HTTPRequest, _ certificate: Certificate?
    ) async -> (response: HTTPResponse, fault: WireFault?) {
        var admission: Admission?
        var response: HTTPResponse
        do throws(Refusal) {
            let (client, route, path) = try receive(request, certificate)
            // Read once, so that everything about one request goes by the same register.
            let register = try await office?.register() ?? CertificateRegister()
            if let refusal = certificate.flatMap({ Refusal.ofClient($0, in: register) }) {
                throw refusal
            }
            let admitted = await house.admit(route, request, client, register, at: now())
            admission = admitted
            if let refusal = admitted.refusal { throw refusal }
            response = await answer(route, path, request, client, admitted, register)
        } catch {
            response = .refusal(error)
            if error.kind == .methodNotAllowed, let detail = error.detail {
                response = .methodNotAllowed(detail.split(separator: " ").map(String.init))
            }
        }
        if let seconds = admission?.retryAfterSeconds {
            response.headers.append("Retry-After", "\(seconds)")
        }
        for mode in admission?.modes ?? [] {
            response.headers.append("Madoguchi-Mode", mode.kind.rawValue)
        }
        response.headers["Madoguchi-Request"] = admission?.id ?? house.requestID()
        return (response, admission?.fault?.wireFault)
    }

    /// Who asks, and for what.
    private func receive(
        _ request: HTTPRequest, _ certificate: Certificate?
    ) throws(Refusal) -> (SHA256Digest, Route, [String: String]) {
        guard let client = certificate?.digest, let identity = house.identity(of: client) else {
            throw Refusal(.clientUnknown)
        }
        switch Route.find(method: request.method, path: request.path) {
        case .route(let route, let path):
            guard !route.operation.speakers.isDisjoint(with: speakers) else {
                throw Refusal(.notFound)
            }
            guard route.operation.speakers.contains(identity.speaker) else {
                throw Refusal(.wrongClientIdentity)
            }
            return (client, route, path)
        case .otherMethods(let methods):
            throw Refusal(.methodNotAllowed, methods.joined(separator: " "))
        case .nothing: throw Refusal(.notFound)
        }
    }

    /// An admitted request: late and wrong as ordered.
    private func answer(
        _ route: Route, _ path: [String: String], _ request: HTTPRequest,
        _ client: SHA256Digest, _ admission: Admission, _ register: CertificateRegister
    ) async -> HTTPResponse {
        let fault = admission.fault
        var delay = admission.delayMilliseconds
        if fault?.kind == .slow { delay += fault?.milliseconds ?? 0 }
        if delay > 0 { try? await Alarms.shared.sleep(for: .milliseconds(delay)) }
        var response: HTTPResponse
        do throws(Refusal) {
            if fault?.kind == .down { throw Refusal(.unavailable) }
            if let problem = fault?.problem, fault?.kind == .problem { throw Refusal(problem) }
            guard let identity = house.identity(of: client) else { throw Refusal(.clientUnknown) }
            let asked = Asked(
                client: client, identity: identity, now: now(), requestID: admission.id,
                fault: fault, register: register)
            let intake = try route.operation.intake(request, path: path)
            response = try await answer(route, request, intake, asked)
        } catch { response = .refusal(error) }
        guard let fault else { return response }
        if fault.kind == .swap {
            return await swaps.exchange(
                response, group: fault.serial, milliseconds: fault.milliseconds)
        }
        return response.spoiled(by: fault)
    }
}
