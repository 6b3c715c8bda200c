import Records

/// What requests and answers have in common.
extension Schema {
    static let problem = Schema.open([
        .field("type", .text(.token, 1...200), "a stable URN (RFC 9457)"),
        .field("status", .integer(400...599)), .field("title", .name),
        .field("titleJapanese", .name), .optional("detail", .text(.words, 1...4096)),
        .optional("nextStep", .name, "the next lawful step"),
        .optional("nextStepJapanese", .name),
        .optional("code", .text(.words, 1...64)),
        .optional("statementDigest", .digest, "the statement it speaks of"),
        .optional("receipt", .named(.receipt), "the clearinghouse's signed word for it"),
    ])

    static let intent = Schema.object([
        .field("origin", .text(.line, 1...255), "the access history's origin"),
        .field("index", .integer(0...1 << 52), "the entry's index"),
    ])

    static let signedFields: [Field] = [
        .field("statement", .text(.base64, 4...10_924), "canonical JSON (RFC 8785)"),
        .field("signature", .text(.base64, 4...684), "over the prefix of its kind and the bytes"),
        .field("certificate", .text(.base64, 4...10_924), "the card's, DER"),
    ]

    static let signed = Schema.object(signedFields)

    static let receipt = Schema.object([
        .field("bytes", .text(.base64, 4...21_848)),
        .field("signature", .text(.base64, 4...684)),
    ])

    static let consentedItem = Schema.object([
        .field("item", .code(RecordItem.self)), .field("until", .instant),
    ])

    static let grant = Schema.object([
        .field("id", .text(.base64URL, 1...1024), "secret; never part of an address"),
        .field("patient", .patient), .field("statementDigest", .digest),
        .field("items", .list(.named(.consentedItem), 0...2)), .field("until", .instant),
    ])

    static let insuranceDetails = Schema.object([
        .field("insurerNumber", .text(.digits, 6...8), "保険者番号; 6 digits may be padded with zeros"),
        .optional("symbol", .text(.words, 1...80), "記号"),
        .field("number", .text(.words, 1...80), "番号"),
        .optional("branch", .text(.digits, 2...2), "枝番"),
        .field("birthDate", .date, "生年月日"),
    ])

    static let fourItems = Schema.object([
        .field("name", .name, "氏名"), .field("birthDate", .date, "生年月日"),
        .field("sex", .code(Sex.self), "性別"), .optional("address", .name, "住所"),
    ])

    static let mode = Schema.object([
        .field("kind", .code(ServiceMode.Kind.self)),
        .field("from", .instant), .field("until", .instant),
        .field("reason", .text(.words, 1...200)),
        .optional(
            "prefectures", .list(.text(.digits, 2...2), 0...47),
            "of the institutions it holds for; all where absent"),
    ])

    static let journalEntry = Schema.object([
        .field("number", .integer(1...Int.max >> 10)), .field("time", .instant),
        .field("route", .text(.words, 1...64)), .field("requestID", .text(.token, 1...64)),
        .optional("institution", .text(.digits, 10...10)),
        .optional("terminal", .text(.words, 1...32)), .optional("person", .text(.words, 1...64)),
        .optional("patient", .patient), .optional("statementDigest", .digest),
        .optional("way", .text(.words, 1...32)), .optional("intent", .named(.intent)),
        .optional(
            "consents",
            .list(
                .object([
                    .field("item", .text(.words, 1...32)),
                    .field("decision", .code(JournalEntry.ConsentDecision.Decision.self)),
                    .optional("until", .instant),
                ]), 0...8)),
        .optional("item", .text(.words, 1...32)),
        .optional(
            "withdrawn", .object([.field("grantDigest", .digest), .field("until", .instant)])),
        .field("status", .integer(0...999)), .optional("problem", .text(.token, 1...64)),
        .optional("repeat", .boolean), .optional("fault", .text(.token, 1...32)),
        .optional("mode", .code(ServiceMode.Kind.self)),
        .optional("reason", .text(.words, 1...200)),
        .optional(
            "evidence",
            .object([
                .field("statement", .text(.base64, 4...10_924)),
                .field("signature", .text(.base64, 4...684)), .field("certificate", .digest),
            ])),
    ])

    static let fault = Schema.object([
        .field("kind", .code(Fault.Kind.self)),
        .optional("count", .integer(1...1_000_000), "for how many requests; 1"),
        .optional("path", .text(.token, 0...200), "only paths that begin so"),
        .optional("method", .text(.token, 1...10), "only this method"),
        .optional("person", .text(.token, 1...64), "only requests about this person"),
        .optional("nth", .integer(1...1_000_000), "from the n-th matching request on"),
        .optional("perMille", .integer(1...1000), "by chance, drawn from the seed"),
        .optional("milliseconds", .integer(0...600_000), "slow, stall, dribble, swap; 3000"),
        .optional("status", .integer(400...599), "of the kind status; 500"),
        .optional("problem", .code(ProblemKind.self), "of the kind problem"),
        .optional("table", .text(.token, 1...8), "of the kind code: OQSCD006"),
        .optional("code", .text(.token, 1...8), "of the kind code"),
        .optional("octets", .integer(-65_536...65_536), "of the kind wrong-length; 1"),
    ])
}
