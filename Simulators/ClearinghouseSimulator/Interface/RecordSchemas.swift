import Records

extension Schema.Name {
    /// The shape that goes by this name.
    package var schema: Schema {
        switch self {
        case .problem: .problem
        case .intent: .intent
        case .signed: .signed
        case .receipt: .receipt
        case .grant: .grant
        case .consentedItem: .consentedItem
        case .identity: .identity
        case .institution: .institution
        case .qualification: .qualification
        case .entitlement: .entitlement
        case .medicalTicket: .medicalTicket
        case .timedConsent: .timedConsent
        case .drugs: .drugs(withAmounts: true)
        case .drugsForInstitution: .drugs(withAmounts: false)
        case .checkups: .checkups
        case .expenses: .expenses
        case .monthRange: .monthRange
        case .journalEntry: .journalEntry
        case .fault: .fault
        case .insuranceDetails: .insuranceDetails
        case .fourItems: .fourItems
        case .mode: .mode
        }
    }
}

/// The records of people as they travel (`Records` reads and writes them).
extension Schema {
    fileprivate static let identity = Schema.object([
        .field("name", .name), .optional("kana", .name), .optional("alias", .name),
        .optional("aliasKana", .name), .field("sex", .code(Sex.self), Sex.table),
        .optional("sexOnBack", .code(Sex.self), Sex.table), .field("birthDate", .date),
        .optional("postNumber", .text(.token, 8...8)), .optional("address", .name),
    ])

    fileprivate static let institution = Schema.object([
        .field("name", .name), .optional("code", .text(.digits, 10...10)),
    ])

    fileprivate static let monthRange = Schema.object([
        .field("first", .month), .field("last", .month),
    ])

    /// Both consents of the tables OQSCD001 and OQSCD016 have these fields.
    fileprivate static let timedConsent = Schema.object([
        .field("flag", .code(ConsentFlag.self), "OQSCD001 or OQSCD016"),
        .optional("givenAt", .instant), .optional("until", .instant),
    ])

    fileprivate static let qualification = Schema.object([
        .field("validity", .code(QualificationValidity.self), QualificationValidity.table),
        .optional("confirmedOn", .date),
        .optional(
            "note",
            .object([.field("code", .text(.words, 1...64)), .field("message", .name)])),
        .optional("prescriptionIssue", .code(PrescriptionIssue.self), PrescriptionIssue.table),
        .optional("entitlements", .list(.named(.entitlement), 0...100)),
    ])

    fileprivate static let entitlement = Schema.object(
        [
            .field("holder", .named(.identity)),
            .field(
                "classification", .code(CardClassification.self), CardClassification.table),
            .field("insurerNumber", .text(.digits, 6...8)), .optional("insurerName", .name),
            .optional("symbol", .text(.words, 1...80)),
            .optional("number", .text(.words, 1...80)),
            .optional("branch", .text(.digits, 2...2)),
            .optional(
                "family", .code(FamilyClassification.self), FamilyClassification.table),
            .optional("insuredName", .name), .optional("qualifiedOn", .date),
            .optional("disqualifiedOn", .date), .optional("issuedOn", .date),
            .optional("validFrom", .date), .optional("validUntil", .date),
            .optional("contributionRatio", .code(ContributionRatio.self)),
            .optional(
                "preschool", .code(PreschoolClassification.self), PreschoolClassification.table),
            .optional("lossReason", .code(LossReason.self), LossReason.table),
        ] + certificates)

    private static let certificates: [Field] = [
        .optional(
            "elderlyRecipient",
            .object(validity + [.optional("ratio", .code(ContributionRatio.self))])),
        .optional("limitConsent", .named(.timedConsent), LimitConsent.table),
        .optional(
            "limitCertificate",
            .object(
                validity + [
                    .field(
                        "classification", .code(LimitCertificateClassification.self),
                        LimitCertificateClassification.table),
                    .field("limitClass", .code(LimitClass.self), LimitClass.table),
                    .optional("longTermFrom", .date),
                ])),
        .optional("limitChange", .code(LimitChange.self), LimitChange.table),
        .optional("specificDiseaseConsent", .named(.timedConsent), LimitConsent.table),
        .optional(
            "specificDiseases",
            .list(
                .object(
                    validity + [
                        .field("disease", .code(SpecificDisease.self), SpecificDisease.table),
                        .optional("selfPayYen", .yen),
                    ]), 0...10)),
        .optional("medicalTickets", .list(.named(.medicalTicket), 0...100)),
        .optional(
            "consents",
            .object(
                ["checkups", "drugs", "treatment", "surgery"].map {
                    .optional($0, .named(.timedConsent), ConsentFlag.table)
                })),
        .optional("referenceNumber", .text(.words, 1...80)),
    ]

