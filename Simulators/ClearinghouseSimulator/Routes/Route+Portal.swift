import Records

/// The declarations of what the portal asks for its patients.
extension Route {
    var portalOperation: Operation {
        switch self {
        case .portalChallenge: return .challenge(.portal)
        case .portalSession: return .session
        case .portalEnd:
            return Operation(
                summary: "Signs a patient out.", speakers: [.portal], parameters: [.session],
                answer: .nothing, problems: [.sessionMissing], needsToken: .sessionMissing)
        case .portalQualification:
            return .page("qualification", .named(.qualification), "The patient's qualification.")
        case .portalDrugs:
            return .page(
                "drugs", .named(.drugs), "Medicines, with copayment and saving.",
                [.from, .to])
        case .portalCheckups:
            return .page(
                "checkups", .named(.checkups),
                "Checkups: the newest, or those of the dates chosen.",
                [
                    .query(
                        "dates", .text(.words, 10...54),
                        "up to five dates, with commas between them")
                ])
        case .portalCheckupDates:
            return .page(
                "checkup-dates", .list(.date, 0...1000),
                "The dates of all checkups that can be seen, newest first.")
        case .portalExpenses:
            return .page(
                "expenses", .named(.expenses), "Medical expenses of months, or of a year.",
                [
                    .from, .to,
                    .query("year", .integer(2021...9999), "the months of a year; alone"),
                ])
        case .portalExpenseNotice:
            return .page(
                "expense-notice",
                .object([
                    .field("document", .text(.base64, 1...16_000_000)),
                    .field("signature", .text(.base64, 1...16_000)),
                ]),
                "The expense notice of a year as XML, and the payment agency's detached signature "
                    + "(CMS). The real portal hands it to software for tax returns alone.",
                [.query("year", .integer(2021...9999), "the year; without it the one of the day")])
        default:
            return .page(
                "disclosures", .list(.disclosure, 0...1000),
                "Every institution that obtained the data, or asked for it.")
        }
    }

    var portalServiceOperation: Operation {
        switch self {
        case .portalRegistration:
            return .page(
                "registration", .registration,
                "Whether the card is registered for insurance use.")
        case .portalRegister:
            var operation = Operation.page(
                "registration", .registration, "Registers the card for insurance use.")
            operation.body = .object([])
            operation.answer.isValidated = false
            return operation
        case .portalNotices:
            return .page(
                "notices", .list(.notice, 0...1000),
                "Notices: new data, check-ins without a PIN, access in a disaster.")
        case .portalExchanges:
            return .page(
                "exchanges", .list(.exchange, 0...1000),
                "What agencies told each other about the patient (やりとり履歴).")
        case .portalAskOwn:
            var operation = Operation.page(
                "request", .ownRequest, "Asks an agency for one's own information (自己情報).")
            operation.body = .object([.field("kind", .code(OwnInformation.Kind.self))])
            operation.answer = .json(
                .object([.field("patient", .patient), .field("request", .ownRequest)]), 202)
            return operation
        case .portalOwn:
            var operation = Operation.page(
                "request", .ownRequest, "The answer to such a request.",
                [.path("request", .text(.base64URL, 22...22), "the request's id")])
            operation.problems.append(.selfDisclosureUnknown)
            return operation
        default:
            var operation = Operation.page(
                "link",
                .object([.field("token", .text(.base64URL, 43...43)), .field("until", .instant)]),
                "Links software for tax returns: a token for it, for an hour.")
            operation.body = .object([.field("year", .integer(2021...9999))])
            operation.answer.isValidated = false
            operation.answer.status = 201
            return operation
        }
    }

    var taxOperation: Operation {
        let media = self == .taxNotice ? "application/xml" : "application/pkcs7-signature"
        return Operation(
            summary: self == .taxNotice
                ? "The medical expense notice of a year as XML."
                : "The payment agency's detached signature (CMS) over that XML.",
            speakers: [.tax],
            parameters: [
                .header(
                    "Authorization", .text(.line, 8...207), "Bearer, and the link's token")
            ],
            answer: Operation.Answer(status: 200, content: .octets(media), isValidated: true),
            problems: [
                .linkMissing, .linkUnknown, .certificateRevoked, .certificateSuspended,
            ], needsToken: .linkMissing)
    }
}

extension Operation.Parameter {
    /// The session of a patient.
    static let session = header(
        "Authorization", .text(.line, 8...207), "Bearer, and the session's token")
}

extension Operation {
    /// A page of the portal: the patient's id and one field.
    fileprivate static func page(
        _ name: String, _ schema: Schema, _ summary: String, _ parameters: [Parameter] = []
    ) -> Operation {
        Operation(
            summary: summary, speakers: [.portal], parameters: [.session] + parameters,
            answer: .read(.object([.field("patient", .patient), .field(name, schema)])),
            problems: [
                .sessionMissing, .sessionEnded, .certificateRevoked, .certificateSuspended,
                .cardNotRegistered,
            ],
            needsToken: .sessionMissing)
    }

    fileprivate static let session = Operation(
        summary: "Signs a patient in with what their card signed.", speakers: [.portal],
        body: .named(.signed),
        answer: .json(
            .object([
                .field("session", .text(.base64URL, 43...43)), .field("until", .instant),
                .field("patient", .patient), .field("statementDigest", .digest),
            ]), 201),
        problems: statementProblems)
}

extension Schema {
    fileprivate static let disclosure = Schema.object([
        .field("time", .instant), .optional("institution", .text(.digits, 10...10)),
        .optional("terminal", .text(.words, 1...32)), .field("request", .text(.words, 1...32)),
        .optional("item", .text(.words, 1...32)), .optional("way", .text(.words, 1...32)),
        .optional(
            "consents",
            .list(
                .object([
                    .field("item", .text(.words, 1...32)),
                    .field("decision", .code(JournalEntry.ConsentDecision.Decision.self)),
                    .optional("until", .instant),
                ]), 0...8)),
        .optional("refusedBecause", .text(.token, 1...64)),
        .optional("mode", .code(ServiceMode.Kind.self)),
        .optional("reason", .text(.words, 1...200)),
    ])

    fileprivate static let registration = Schema.object([
        .field("registered", .boolean), .optional("since", .instant),
        .optional("place", .code(Registration.Place.self)),
    ])

    fileprivate static let notice = Schema.object([
        .field("kind", .code(PortalNotice.Kind.self)), .field("date", .date),
        .optional("time", .instant), .optional("institution", .text(.digits, 10...10)),
        .optional("month", .month), .optional("reason", .text(.words, 1...200)),
        .field("text", .name), .field("textJapanese", .name),
    ])

    fileprivate static let exchange = Schema.object([
        .field("date", .date), .field("asked", .name, "情報照会者"),
        .field("answered", .name, "情報提供者"), .field("procedure", .name, "事務手続"),
        .field("information", .name, "特定個人情報"),
    ])

    fileprivate static let ownRequest = Schema.object([
        .field("id", .text(.base64URL, 22...22)), .field("kind", .code(OwnInformation.Kind.self)),
        .field("askedAt", .instant), .field("readyAt", .instant),
        .field("state", .choice(["pending", "ready"])),
        .optional(
            "answer",
            .object([
                .field("agency", .name),
                .field(
                    "rows",
                    .list(.object([.field("label", .name), .field("value", .name)]), 0...50)),
            ])),
    ])
}
