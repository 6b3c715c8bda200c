package import JSON
package import Octets
package import Records

/// One thing that was asked of the clearinghouse and what came of it. Names of people and their
/// records never stand here.
package struct JournalEntry: Hashable, Sendable {
    /// Its number, from 1.
    package var number = 0
    /// When it was answered.
    package var time: Instant
    /// What was asked: `check`, `drugs`, `checkups`, `withdrawal`, `portal session` …
    package var route: String
    /// The request's id, which its answer carries too.
    package var requestID: String
    /// The institution that asked, if one did.
    package var institution: String?
    /// The terminal that asked.
    package var terminal: String?
    /// The simulated person's id.
    package var person: String?
    /// The patient's id for this institution.
    package var patient: String?
    /// SHA-256 of the statement it rests on.
    package var statement: SHA256Digest?
    /// How the holder was proved.
    package var way: String?
    /// Where the intent stands in the terminal's access history.
    package var intent: IntentPlace?
    /// Each item with what the patient decided about it.
    package var consents: [ConsentDecision] = []
    /// The item that was disclosed.
    package var item: String?
    /// SHA-256 of the grant's id that was withdrawn, with the grant's end.
    package var withdrawn: Withdrawal?
    /// The status of the answer.
    package var status: Int
    /// The problem's kind, if it was one.
    package var problem: String?
    /// Whether a stored answer was given again.
    package var isRepeat = false
    /// The fault that was on order, if one was.
    package var fault: String?
    /// The mode it was asked under, and why.
    package var mode: ServiceMode.Kind?
    /// Why somebody was looked up without a card.
    package var reason: String?
    /// The evidence of a consent: statement and signature, base64.
    package var evidence: Evidence?

    /// An entry about a request.
    package init(time: Instant, route: String, requestID: String, status: Int) {
        (self.time, self.route) = (time, route)
        (self.requestID, self.status) = (requestID, status)
    }

    /// The log's view of a patient's decision.
    package struct ConsentDecision: Hashable, Sendable {
        /// What was decided. What a statement does not name counts as refused.
        package enum Decision: String, CaseIterable, Hashable, Sendable {
            case given
            case refused
            case withdrawn
            /// Nobody could be asked, and life was at stake.
            case unobtainable
        }

        /// The item.
        package var item: String
        /// The decision.
        package var decision: Decision
        /// The end of a consent that was given.
        package var until: Instant?

        /// A decision.
        package init(item: String, _ decision: Decision, until: Instant? = nil) {
            (self.item, self.decision, self.until) = (item, decision, until)
        }
    }

    /// Where an intent stands.
    package struct IntentPlace: Hashable, Sendable {
        /// The access history's origin.
        package var origin: String
        /// The entry's index.
        package var index: Int64

        /// A place.
        package init(origin: String, index: Int64) { (self.origin, self.index) = (origin, index) }
    }

    /// A withdrawn grant.
    package struct Withdrawal: Hashable, Sendable {
        /// SHA-256 of its id.
        package var grant: SHA256Digest
        /// When it would have ended by itself.
        package var until: Instant

        /// A withdrawal.
        package init(grant: SHA256Digest, until: Instant) {
            (self.grant, self.until) = (grant, until)
        }
    }

    /// What a consent rests on.
    package struct Evidence: Hashable, Sendable {
        /// The statement's bytes.
        package var statement: [UInt8]
        /// The signature.
        package var signature: [UInt8]
        /// SHA-256 of the certificate.
        package var certificate: SHA256Digest

        /// Evidence.
        package init(statement: [UInt8], signature: [UInt8], certificate: SHA256Digest) {
            (self.statement, self.signature) = (statement, signature)
            self.certificate = certificate
        }
    }
}

extension JournalEntry {
    /// The entry as it is filed and shown.
    package var json: JSONValue {
        .object(present: [
            ("number", JSONValue(number)), ("time", .string(time.rfc3339)),
            ("route", .string(route)), ("requestID", .string(requestID)),
            ("institution", institution.map(JSONValue.string)),
            ("terminal", terminal.map(JSONValue.string)), ("person", person.map(JSONValue.string)),
            ("patient", patient.map(JSONValue.string)),
            ("statementDigest", statement.map { .string($0.hex) }),
            ("way", way.map(JSONValue.string)), ("intent", intent?.json),
            ("consents", consents.isEmpty ? nil : .array(consents.map(\.json))),
            ("item", item.map(JSONValue.string)), ("withdrawn", withdrawn?.json),
            ("status", JSONValue(status)), ("problem", problem.map(JSONValue.string)),
            ("repeat", isRepeat ? true : nil), ("fault", fault.map(JSONValue.string)),
            ("mode", mode.map { .string($0.rawValue) }),
            ("reason", reason.map(JSONValue.string)), ("evidence", evidence?.json),
        ])
    }

