import Records

/// The declarations of what institutions ask.
extension Route {
    var checkOperation: Operation {
        switch self {
        case .challenge: .challenge(.institution)
        case .check: .check
        case .details: .details
        case .emergency: .emergency
        case .batch: .batch
        case .registration: .registration
        default: .batchState
        }
    }

    var recordOperation: Operation {
        let readingProblems: [ProblemKind] = [
            .grantMissing, .intentMissing, .grantUnknown, .grantWithdrawn, .grantEnded,
            .certificateRevoked, .certificateSuspended, .itemNotConsented, .cardNotRegistered,
        ]
        let common: [Schema.Field] = [
            .field("patient", .patient), .field("grantStatementDigest", .digest),
        ]
        switch self {
        case .drugs:
            return Operation(
                summary: "The medicines of a grant's patient.", speakers: [.institution],
                parameters: [.grant, .intent, .from, .to],
                answer: .read(
                    .object(common + [.field("records", .named(.drugsForInstitution))])),
                problems: readingProblems)
        case .checkups:
            return Operation(
                summary: "The checkups of a grant's patient.", speakers: [.institution],
                parameters: [.grant, .intent],
                answer: .read(.object(common + [.field("records", .named(.checkups))])),
                problems: readingProblems)
        default:
            return Operation(
                summary: "The end of a grant before its time.", speakers: [.institution],
                parameters: [
                    .grant,
                    .header(
                        "Madoguchi-Intent", .text(.line, 3...272), "the place, where there is one",
                        isRequired: false),
                ], body: .object([]), answer: .json(.object(common)),
                problems: [.grantMissing, .grantUnknown])
        }
    }
}

extension Operation {
    /// A fresh nonce.
    static func challenge(_ speaker: Speaker) -> Operation {
        Operation(
            summary: "A nonce for one statement: 32 octets, five minutes, this client, once.",
            speakers: [speaker], body: .object([]),
            answer: .json(
                .object([
                    .field("nonce", .text(.base64URL, 43...43)), .field("expiresAt", .instant),
                ]), 201))
    }

    /// Every problem of a statement, in the order of the rules.
    static let statementProblems: [ProblemKind] = [
        .statementMalformed, .statementWrongAudience, .statementWrongInstitution,
        .statementWrongPurpose, .statementWrongWay, .certificateMalformed,
        .statementWrongCertificate, .statementWrongAlgorithm, .statementBadSignature,
        .statementWrongTime, .statementWrongConsent, .nonceUnknown, .nonceEnded, .nonceUsed,
        .certificateUnknownAuthority, .certificateNotYetValid, .certificateExpired,
        .certificateUnusable, .certificateRevoked, .certificateSuspended, .cardNotRegistered,
    ]

    fileprivate static let check = Operation(
        summary: "A check by card: what the patient is entitled to, and a grant for what was "
            + "consented to.", speakers: [.institution],
        body: .object(Schema.signedFields + [.field("intent", .named(.intent))]),
        answer: .json(
            .object([
                .field(
                    "answer",
                    .object([
                        .field("statementDigest", .digest), .field("patient", .patient),
                        .field("qualification", .named(.qualification)),
                        .field("grant", .named(.grant)),
                    ])), .field("receipt", .named(.receipt)),
            ])),
        problems: statementProblems)

    fileprivate static let registration = Operation(
        summary: "Registers a card for insurance use on the spot; the statement's purpose is "
            + "registration and it names no item.", speakers: [.institution],
        body: .object(Schema.signedFields + [.field("intent", .named(.intent))]),
        answer: .json(
            .object([
                .field("statementDigest", .digest), .field("patient", .patient),
                .field("registered", .boolean), .field("since", .instant),
                .field("place", .choice(Registration.Place.allCases.map(\.rawValue))),
            ])),
        problems: statementProblems)

