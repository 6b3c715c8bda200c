/// What can be asked of the clearinghouse, and by whom.
package enum Route: String, CaseIterable, RouteTable {
    case document = "GET /v1/openapi.json"
    // Institutions: checks.
    case challenge = "POST /v1/challenges"
    case check = "POST /v1/checks/card"
    case details = "POST /v1/checks/details"
    case emergency = "POST /v1/checks/emergency"
    case batch = "POST /v1/batches"
    case batchState = "GET /v1/batches/{reception}"
    case registration = "POST /v1/registrations"
    // Institutions: records under a grant.
    case drugs = "GET /v1/records/drugs"
    case checkups = "GET /v1/records/checkups"
    case withdrawal = "POST /v1/grants/withdraw"
    // The portal.
    case portalChallenge = "POST /v1/portal/challenges"
    case portalSession = "POST /v1/portal/sessions"
    case portalEnd = "DELETE /v1/portal/sessions"
    case portalQualification = "GET /v1/portal/qualification"
    case portalDrugs = "GET /v1/portal/drugs"
    case portalCheckups = "GET /v1/portal/checkups"
    case portalCheckupDates = "GET /v1/portal/checkup-dates"
    case portalExpenses = "GET /v1/portal/expenses"
    case portalExpenseNotice = "GET /v1/portal/expense-notice"
    case portalDisclosures = "GET /v1/portal/disclosures"
    case portalRegistration = "GET /v1/portal/registration"
    case portalRegister = "POST /v1/portal/registration"
    case portalNotices = "GET /v1/portal/notices"
    case portalExchanges = "GET /v1/portal/exchanges"
    case portalAskOwn = "POST /v1/portal/self-disclosures"
    case portalOwn = "GET /v1/portal/self-disclosures/{request}"
    case portalTaxLink = "POST /v1/portal/tax-links"
    // Tax software.
    case taxNotice = "GET /v1/tax/expense-notice"
    case taxSignature = "GET /v1/tax/expense-notice/signature"

    /// What the route takes and answers: declared once, as every request asks for it.
    package var operation: Operation { Self.operations[self] ?? declaration }

    private static let operations = Dictionary(
        allCases.map { ($0, $0.declaration) }
    ) { first, _ in first }

    private var declaration: Operation {
        switch self {
        case .document: .document
        case .challenge, .check, .details, .emergency, .batch, .batchState, .registration:
            checkOperation
        case .drugs, .checkups, .withdrawal: recordOperation
        case .portalChallenge, .portalSession, .portalEnd, .portalQualification, .portalDrugs,
            .portalCheckups, .portalCheckupDates, .portalExpenses, .portalExpenseNotice,
            .portalDisclosures:
            portalOperation
        case .portalRegistration, .portalRegister, .portalNotices, .portalExchanges,
            .portalAskOwn, .portalOwn, .portalTaxLink:
            portalServiceOperation
        case .taxNotice, .taxSignature: taxOperation
        }
    }

    package static let title = "Madoguchi's simulated clearinghouse"
    package static let security = (name: "clientCertificate", scheme: "mutualTLS")
    package static let commonProblems: [ProblemKind] = [
        .clientUnknown, .clientRevoked, .clientSuspended, .wrongClientIdentity, .tooManyRequests,
        .unavailable, .maintenance,
    ]
}

extension Operation {
    static let document = Operation(
        summary: "This document.", speakers: Set(Speaker.allCases),
        answer: Answer(status: 200, content: .json(.open([])), isValidated: true))
}

extension Operation.Parameter {
    /// The grant under which something is opened.
    static let grant = header(
        "Madoguchi-Grant", .text(.base64URL, 1...1024), "the grant's id, as the check gave it")
    /// The place of the intent.
    static let intent = header(
        "Madoguchi-Intent", .text(.line, 3...272),
        "where the intent stands in the access history: its origin, a space, the index")
    /// The first month asked for.
    static let from = query("from", .month, "the first month")
    /// The last month asked for.
    static let to = query("to", .month, "the last month")
}
