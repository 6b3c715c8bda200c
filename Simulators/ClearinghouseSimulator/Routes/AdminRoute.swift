import Records

/// What the administration port takes.
package enum AdminRoute: String, CaseIterable, RouteTable {
    case document = "GET /admin/openapi.json"
    case health = "GET /admin/health"
    case people = "GET /admin/people"
    case behaviours = "GET /admin/behaviours"
    case bindCard = "POST /admin/cards"
    case certificates = "GET /admin/certificates"
    case orderStanding = "PUT /admin/certificates"
    case renewalLag = "GET /admin/renewal-lag"
    case orderRenewalLag = "PUT /admin/renewal-lag"
    case businessDate = "GET /admin/business-date"
    case setBusinessDate = "PUT /admin/business-date"
    case unregister = "DELETE /admin/registrations/{person}"
    case journal = "GET /admin/journal"
    case assertions = "POST /admin/journal/assertions"
    case faults = "GET /admin/faults"
    case orderFaults = "POST /admin/faults"
    case latency = "GET /admin/latency"
    case orderLatency = "PUT /admin/latency"
    case modes = "GET /admin/modes"
    case orderModes = "POST /admin/modes"
    case limits = "GET /admin/limits"
    case orderLimits = "PUT /admin/limits"
    case seed = "GET /admin/seed"
    case orderSeed = "PUT /admin/seed"
    case reset = "POST /admin/reset"
    case witness = "GET /admin/witness"
    case watchLog = "POST /admin/witness/logs"

    package static let title = "The administration port of Madoguchi's simulated clearinghouse"
    package static let security = (name: "token", scheme: "bearer")
    package static let commonProblems: [ProblemKind] = [.adminWrongHost, .adminUnauthorized]

    /// What the route takes and answers.
    package var operation: Operation {
        switch self {
        case .document: .document
        case .health, .people, .behaviours, .bindCard, .businessDate, .setBusinessDate,
            .unregister:
            peopleOperation
        case .journal, .assertions: journalOperation
        case .certificates, .orderStanding, .renewalLag, .orderRenewalLag: certificateOperation
        case .witness, .watchLog: witnessOperation
        default: controlOperation
        }
    }

    static func told(
        _ summary: String, _ fields: [Schema.Field], body: Schema? = nil
    ) -> Operation {
        Operation(summary: summary, speakers: [], body: body, answer: .json(.object(fields)))
    }

    private var peopleOperation: Operation {
        switch self {
        case .health:
            return Self.told(
                "How the clearinghouse is.",
                [
                    .field("status", .choice(["ok"])), .field("time", .instant),
                    .field("businessDate", .date), .field("journal", .integer(0...Int.max >> 10)),
                    .field(
                        "trust",
                        .object([
                            .field("anchors", .integer(0...10_000)),
                            .field("faults", .list(.text(.words, 0...4096), 0...10_000)),
                        ])),
                ])
        case .people:
            return Self.told(
                "The simulated people.",
                [
                    .field(
                        "people",
                        .list(
                            .object([
                                .field("id", .text(.token, 1...64)),
                                .optional("about", .text(.words, 1...8192)),
                                .optional("asOf", .date),
                                .field("cards", .list(.digest, 0...100_000)),
                            ]), 0...100_000))
                ])
        case .behaviours:
            return Self.told(
                "The ids that name a behaviour.",
                [.field("behaviours", .list(.text(.token, 1...64), 1...1000))])
        case .bindCard:
            var operation = Self.told(
                "Binds a card to a person or a behaviour.",
                [
                    .field("certificate", .digest), .field("person", .text(.token, 1...64)),
                    .field("certificateStatus", .text(.token, 1...64)),
                ],
                body: .object([
                    .field("certificate", .text(.words, 1...65_536), "one certificate, PEM"),
                    .field("person", .text(.words, 1...64)),
                ]))
            operation.answer.status = 201
            operation.problems = [.certificateMalformed, .personUnknown]
            return operation
        case .unregister:
            return Operation(
                summary: "Takes a person's registration for insurance use back.", speakers: [],
                parameters: [.path("person", .text(.token, 1...64), "the person's id")],
                answer: .nothing, problems: [.personUnknown])
        default:
            return Self.told(
                "The business date: of publication, ages and look-back.",
                [.field("date", .date), .field("isSet", .boolean)],
                body: self == .setBusinessDate
                    ? .object([.optional("date", .nullable(.date), "null follows the calendar")])
                    : nil)
        }
    }

    private var journalOperation: Operation {
        switch self {
        case .journal:
            var operation = Self.told(
                "Entries of the journal, oldest first.",
                [
                    .field(
                        "entries",
                        .list(
                            .named(.journalEntry), 0...AdministrationService.maximumEntries)),
                    .field("last", .integer(0...Int.max >> 10)),
                ])
            operation.parameters =
                [
                    .query("after", .integer(0...Int.max >> 10), "only entries after this number"),
                    .query(
                        "limit", .integer(1...AdministrationService.maximumEntries),
                        "at most so many; 100"),
                ] + JournalFilter.parameters
            return operation
        default:
            return Self.told(
                "Judges assertions over the journal's entries in memory.",
                [
                    .field("holds", .boolean, "whether all of them do"),
                    .field(
                        "results",
                        .list(
                            .object([
                                .field("holds", .boolean),
                                .field("counted", .integer(0...1_000_000)),
                            ]), 0...JournalAssertion.maximumCount)),
                ],
                body: .object([
                    .optional("after", .integer(0...Int.max >> 10)),
                    .field(
                        "assertions",
                        .list(JournalAssertion.schema, 0...JournalAssertion.maximumCount)),
                ]))
        }
    }

    private var controlOperation: Operation {
        let faults = Schema.Field.field(
            "faults", .list(.named(.fault), 0...Fault.maximumCount))
        let modes = Schema.list(.named(.mode), 0...ServiceMode.maximumCount)
        let seed = Schema.nullable(.integer(0...1 << 52))
        switch self {
        case .faults: return Self.told("The faults on order.", [faults])
        case .orderFaults:
            return Self.told(
                "Orders faults in place of those on order.", [faults], body: .object([faults]))
        case .latency:
            return Operation(
                summary: "How late answers are.", speakers: [], answer: .json(Latency.schema))
        case .orderLatency:
            return Operation(
                summary: "Sets how late answers are.", speakers: [], body: Latency.schema,
                answer: .json(Latency.schema))
        case .modes:
            return Self.told("The modes on order.", [.field("modes", modes)])
        case .orderModes:
            return Self.told(
                "Orders modes in place of those on order; each has a reason and an end.",
                [.field("modes", modes)],
                body: .object([
                    .field("modes", .list(.modeOrder, 0...ServiceMode.maximumCount))
                ]))
        case .limits:
            return Operation(
                summary: "The rate limits.", speakers: [], answer: .json(RateLimits.schema))
        case .orderLimits:
            return Operation(
                summary: "Sets the rate limits.", speakers: [], body: RateLimits.schema,
                answer: .json(RateLimits.schema))
        case .seed: return Self.told("The seed of chance.", [.field("seed", seed)])
        case .orderSeed:
            return Self.told(
                "Sets the seed: the same requests in the same order then get the same bytes.",
                [.field("seed", seed)], body: .object([.optional("seed", seed)]))
        default:
            return Operation(
                summary: "Takes back faults, latency, modes, limits, the lag and the seed.",
                speakers: [],
                body: .object([]), answer: .nothing)
        }
    }
}

extension Schema {
    fileprivate static let modeOrder = Schema.object([
        .field("kind", .code(ServiceMode.Kind.self)), .optional("from", .instant, "now"),
        .field("until", .instant), .field("reason", .text(.words, 1...200)),
        .optional("prefectures", .list(.text(.digits, 2...2), 0...47)),
    ])
}
