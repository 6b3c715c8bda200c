import Authority
import Cryptography
package import HTTP
import JSON
import Octets
package import Records

/// The administration port: for tests and for people who try things out. Every request names this
/// very host and carries the token of `admin.token`; bodies are JSON. The page at `/`, which holds nothing and asks
/// as every client does, is the one thing that needs no token.
package struct AdministrationService: Sendable {
    /// The most journal entries in one answer.
    package static let maximumEntries = 1000
    let house: House
    let trust: TrustFolder
    let office: AuthorityOffice?
    let now: @Sendable () -> Instant
    let witness: Witness?
    private let token: SHA256Digest
    private let port: BoundPort

    /// A service on a port of loopback.
    package init(
        house: House, trust: TrustFolder, office: AuthorityOffice? = nil, token: String,
        port: BoundPort, witness: Witness? = nil, now: @escaping @Sendable () -> Instant
    ) {
        (self.house, self.trust, self.office, self.now) = (house, trust, office, now)
        self.witness = witness
        self.token = SHA256Digest(hashing: Array(token.utf8))
        self.port = port
    }

    /// Answers a request.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response: HTTPResponse
        do throws(Refusal) {
            let number = port.number
            guard let host = request.headers["Host"],
                host == "127.0.0.1:\(number)" || host == "localhost:\(number)"
            else {
                throw Refusal(.adminWrongHost)
            }
            if let page = try AdministrationPage.response(to: request) {
                response = page
            } else {
                guard let token = request.bearer,
                    octetsEqual(
                        SHA256Digest(hashing: Array(token.utf8)).octets, self.token.octets)
                else { throw Refusal(.adminUnauthorized) }
                response = try await answer(request)
            }
        } catch { response = .refusal(error) }
        response.headers.append("Madoguchi-Request", house.requestID())
        return response
    }

    private func answer(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        switch AdminRoute.find(method: request.method, path: request.path) {
        case .route(let route, let path):
            let intake = try route.operation.intake(request, path: path)
            let answered: Result<HTTPResponse, Refusal>
            do throws(JSONError) { answered = try await answer(route, request, intake) } catch {
                throw Refusal(.malformedBody, error)
            }
            return try answered.get()
        case .otherMethods(let methods): return .methodNotAllowed(methods)
        case .nothing: throw Refusal(.notFound)
        }
    }

    private func answer(
        _ route: AdminRoute, _ request: HTTPRequest, _ intake: Intake
    ) async throws(JSONError) -> Result<HTTPResponse, Refusal> {
        switch route {
        case .document:
            let document = OpenAPIDocument.json(
                of: AdminRoute.self, version: ClearinghouseService.version)
            return .success(.record(document, for: request))
        case .health: return .success(await health())
        case .people: return .success(.json(["people": await house.peopleJSON]))
        case .behaviours:
            let ids = Behaviour.all.map { JSONValue.string($0.id) }
            return .success(.json(["behaviours": .array(ids)]))
        case .bindCard: return await bind(intake.body)
        case .certificates, .orderStanding:
            do throws(Refusal) {
                return .success(try await standings(route, intake.body))
            } catch { return .failure(error) }
        case .renewalLag, .orderRenewalLag:
            if let seconds = intake.body["seconds"]?.integerValue {
                await house.orderRenewalLag(seconds: seconds)
            }
            return .success(.json(["seconds": .integer(await house.renewalLagSeconds)]))
        case .businessDate: return .success(await businessDate())
        case .setBusinessDate:
            await house.setBusinessDate(
                intake.body["date"]?.stringValue.flatMap { LocalDate($0) })
            return .success(await businessDate())
        case .unregister:
            do throws(Refusal) {
                try await house.unregister(intake.values["person"] ?? "")
                return .success(HTTPResponse(status: 204))
            } catch { return .failure(error) }
        case .witness, .watchLog:
            do throws(Refusal) {
                return .success(try await witness(watching: intake.body["key"]?.stringValue))
            } catch { return .failure(error) }
        case .journal: return .success(await journal(intake.values))
        case .assertions: return .success(try await judge(intake.body))
        default: return .success(try await control(route, intake.body))
        }
    }

    private func health() async -> HTTPResponse {
        let (anchors, faults) = await trust.faults(at: now())
        return .json([
            "trust": [
                "anchors": JSONValue(anchors), "faults": .array(faults.map(JSONValue.string)),
            ],
            "status": "ok", "time": .string(now().rfc3339),
            "businessDate": .string(await house.businessDate(at: now()).description),
            "journal": JSONValue(await house.journalEntries(after: 0, limit: 0).last),
        ])
    }

    /// Binds a card to a person, whoever made the card; the answer says whether it is trusted.
    private func bind(_ body: JSONValue) async -> Result<HTTPResponse, Refusal> {
        let pem = body["certificate"]?.stringValue ?? ""
        let person = body["person"]?.stringValue ?? ""
        guard let certificate = try? Certificate(pem: Array(pem.utf8)) else {
            return .failure(
                Refusal(.certificateMalformed, "certificate must be one certificate in PEM"))
        }
        do throws(Refusal) { try await house.bind(certificate, to: person) } catch {
            return .failure(error)
        }
        let standing =
            switch await trust.standing(of: certificate, at: now()) {
            case .success(let standing):
                Refusal.ofCard(
                    CertificateID(of: certificate),
                    in: (try? await office?.register()) ?? CertificateRegister()
                )?.kind.rawValue ?? standing.name
            case .failure(let refusal): refusal.kind.rawValue
            }
        return .success(
            .json(
                [
                    "certificate": .string(certificate.digest.hex), "person": .string(person),
                    "certificateStatus": .string(standing),
                ], status: 201))
    }

    private func businessDate() async -> HTTPResponse {
        .json([
            "date": .string(await house.businessDate(at: now()).description),
            "isSet": .bool(await house.isBusinessDateSet),
        ])
    }

    private func journal(_ query: [String: String]) async -> HTTPResponse {
        let (entries, last) = await house.journalEntries(
            after: query["after"].flatMap { Int($0) } ?? 0,
            limit: query["limit"].flatMap { Int($0) } ?? 100,
            filter: JournalFilter(query: query))
        return .json(["entries": .array(entries.map(\.json)), "last": JSONValue(last)])
    }
}