    fileprivate static let details = Operation(
        summary: "A check by insurance details: qualification only.", speakers: [.institution],
        body: .object([
            .field("details", .named(.insuranceDetails)), .field("intent", .named(.intent)),
            .optional("staff", .text(.words, 1...64)),
        ]),
        answer: .json(
            .object([
                .optional("patient", .patient, "where exactly one person was found"),
                .field("qualification", .named(.qualification)),
                .optional("sameIndividual", .code(SameIndividual.self), SameIndividual.table),
            ])),
        problems: [.numberCheckDigit, .idempotencyKeyMalformed, .idempotencyKeyReused],
        takesIdempotencyKey: true)

    fileprivate static let emergency = Operation(
        summary: "A check without a card while a mode for it holds: system failure (qualification "
            + "only), or disaster (records too, by oral consent).", speakers: [.institution],
        body: .object([
            .field("mode", .choice(["systemFailure", "disaster"])),
            .field("reason", .text(.words, 1...200), "why this patient is looked up"),
            .optional("fourItems", .named(.fourItems)),
            .optional("details", .named(.insuranceDetails)),
            .field("staff", .text(.words, 1...64), "who looks"),
            .optional(
                "consent",
                .object([
                    .field(
                        "kind", .choice(["oral", "unobtainable"]),
                        "unobtainable: the patient cannot speak and life is at stake"),
                    .field("items", .list(.code(RecordItem.self), 0...2)),
                ]), "disaster only"), .field("intent", .named(.intent)),
        ]),
        answer: .json(
            .object([
                .field("requestDigest", .digest), .field("mode", .named(.mode)),
                .optional("patient", .patient),
                .field("qualification", .named(.qualification)),
                .optional("grant", .named(.grant)),
            ])),
        problems: [
            .modeNotActive, .numberCheckDigit, .idempotencyKeyMalformed, .idempotencyKeyReused,
        ], takesIdempotencyKey: true)

    fileprivate static let batch = Operation(
        summary: "Tomorrow's bookings, to be checked by insurance details.",
        speakers: [.institution],
        body: .object([
            .field(
                "bookings",
                .list(
                    .object([
                        .field("id", .text(.token, 1...64), "the institution's own"),
                        .field("details", .named(.insuranceDetails)),
                    ]), 1...Batch.maximumBookings)), .field("intent", .named(.intent)),
        ]),
        answer: .json(
            .object([
                .field("reception", reception), .field("receivedAt", .instant),
                .field("count", .integer(1...Batch.maximumBookings)),
            ]), 202),
        problems: [.idempotencyKeyMalformed, .idempotencyKeyReused], takesIdempotencyKey: true)

    private static let reception = Schema.text(.base64URL, 22...22)

    fileprivate static let batchState = Operation(
        summary: "How far a batch is, and each booking's result.", speakers: [.institution],
        parameters: [.path("reception", reception, "as the batch was received")],
        answer: .read(
            .object([
                .field("reception", reception), .field("receivedAt", .instant),
                .field("segment", .code(SegmentOfResult.self), SegmentOfResult.table),
                .field("count", .integer(0...Batch.maximumBookings)),
                .field("done", .integer(0...Batch.maximumBookings)),
                .field("normal", .integer(0...Batch.maximumBookings)),
                .field("errors", .integer(0...Batch.maximumBookings)),
                .field("results", .list(.object(resultFields), 0...Batch.maximumBookings)),
            ])),
        problems: [.batchUnknown])

    private static let resultFields: [Schema.Field] = [
        .field("id", .text(.token, 1...64)),
        .field("status", .code(ProcessingResultStatus.self), ProcessingResultStatus.table),
        .optional("problem", .text(.token, 1...200), "the type of this booking's problem"),
        .optional("message", .name), .optional("patient", .patient),
        .optional("qualification", .named(.qualification)),
        .optional("sameIndividual", .code(SameIndividual.self), SameIndividual.table),
    ]
}
