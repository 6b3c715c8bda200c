package import CheckIns
import Cryptography
package import JSON
package import Octets
package import Records

/// The modes in which a patient without card is looked up, by whose order the clearinghouse says.
package enum EmergencyMode: String, Hashable, Sendable, CaseIterable {
    /// システム障害時モード: the qualification.
    case systemFailure
    /// 災害時モード: records too, by oral consent.
    case disaster
}

/// The four items (4情報) by which somebody is found who has nothing with them.
package struct FourItems: Hashable, Sendable, PersonalData {
    /// The name or its kana (氏名).
    package var name: String
    /// The birth date (生年月日).
    package var birthDate: LocalDate
    /// The sex (性別).
    package var sex: Sex
    /// The address or its beginning (住所).
    package var address: String?

    /// Reads items as pages write them.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.string("name", maximum: 400)
        birthDate = try fields.require("birthDate", "must be a date as 2026-11-22") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        sex = try fields.require("sex", "must be 1, 2 or 3") {
            $0.stringValue.flatMap(Sex.init(rawValue:))
        }
        address = try fields.optionalString("address", maximum: 400)
        try fields.finish()
    }

    var json: JSONValue {
        .object(present: [
            ("name", .string(name)), ("birthDate", .string(birthDate.description)),
            ("sex", .string(sex.rawValue)), ("address", address.map(JSONValue.string)),
        ])
    }
}

/// A check without a card under a mode.
package struct EmergencyQuestion: Hashable, Sendable, PersonalData {
    /// By what somebody is looked up.
    package enum Subject: Hashable, Sendable {
        case fourItems(FourItems)
        case details(InsuranceDetails)
    }

    /// Under which mode.
    package var mode: EmergencyMode
    /// Why this patient is looked up.
    package var reason: String
    /// By what.
    package var subject: Subject
    /// What stands in place of a proof, where records are to be opened; of a disaster alone.
    package var consent: SpokenConsent.Kind?
    /// The records consented to; none without a consent.
    package var items: Set<Item> = []

    /// Reads a question as pages write it.
    package init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        mode = try fields.require("mode", "must be systemFailure or disaster") {
            $0.stringValue.flatMap(EmergencyMode.init(rawValue:))
        }
        reason = try fields.string("reason", maximum: 400)
        let items = try fields.nested("fourItems", FourItems.init)
        let details = try fields.nested("details", InsuranceDetails.init)
        let consent = fields.take("consent")
        try fields.finish()
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw .unexpected(path: "$.reason", reason: "must say why")
        }
        switch (items, details) {
        case (.some(let items), nil): subject = .fourItems(items)
        case (nil, .some(let details)): subject = .details(details)
        default:
            throw .unexpected(path: "$", reason: "must name either fourItems or details")
        }
        if let consent { try read(consent) }
    }

    private mutating func read(_ value: JSONValue) throws(JSONError) {
        guard mode == .disaster else {
            throw .unexpected(path: "$.consent", reason: "is of a disaster only")
        }
        var fields = try JSONFields(value, at: "$.consent")
        consent = try fields.require("kind", "must be oral or unobtainable") {
            $0.stringValue.flatMap(SpokenConsent.Kind.init(rawValue:))
        }
        let named = try fields.array("items", maximum: Item.allCases.count) {
            (value, path) throws(JSONError) in
            guard let item = value.stringValue.flatMap(Item.init(rawValue:)) else {
                throw .unexpected(path: path, reason: "must be a known item")
            }
            return item
        }
        try fields.finish()
        items = Set(named)
        guard !items.isEmpty, items.count == named.count else {
            throw .unexpected(path: "$.consent.items", reason: "must name items, each once")
        }
    }

    /// What it says in the access history, without the reason.
    package var way: String {
        let by =
            switch subject {
            case .fourItems: "four items"
            case .details: "insurance details"
            }
        return [by, mode.rawValue, consent.map { "\($0.rawValue) consent" }].compactMap { $0 }
            .joined(separator: ", ")
    }
}

/// What a check under a mode found.
package struct EmergencyAnswer: Hashable, Sendable {
    /// The patient's id, where exactly one person was found.
    package var patient: String?
    /// What they are entitled to.
    package var qualification: Qualification
    /// What may be opened, where it was consented to.
    package var grant: Grant?
    /// SHA-256 of the request: what the grant rests on in place of a statement.
    package var request: SHA256Digest
    /// SHA-256 of the answer.
    package var digest: SHA256Digest
}

extension ClearinghouseClient {
    /// A check while a mode for it holds. The answer is believed where it is about this request, and
    /// its grant about the patient found, opens no more than was consented to, and no longer than a day.
    package func check(
        _ question: EmergencyQuestion, staff: String, intent: HistoryPlace, at now: Instant
    ) async throws(ClearinghouseError) -> EmergencyAnswer {
        let body = question.body(staff, intent)
        let request = SHA256Digest(hashing: body.canonical)
        let value = try await ask("/v1/checks/emergency", body)
        let told: ToldEmergency
        do throws(JSONError) { told = try ToldEmergency(value) } catch {
            throw .garbage("\(error)")
        }
        guard told.request == request else { throw .wrongAnswer("it answers another request") }
        let grant = try told.grant.map { (grant) throws(ClearinghouseError) in
            try question.checked(grant, patient: told.patient, request: request, at: now)
        }
        return EmergencyAnswer(
            patient: told.patient, qualification: told.qualification, grant: grant,
            request: request, digest: told.digest)
    }
}

/// The answer as it came.
private struct ToldEmergency {
    var request: SHA256Digest
    var patient: String?
    var qualification: Qualification
    var grant: ToldGrant?
    var digest: SHA256Digest

    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        request = try fields.digest("requestDigest")
        _ = try fields.require("mode")
        patient = value["patient"] == nil ? nil : try fields.patient("patient")
        let found = try fields.require("qualification")
        qualification = try Qualification(found, at: "$.qualification")
        digest = SHA256Digest(hashing: found.canonical)
        grant = try fields.nested("grant", ToldGrant.init)
        try fields.finish()
    }
}

extension EmergencyQuestion {
    fileprivate func body(_ staff: String, _ intent: HistoryPlace) -> JSONValue {
        var fields: [(String, JSONValue?)] = [
            ("mode", .string(mode.rawValue)), ("reason", .string(reason)),
            ("staff", .string(staff)), ("intent", intent.named),
        ]
        switch subject {
        case .fourItems(let items): fields.append(("fourItems", items.json))
        case .details(let details): fields.append(("details", details.json))
        }
        if let consent {
            let named = items.sorted().map { JSONValue.string($0.rawValue) }
            fields.append(
                ("consent", ["kind": .string(consent.rawValue), "items": .array(named)]))
        }
        return .object(present: fields)
    }

    fileprivate func checked(
        _ told: ToldGrant, patient: String?, request: SHA256Digest, at now: Instant
    ) throws(ClearinghouseError) -> Grant {
        guard told.statement == request else {
            throw .wrongAnswer("its grant answers another request")
        }
        guard told.patient == patient else {
            throw .wrongAnswer("its grant is another patient's")
        }
        let granted = told.grant.items.map(\.item)
        guard Set(granted).count == granted.count, items.isSuperset(of: granted) else {
            throw .wrongAnswer("its grant opens more than was consented to")
        }
        var grant = told.grant
        grant.until = min(grant.until, now.adding(seconds: Grant.longestSeconds))
        return grant
    }
}
