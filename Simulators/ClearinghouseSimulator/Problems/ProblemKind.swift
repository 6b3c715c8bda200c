import HTTP

/// Every problem the clearinghouse answers with. The raw value is the end of its type,
/// `urn:madoguchi:problem:<raw value>`, and never changes its meaning.
package enum ProblemKind: String, CaseIterable, Hashable, Sendable {
    // The request as HTTP and JSON.
    case malformedBody = "malformed-body"
    case malformedQuery = "malformed-query"
    case unsupportedMediaType = "unsupported-media-type"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case unavailable = "unavailable"
    case tooManyRequests = "too-many-requests"
    case maintenance
    case idempotencyKeyMalformed = "idempotency-key-malformed"
    case idempotencyKeyReused = "idempotency-key-reused"
    // Who is asking.
    case clientUnknown = "client-unknown"
    case clientRevoked = "client-revoked"
    case clientSuspended = "client-suspended"
    case wrongClientIdentity = "wrong-client-identity"
    // What was signed.
    case statementMalformed = "statement-malformed"
    case statementWrongAudience = "statement-wrong-audience"
    case statementWrongInstitution = "statement-wrong-institution"
    case statementWrongCertificate = "statement-wrong-certificate"
    case statementWrongAlgorithm = "statement-wrong-algorithm"
    case statementBadSignature = "statement-bad-signature"
    case statementWrongTime = "statement-wrong-time"
    case statementWrongPurpose = "statement-wrong-purpose"
    case statementWrongWay = "statement-wrong-way"
    case statementWrongConsent = "statement-wrong-consent"
    case nonceUnknown = "nonce-unknown"
    case nonceEnded = "nonce-ended"
    case nonceUsed = "nonce-used"
    // The card.
    case certificateMalformed = "certificate-malformed"
    case certificateUnknownAuthority = "certificate-unknown-authority"
    case certificateExpired = "certificate-expired"
    case certificateNotYetValid = "certificate-not-yet-valid"
    case certificateUnusable = "certificate-unusable"
    case certificateRevoked = "certificate-revoked"
    case certificateSuspended = "certificate-suspended"
    case cardNotRegistered = "card-not-registered"
    // What was consented to.
    case grantMissing = "grant-missing"
    case grantUnknown = "grant-unknown"
    case grantEnded = "grant-ended"
    case grantWithdrawn = "grant-withdrawn"
    case itemNotConsented = "item-not-consented"
    case intentMissing = "intent-missing"
    // Checks without a card.
    case numberCheckDigit = "number-check-digit"
    case batchUnknown = "batch-unknown"
    case modeNotActive = "mode-not-active"
    // The portal, and software it links.
    case sessionMissing = "session-missing"
    case sessionEnded = "session-ended"
    case selfDisclosureUnknown = "self-disclosure-unknown"
    case linkMissing = "link-missing"
    case linkUnknown = "link-unknown"
    // The administration port.
    case adminUnauthorized = "admin-unauthorized"
    case adminWrongHost = "admin-wrong-host"
    case personUnknown = "person-unknown"
    case witnessAbsent = "witness-absent"
    case logKeyMalformed = "log-key-malformed"

    /// The stable type (RFC 9457 §3.1.1).
    package var type: String { Problem.prefix + rawValue }

    /// The status that goes with it (RFC 9110 §15).
    package var status: Int {
        switch self {
        case .malformedBody, .malformedQuery, .grantMissing, .intentMissing,
            .idempotencyKeyMalformed:
            400
        case .sessionMissing, .sessionEnded, .adminUnauthorized, .linkMissing, .linkUnknown: 401
        case .clientUnknown, .clientRevoked, .clientSuspended, .wrongClientIdentity,
            .adminWrongHost, .statementWrongInstitution,
            .certificateUnknownAuthority, .certificateExpired, .certificateNotYetValid,
            .certificateUnusable, .certificateRevoked, .certificateSuspended, .cardNotRegistered,
            .grantUnknown, .grantEnded,
            .grantWithdrawn, .itemNotConsented, .modeNotActive:
            403
        case .notFound, .personUnknown, .batchUnknown, .selfDisclosureUnknown, .witnessAbsent: 404
        case .methodNotAllowed: 405
        case .nonceUnknown, .nonceEnded, .nonceUsed: 409
        case .unsupportedMediaType: 415
        case .statementMalformed, .statementWrongAudience, .statementWrongCertificate,
            .statementWrongAlgorithm, .statementBadSignature, .statementWrongTime,
            .statementWrongPurpose, .statementWrongWay, .statementWrongConsent,
            .certificateMalformed, .numberCheckDigit, .idempotencyKeyReused, .logKeyMalformed:
            422
        case .tooManyRequests: 429
        case .unavailable, .maintenance: 503
        }
    }
}
