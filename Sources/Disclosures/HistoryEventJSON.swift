package import JSON
internal import Octets
internal import Records

extension HistoryEvent {
    /// The event's one written form: canonical JSON (RFC 8785) of at most
    /// `longestOctetCount` octets.
    package func encoded() throws(DisclosureError) -> [UInt8] {
        try checkBounds()
        let octets = canonical
        guard octets.count <= Self.longestOctetCount else {
            throw .tooLarge(octets: octets.count)
        }
        return octets
    }

    /// The event as JSON, for faces that show it.
    package var json: JSONValue {
        guard let value = try? JSONValue(parsing: canonical) else {
            preconditionFailure("what was written canonically is JSON")
        }
        return value
    }

    /// The fields in canonical order; absent ones are left out.
    private var canonical: [UInt8] {
        var object = CanonicalObject()
        object.add("act", act?.rawValue)
        var actorObject = CanonicalObject()
        actorObject.add("id", actor.id)
        actorObject.add("role", actor.role.rawValue)
        object.add("actor", actorObject)
        object.add("answer", answer?.json)
        object.add("answerDigest", answerDigest?.hex)
        object.add("cardSession", cardSession)
        object.add("checkIn", checkIn)
        object.add("consent", consent?.json)
        object.add("institution", place.institution)
        if let intentIndex {
            var intent = CanonicalObject()
            intent.add("index", Int(intentIndex))
            object.add("intent", intent)
        }
        object.add("item", item?.rawValue)
        object.add("kind", kind.rawValue)
        object.add("note", note)
        object.add("outcome", outcome?.rawValue)
        if let patient { object.add("patient", patient.canonical) }
        object.add("purpose", purpose?.rawValue)
        object.add("reason", reason)
        object.add("recipient", recipient)
        object.add("requestID", requestID)
        object.add("statement", statement?.json)
        object.add("store", store?.json)
        object.add("terminal", place.terminal)
        object.add("time", time.rfc3339)
        object.add("timeQuality", timeQuality.rawValue)
        object.add("triesLeft", triesLeft)
        object.add("version", Self.version)
        if let way { object.add("way", way.canonical) }
        return object.octets
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
        guard canonical == octets else { throw .notCanonical }
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