    /// Reads a filed entry.
    package init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        number = try fields.integer("number", in: 1...Int.max >> 10)
        time = try fields.require("time", "must be an instant", instant)
        route = try fields.string("route")
        requestID = try fields.string("requestID")
        institution = try fields.optionalString("institution")
        terminal = try fields.optionalString("terminal")
        person = try fields.optionalString("person")
        patient = try fields.optionalString("patient")
        statement = try fields.optional("statementDigest", "must be a digest", digest)
        way = try fields.optionalString("way")
        intent = try fields.nested("intent", IntentPlace.init)
        consents = try fields.array("consents", ConsentDecision.init)
        item = try fields.optionalString("item")
        withdrawn = try fields.nested("withdrawn", Withdrawal.init)
        status = try fields.integer("status", in: 0...999)
        problem = try fields.optionalString("problem")
        isRepeat = try fields.optionalBool("repeat") ?? false
        fault = try fields.optionalString("fault")
        mode = try fields.optional("mode", "must be a mode") {
            $0.stringValue.flatMap(ServiceMode.Kind.init)
        }
        reason = try fields.optionalString("reason")
        evidence = try fields.nested("evidence", Evidence.init)
        try fields.finish()
    }
}

extension JournalEntry.ConsentDecision {
    var json: JSONValue {
        .object(present: [
            ("item", .string(item)), ("decision", .string(decision.rawValue)),
            ("until", until.map { .string($0.rfc3339) }),
        ])
    }

    fileprivate init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        item = try fields.string("item")
        decision = try fields.require("decision", "must be a known decision") {
            $0.stringValue.flatMap(Decision.init)
        }
        until = try fields.optional("until", "must be an instant", instant)
        try fields.finish()
    }
}

extension JournalEntry.IntentPlace {
    /// The longest origin, in octets.
    package static let maximumOriginOctets = 255

    /// The place as messages carry it.
    package var json: JSONValue { ["origin": .string(origin), "index": .integer(index)] }

    /// Reads a place.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        let origin = try fields.string("origin", maximum: Self.maximumOriginOctets)
        let index = try fields.integer("index", in: 0...1 << 52)
        try fields.finish()
        guard !origin.isEmpty, !origin.contains(" ") else {
            throw .unexpected(
                path: "\(path).origin", reason: "must not be empty, and have no space")
        }
        self.init(origin: origin, index: Int64(index))
    }

    /// Reads the header's form: the origin, a space, the index.
    package init?(header text: String) {
        guard let space = text.lastIndex(of: " "),
            case let digits = text[text.index(after: space)...],
            (1...16).contains(digits.utf8.count),
            digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let index = Int64(digits), index <= 1 << 52, space > text.startIndex,
            text[..<space].utf8.count <= Self.maximumOriginOctets, !text[..<space].contains(" ")
        else { return nil }
        self.init(origin: String(text[..<space]), index: index)
    }
}

extension JournalEntry.Withdrawal {
    fileprivate var json: JSONValue {
        ["grantDigest": .string(grant.hex), "until": .string(until.rfc3339)]
    }

    fileprivate init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        grant = try fields.require("grantDigest", "must be a digest", digest)
        until = try fields.require("until", "must be an instant", instant)
        try fields.finish()
    }
}

extension JournalEntry.Evidence {
    fileprivate var json: JSONValue {
        [
            "statement": .string(statement.base64()), "signature": .string(signature.base64()),
            "certificate": .string(certificate.hex),
        ]
    }

    fileprivate init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        statement = try fields.require("statement", "must be base64", octets)
        signature = try fields.require("signature", "must be base64", octets)
        certificate = try fields.require("certificate", "must be a digest", digest)
        try fields.finish()
    }
}

private func instant(_ value: JSONValue) -> Instant? {
    value.stringValue.flatMap { Instant(rfc3339: $0) }
}

private func digest(_ value: JSONValue) -> SHA256Digest? {
    value.stringValue.flatMap { SHA256Digest(hex: $0) }
}

private func octets(_ value: JSONValue) -> [UInt8]? {
    value.stringValue.flatMap { [UInt8](base64: $0) }
}