    private static let validity: [Field] = [
        .optional("issuedOn", .date), .optional("validFrom", .date),
        .optional("validUntil", .date),
    ]

    fileprivate static let medicalTicket = Schema.object([
        .field("type", .code(TicketType.self), TicketType.table),
        .optional("validFrom", .date), .optional("validUntil", .date),
        .optional("issueNumber", .text(.words, 1...80)), .optional("month", .month),
        .optional("designated", .named(.institution)),
        .optional("designation", .code(DesignationFlag.self), DesignationFlag.table),
        .optional("prescriber", .named(.institution)),
        .optional("injuries", .list(.name, 0...3)),
        .optional("treatment", .code(TicketTreatment.self), TicketTreatment.table),
        .optional("selfPayYen", .yen), .optional("districtContact", .name),
        .optional("handlingContact", .name),
        .optional("use", .code(TicketUse.self), TicketUse.table),
        .optional(
            "socialInsurance", .code(SocialInsuranceStatus.self), SocialInsuranceStatus.table),
        .optional("consistency", .code(ConsistencyFlag.self), ConsistencyFlag.table),
        .optional("infection", .code(InfectionStatus.self), InfectionStatus.table),
        .optional("elderlyCare", .code(ElderlyCareStatus.self), ElderlyCareStatus.table),
        .optional(
            "prefecturalExpenses", .code(PrefecturalExpensesStatus.self),
            PrefecturalExpensesStatus.table),
        .optional("remarks", .list(.name, 0...3)),
    ])

    fileprivate static func drugs(withAmounts: Bool) -> Schema {
        let line: [Field] =
            [
                .field("class", .code(DrugClass.self)), .optional("rp", .integer(1...999)),
                .optional("marks", .list(.code(DrugMark.self), 0...5)), .field("name", .name),
                .optional("receiptCode", .text(.digits, 9...9)),
                .optional("yjCode", .text(.token, 12...12)),
                .optional(
                    "ingredient",
                    .object([
                        .field("name", .name), .optional("code", .text(.digits, 7...7)),
                    ])),
                .optional("usage", .name), .optional("instruction", .name),
                .field(
                    "quantity",
                    .object([
                        .field("amount", .text(.number, 1...20)),
                        .field("unit", .text(.words, 1...60)),
                        .field("times", .integer(1...9999)),
                        .field("counted", .code(DrugQuantity.Counted.self)),
                    ])),
            ]
            + (withAmounts
                ? [.optional("copaymentYen", .yen), .optional("savingYen", .yen)] : [])
        let dispensing: [Field] = [
            .field("date", .date), .optional("prescribedOn", .date),
            .optional("pharmacy", .named(.institution)),
            .optional("prescriber", .named(.institution)),
            .optional("inHouse", .named(.institution)),
            .field("drugs", .list(.object(line), 1...1000)),
        ]
        return .object([
            .optional("publishedTo", .month), .optional("period", .named(.monthRange)),
            .field("dispensings", .list(.object(dispensing), 0...20_000)),
        ])
    }

    fileprivate static let checkups = Schema.object([
        .field(
            "checkups",
            .list(
                .object([
                    .field("date", .date), .field("programme", .code(CheckupProgramme.self)),
                    .field("facility", .named(.institution)),
                    .field(
                        "results",
                        .list(
                            .object([
                                .field("code", .text(.token, 17...17), "JLAC10"),
                                .field("value", .text(.words, 1...8192)),
                                .optional("several", .boolean),
                            ]), 0...500)),
                ]), 0...1000))
    ])

    fileprivate static let expenses = Schema.object([
        .optional("publishedTo", .month), .field("asked", .named(.monthRange)),
        .field(
            "rows",
            .list(
                .object([
                    .field("month", .month), .field("kind", .code(ExpenseKind.self)),
                    .field("count", .integer(0...9999)),
                    .field("institution", .named(.institution)), .optional("meal", .boolean),
                    .field("insurer", .name), .field("totalYen", .yen),
                    .field("insurerYen", .yen), .field("publicYen", .yen),
                    .field("patientYen", .yen),
                ]), 0...20_000)),
    ])
}
