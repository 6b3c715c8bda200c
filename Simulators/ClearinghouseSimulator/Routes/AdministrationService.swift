import Cryptography
package import HTTP
import JSON
import Octets
package import Records

/// The administration port: for tests and for people who try things out. Every request carries
/// the token of `admin.token` and names this very host; bodies are JSON.
package struct AdministrationService: Sendable {
    /// The most journal entries in one answer.
    package static let maximumEntries = 1000
    let house: House
    let trust: TrustFolder
    let now: @Sendable () -> Instant
    private let token: SHA256Digest
    private let port: BoundPort

    /// A service on a port of loopback.
    package init(
        house: House, trust: TrustFolder, token: String, port: BoundPort,
        now: @escaping @Sendable () -> Instant
    ) {
        (self.house, self.trust, self.now) = (house, trust, now)
        self.token = SHA256Digest(hashing: Array(token.utf8))
        self.port = port
    }

    /// Answers a request.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do throws(Refusal) {
            let number = port.number
            guard let host = request.headers["Host"],
                host == "127.0.0.1:\(number)" || host == "localhost:\(number)"
            else {
                throw Refusal(.adminWrongHost)
            }
            guard let token = request.bearer,
                octetsEqual(
                    SHA256Digest(hashing: Array(token.utf8)).octets, self.token.octets)
            else { throw Refusal(.adminUnauthorized) }
            return try await answer(request)
        } catch { return .refusal(error) }
    }

    private func answer(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        switch (request.method, request.path) {
        case ("GET", "/admin/health"): return await health()
        case ("GET", "/admin/people"): return .json(["people": await house.peopleJSON])
        case ("POST", "/admin/cards"): return try await bind(request)
        case ("GET", "/admin/business-date"): return await businessDate()
        case ("PUT", "/admin/business-date"): return try await setBusinessDate(request)
        case ("GET", "/admin/journal"): return try await journal(request)
        case ("GET", "/admin/faults"): return await faults()
        case ("POST", "/admin/faults"): return try await order(request)
        default:
            let methods = Self.methods[request.path]
            guard let methods else { throw Refusal(.notFound) }
            return .methodNotAllowed(methods)
        }
    }

    private static let methods = [
        "/admin/health": ["GET"], "/admin/people": ["GET"], "/admin/cards": ["POST"],
        "/admin/business-date": ["GET", "PUT"], "/admin/journal": ["GET"],
        "/admin/faults": ["GET", "POST"],
    ]

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
    private func bind(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        var fields = try request.jsonFields()
        let pem: String
        let person: String
        do throws(JSONError) {
            pem = try fields.string("certificate", maximum: 65_536)
            person = try fields.string("person", maximum: 64)
            try fields.finish()
        } catch { throw Refusal(.malformedBody, error) }
        guard let certificate = try? Certificate(pem: Array(pem.utf8)) else {
            throw Refusal(.certificateMalformed, "certificate must be one certificate in PEM")
        }
        try await house.bind(certificate.digest, to: person)
        let standing =
            switch await trust.standing(of: certificate, at: now()) {
            case .success(let standing): standing.name
            case .failure(let refusal): refusal.kind.rawValue
            }
        return .json(
            [
                "certificate": .string(certificate.digest.hex), "person": .string(person),
                "certificateStatus": .string(standing),
            ], status: 201)
    }

    private func businessDate() async -> HTTPResponse {
        .json([
            "date": .string(await house.businessDate(at: now()).description),
            "isSet": .bool(await house.isBusinessDateSet),
        ])
    }

    /// Sets the business date; null lets it follow the calendar.
    private func setBusinessDate(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        var fields = try request.jsonFields()
        let date: LocalDate?
        do throws(JSONError) {
            date = try fields.optional("date", "must be a date as 2026-11-22, or null") {
                $0.stringValue.flatMap { LocalDate($0) }
            }
            try fields.finish()
        } catch { throw Refusal(.malformedBody, error) }
        await house.setBusinessDate(date)
        return await businessDate()
    }

    private func journal(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        let query = request.query
        guard Set(query.keys).isSubset(of: ["after", "limit"]),
            let after = Int(query["after"] ?? "0"), after >= 0,
            let limit = Int(query["limit"] ?? "100"), (1...Self.maximumEntries).contains(limit)
        else {
            throw Refusal(.malformedQuery, "after and limit (1 to \(Self.maximumEntries)) only")
        }
        let (entries, last) = await house.journalEntries(after: after, limit: limit)
        return .json(["entries": .array(entries.map(\.json)), "last": JSONValue(last)])
    }

    private func faults() async -> HTTPResponse {
        .json(["faults": .array(await house.faultOrders.map(\.json))])
    }

    private func order(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
        var fields = try request.jsonFields()
        let orders: [Fault]
        do throws(JSONError) {
            orders = try fields.array("faults", maximum: Fault.maximumCount, Fault.init)
            try fields.finish()
        } catch { throw Refusal(.malformedBody, error) }
        await house.order(orders)
        return await faults()
    }
}
