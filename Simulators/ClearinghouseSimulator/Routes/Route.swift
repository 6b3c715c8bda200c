/// What can be asked of the clearinghouse, and by whom.
package enum Route: String, CaseIterable, Hashable, Sendable {
    case challenge = "POST /v1/challenges"
    case check = "POST /v1/checks/card"
    case drugs = "GET /v1/records/drugs"
    case checkups = "GET /v1/records/checkups"
    case withdrawal = "POST /v1/grants/withdraw"
    case portalChallenge = "POST /v1/portal/challenges"
    case portalSession = "POST /v1/portal/sessions"
    case portalEnd = "DELETE /v1/portal/sessions"
    case portalQualification = "GET /v1/portal/qualification"
    case portalDrugs = "GET /v1/portal/drugs"
    case portalCheckups = "GET /v1/portal/checkups"
    case portalExpenses = "GET /v1/portal/expenses"
    case portalDisclosures = "GET /v1/portal/disclosures"

    /// The method.
    package var method: String { String(rawValue.prefix { $0 != " " }) }
    /// The path.
    package var path: String { String(rawValue.drop { $0 != " " }.dropFirst()) }
    /// Whether it is for patients at the portal; all others are for institutions.
    package var isPortal: Bool { path.hasPrefix("/v1/portal/") }
    /// Whether months may be named in the query.
    package var takesMonths: Bool {
        switch self {
        case .drugs, .portalDrugs, .portalExpenses: true
        case .challenge, .check, .checkups, .withdrawal, .portalChallenge, .portalSession,
            .portalEnd, .portalQualification, .portalCheckups, .portalDisclosures:
            false
        }
    }

    /// The route of a request; the methods that its path takes where this one is not among them.
    static func find(method: String, path: String) -> Found {
        let here = allCases.filter { $0.path == path }
        if let route = here.first(where: { $0.method == method }) { return .route(route) }
        return here.isEmpty ? .nothing : .otherMethods(here.map(\.method))
    }

    /// What stands at an address.
    enum Found {
        case route(Route)
        case otherMethods([String])
        case nothing
    }
}
