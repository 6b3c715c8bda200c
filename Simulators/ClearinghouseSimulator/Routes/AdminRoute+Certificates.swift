import Authority
import Cryptography
import HTTP
import JSON
import Records

/// How certificates of cards and clients stand: shown, and changed as their authority would.
extension AdminRoute {
    /// The words for how a certificate stands.
    static let standings = ["good", "suspended", "revoked"]
    private static let standing: [Schema.Field] = [
        .field("issuer", .text(.token, 2...128), "the id of the issuer's key, hexadecimal"),
        .field("serial", .text(.token, 2...128)), .field("standing", .choice(standings)),
        .optional("since", .instant),
        .optional("reason", .integer(0...10), "of a revocation, RFC 5280 §5.3.1"),
    ]

    var certificateOperation: Operation {
        let lag = Schema.Field.field(
            "seconds", .integer(0...Int(House.longestRenewalLagSeconds)))
        switch self {
        case .certificates:
            return Self.told(
                "The certificates that are suspended or revoked.",
                [.field("certificates", .list(.object(Self.standing), 0...100_000))])
        case .orderStanding:
            var operation = Self.told(
                "Suspends, resumes or revokes a card's or a client's certificate, from the next "
                    + "request on.", Self.standing,
                body: .object([
                    .field("certificate", .text(.words, 1...65_536), "one certificate, PEM"),
                    .field("standing", .choice(Self.standings)),
                    .optional("reason", .integer(0...10), "of a revocation; 0"),
                ]))
            operation.problems = [.certificateMalformed, .certificateRevoked, .unavailable]
            return operation
        case .renewalLag:
            return Self.told("How long linking a renewed certificate takes.", [lag])
        default:
            return Self.told(
                "Sets how long linking a renewed certificate takes.", [lag],
                body: .object([lag]))
        }
    }
}

extension AdministrationService {
    /// The register, or the certificate whose standing was changed.
    func standings(_ route: AdminRoute, _ body: JSONValue) async throws(Refusal) -> HTTPResponse {
        guard let office else { throw Refusal(.unavailable, "there is no authority here") }
        guard route == .orderStanding else {
            let register = try await office.register()
            return .json([
                "certificates": .array(
                    register.standings.sorted { $0.key < $1.key }.map {
                        json($0.key, $0.value)
                    })
            ])
        }
        let pem = body["certificate"]?.stringValue ?? ""
        guard let certificate = try? Certificate(pem: Array(pem.utf8)) else {
            throw Refusal(.certificateMalformed, "certificate must be one certificate in PEM")
        }
        let id = CertificateID(of: certificate)
        let register = try await office.change(id, to: try order(body), at: now())
        return .json(json(id, register.standings[id]))
    }

    private func order(_ body: JSONValue) throws(Refusal) -> StandingOrder {
        let number = body["reason"]?.integerValue.map(Int.init) ?? 0
        guard let reason = CertificateRegister.Reason(rawValue: number) else {
            throw Refusal(.malformedBody, "$.reason: must be a reason that a card's authority has")
        }
        switch body["standing"]?.stringValue {
        case "suspended": return .suspended
        case "revoked": return .revoked(reason)
        default: return .good
        }
    }

    private func json(
        _ id: CertificateID, _ standing: CertificateRegister.Standing?
    ) -> JSONValue {
        var fields: [(String, JSONValue?)] = [
            ("issuer", .string(id.issuer)), ("serial", .string(id.serial)),
            ("since", standing.map { .string($0.since.rfc3339) }),
        ]
        switch standing {
        case nil: fields.append(("standing", "good"))
        case .suspended: fields.append(("standing", "suspended"))
        case .revoked(_, let reason):
            fields += [("standing", "revoked"), ("reason", JSONValue(reason.rawValue))]
        }
        return .object(present: fields)
    }
}
