package import JSON
internal import Octets
internal import Records

extension HistoryEvent {
    /// The event's one written form: canonical JSON (RFC 8785) of at most
    /// `longestOctetCount` octets.
    package func encoded() throws(DisclosureError) -> [UInt8] {
        try checkBounds()
        let octets = json.canonical
        guard octets.count <= Self.longestOctetCount else {
            throw .tooLarge(octets: octets.count)
        }
        return octets
    }

    /// Reads an event back: strictly, nothing unknown, and only from its canonical form.
    package init(octets: [UInt8]) throws(DisclosureError) {
        guard octets.count <= Self.longestOctetCount else {
            throw .tooLarge(octets: octets.count)
        }
        let limits = JSONLimits(octets: Self.longestOctetCount, depth: 4)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: octets, limits: limits)
        } catch {
            throw .malformed(error.description)
        }
        if let version = value["version"]?.integerValue, version != Int64(Self.version) {
            throw .unknownVersion(Int(version))
        }
        do throws(JSONError) {
            self = try Self(json: value)
        } catch {
            throw .malformed(error.description)
        }
        try checkBounds()
        guard json.canonical == octets else { throw .notCanonical }
    }

    /// The event as JSON; fields that are absent are left out.
    package var json: JSONValue {
        .object(present: [
            ("version", JSONValue(Self.version)),
            ("kind", .string(kind.rawValue)),
            ("time", .string(time.rfc3339)),
            ("timeQuality", .string(timeQuality.rawValue)),
            ("institution", .string(place.institution)),
            ("terminal", .string(place.terminal)),
            ("actor", ["id": .string(actor.id), "role": .string(actor.role.rawValue)]),
            ("patient", patient?.json),
            ("act", act.map { .string($0.rawValue) }),
            ("way", way?.json),
            ("consent", consent?.json),
            ("item", item.map { .string($0.rawValue) }),
            ("purpose", purpose.map { .string($0.rawValue) }),
            ("outcome", outcome.map { .string($0.rawValue) }),
            ("reason", reason.map(JSONValue.string)),
            ("triesLeft", triesLeft.map { JSONValue($0) }),
            ("answerDigest", answerDigest.map { .string($0.hex) }),
            ("requestID", requestID.map(JSONValue.string)),
            ("cardSession", cardSession.map(JSONValue.string)),
            ("checkIn", checkIn.map(JSONValue.string)),
            ("recipient", recipient.map(JSONValue.string)),
            ("intent", intentIndex.map { ["index": .integer(Int64(truncatingIfNeeded: $0))] }),
            ("statement", statement?.json),
            ("answer", answer?.json),
            ("store", store?.json),
            ("note", note.map(JSONValue.string)),
        ])
    }

    private init(json value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        _ = try fields.integer("version", in: Self.version...Self.version)
        let place = TerminalPlace(
            institution: try fields.string("institution"), terminal: try fields.string("terminal"))
        guard let actor = try fields.nested("actor", EventActor.init(json:at:)) else {
            throw .unexpected(path: fields.path("actor"), reason: "is missing")
        }
        self.init(
            try fields.word("kind", EventKind.self), at: try fields.instant("time"),
            timeQuality: try fields.word("timeQuality", TimeQuality.self), place: place,
            actor: actor)
        patient = try fields.nested("patient", PatientReference.init(json:at:))
        act = try fields.optionalWord("act", ClearinghouseAct.self)
        way = try fields.nested("way", VerificationWay.init(json:at:))
        consent = try fields.nested("consent", ConsentNote.init(json:at:))
        item = try fields.optionalWord("item", DisclosedItem.self)
        purpose = try fields.optionalWord("purpose", DisclosurePurpose.self)
        outcome = try fields.optionalWord("outcome", EventOutcome.self)
        reason = try fields.optionalString("reason")
        triesLeft = try fields.optionalInteger("triesLeft", in: 0...15)
        answerDigest = try fields.optionalDigest("answerDigest")
        requestID = try fields.optionalString("requestID")
        cardSession = try fields.optionalString("cardSession")
        checkIn = try fields.optionalString("checkIn")
        recipient = try fields.optionalString("recipient")
        intentIndex = try fields.nested("intent") { (value, path) throws(JSONError) in
            var intent = try JSONFields(value, at: path)
            let index = try intent.integer("index", in: 0...Self.largestIndex)
            try intent.finish()
            return UInt64(index)
        }
        statement = try fields.nested("statement", SignedStatement.init(json:at:))
        answer = try fields.nested("answer", SignedAnswer.init(json:at:))
        store = try fields.nested("store", StoreNote.init(json:at:))
        note = try fields.optionalString("note")
        try fields.finish()
    }
}
