import Cryptography
package import JSON
package import Octets
import Records

/// A check without a card while a mode holds.
package struct EmergencyRequest: Sendable {
    /// Whom it is about.
    package enum Subject: Sendable {
        case fourItems(FourItems)
        case details(InsuranceDetails)
    }

    /// Under which mode.
    package var mode: ServiceMode.Kind
    /// Why this patient is looked up.
    package var reason: String
    /// Whom it is about.
    package var subject: Subject
    /// The items consented to by word of mouth.
    package var items: [RecordItem] = []
    /// Whether there is consent; it cannot be had from somebody who cannot speak.
    package var isUnobtainable = false
    /// Where the intent stands.
    package var intent: JournalEntry.IntentPlace
    /// SHA-256 of the body: what a grant rests on in place of a statement.
    package var digest: SHA256Digest

    /// Reads a body of the declared shape.
    package init(_ value: JSONValue, digest: SHA256Digest) throws(JSONError) {
        self.digest = digest
        var fields = try JSONFields(value)
        mode = try fields.require("mode", "must be a mode") {
            $0.stringValue.flatMap(ServiceMode.Kind.init)
        }
        reason = try fields.string("reason", maximum: 800)
        _ = try fields.string("staff", maximum: 256)
        let items = try fields.nested("fourItems", FourItems.init)
        let details = try fields.nested("details", InsuranceDetails.init)
        intent = try JournalEntry.IntentPlace(
            try fields.require("intent"), at: fields.path("intent"))
        let consent = fields.take("consent")
        try fields.finish()
        switch (items, details) {
        case (.some(let items), nil): subject = .fourItems(items)
        case (nil, .some(let details)): subject = .details(details)
        default:
            throw .unexpected(path: "$", reason: "must name either fourItems or details")
        }
        if let consent { try read(consent) }
    }

    private mutating func read(_ consent: JSONValue) throws(JSONError) {
        guard mode == .disaster else {
            throw .unexpected(path: "$.consent", reason: "is of a disaster only")
        }
        isUnobtainable = consent["kind"] == "unobtainable"
        let asked = consent["items"]?.arrayValue ?? []
        items = RecordItem.allCases.filter { asked.contains(.string($0.rawValue)) }
        guard items.count == asked.count else {
            throw .unexpected(path: "$.consent.items", reason: "must name each item once")
        }
    }

    fileprivate var way: String {
        switch subject {
        case .fourItems: "fourItems"
        case .details: "insuranceDetails"
        }
    }
}

extension House {
    /// Looks somebody up without a card: while the mode holds for the institution, and never
    /// without an entry.
    package func check(
        _ request: EmergencyRequest, asked: Asked
    ) throws(Refusal) -> AnswerStore.Answer {
        var entry = asked.entry("emergency")
        (entry.way, entry.intent) = (request.way, request.intent)
        (entry.mode, entry.reason) = (request.mode, request.reason)
        do throws(Refusal) {
            let answer = try answered(request, asked, &entry)
            journal.append(entry)
            return answer
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            journal.append(entry)
            throw error
        }
    }

    private func answered(
        _ request: EmergencyRequest, _ asked: Asked, _ entry: inout JournalEntry
    ) throws(Refusal) -> AnswerStore.Answer {
        guard let mode = mode(request.mode, for: asked.identity, at: asked.now) else {
            throw Refusal(.modeNotActive)
        }
        let found: Found
        switch request.subject {
        case .fourItems(let items): found = self.found(by: items, at: asked.now)
        case .details(let details):
            try details.checkDigits()
            found = try self.found(by: details, at: asked.now)
        }
        var fields = looked(found, asked, &entry).filter { $0.0 != "sameIndividual" }
        fields += [("requestDigest", .string(request.digest.hex)), ("mode", mode.json)]
        if let person = found.person, !request.items.isEmpty {
            fields.append(("grant", try grant(person, request, mode, asked, &entry)))
        }
        return AnswerStore.Answer(
            status: 200, body: JSONValue.object(present: fields).canonical)
    }

    /// A grant by word of mouth ends with the mode, a day later at most.
    private func grant(
        _ person: String, _ request: EmergencyRequest, _ mode: ServiceMode, _ asked: Asked,
        _ entry: inout JournalEntry
    ) throws(Refusal) -> JSONValue {
        let until = min(
            mode.until, asked.now.adding(seconds: StatementCheck.maximumConsentSeconds))
        let consents = request.items.map { ItemConsent(item: $0, until: until) }
        entry.consents = RecordItem.allCases.map { item in
            guard request.items.contains(item) else {
                return .init(item: item.rawValue, .refused)
            }
            return .init(
                item: item.rawValue, request.isUnobtainable ? .unobtainable : .given, until: until)
        }
        let contents = GrantContents(
            institution: asked.audience, person: person, statement: request.digest,
            certificate: nil, way: request.way, consents: consents, until: until, mode: request.mode
        )
        return [
            "id": .string(try sealed(contents)),
            "patient": .string(pairwise.id(of: person, for: asked.audience)),
            "statementDigest": .string(request.digest.hex),
            "items": .array(consents.map(\.json)), "until": .string(until.rfc3339),
        ]
    }
}
