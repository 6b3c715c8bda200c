internal import JSON
internal import Octets
internal import Records

extension EventActor {
    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(id: try fields.string("id"), role: try fields.word("role", ActorRole.self))
        try fields.finish()
    }
}

extension PatientReference {
    var canonical: CanonicalObject {
        var object = CanonicalObject()
        object.add("card", card?.code.hex)
        object.add("id", id)
        return object
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(
            id: try fields.optionalString("id"),
            card: try fields.optionalDigest("card").map(CardReference.init(code:)))
        try fields.finish()
    }
}

extension VerificationWay {
    var canonical: CanonicalObject {
        var object = CanonicalObject()
        switch self {
        case .pin: object.add("kind", "pin")
        case .face(let matcher, let scorePerMille):
            object.add("kind", "face")
            object.add("matcher", matcher)
            object.add("scorePerMille", scorePerMille)
        case .visualCheck(let staff):
            object.add("kind", "visualCheck")
            object.add("staff", staff)
        }
        return object
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        switch try fields.string("kind") {
        case "pin": self = .pin
        case "face":
            self = .face(
                matcher: try fields.string("matcher"),
                scorePerMille: try fields.integer("scorePerMille", in: 0...1000))
        case "visualCheck": self = .visualCheck(staff: try fields.string("staff"))
        default:
            throw .unexpected(path: fields.path("kind"), reason: "is not a known word")
        }
        try fields.finish()
    }
}

extension ConsentNote {
    var json: JSONValue {
        .object(present: [
            ("state", .string(state.rawValue)), ("until", until.map { .string($0.rfc3339) }),
            ("grant", grant.map(JSONValue.string)),
        ])
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(
            try fields.word("state", ConsentState.self),
            until: try fields.optional("until", "must be an RFC 3339 instant") {
                $0.stringValue.flatMap { Instant(rfc3339: $0) }
            },
            grant: try fields.optionalString("grant"))
        try fields.finish()
    }
}

extension SignedStatement {
    var json: JSONValue {
        .object(present: [
            ("bytes", .string(octets.base64())), ("signature", .string(signature.base64())),
            ("certificate", .string(certificate.base64())),
            ("terminalKey", terminalKey.map { .string($0.base64()) }),
        ])
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(
            octets: try fields.octets("bytes"), signature: try fields.octets("signature"),
            certificate: try fields.octets("certificate"),
            terminalKey: try fields.optional("terminalKey", "must be base64") {
                $0.stringValue.flatMap { [UInt8](base64: $0) }
            })
        try fields.finish()
    }
}

extension SignedAnswer {
    var json: JSONValue {
        ["bytes": .string(octets.base64()), "signature": .string(signature.base64())]
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(octets: try fields.octets("bytes"), signature: try fields.octets("signature"))
        try fields.finish()
    }
}

extension StoreNote {
    var json: JSONValue {
        .object(present: [
            ("software", software.map(JSONValue.string)),
            ("wasStoppedCleanly", wasStoppedCleanly.map(JSONValue.bool)),
            ("wasHeadRebuilt", wasHeadRebuilt.map(JSONValue.bool)),
            ("segment", segment.map(JSONValue.string)),
            ("offset", offset.map { .integer(Int64(truncatingIfNeeded: $0)) }),
            ("octetCount", octetCount.map { .integer(Int64(truncatingIfNeeded: $0)) }),
            ("digest", digest.map { .string($0.hex) }),
        ])
    }

    init(json value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init()
        software = try fields.optionalString("software")
        wasStoppedCleanly = try fields.optionalBool("wasStoppedCleanly")
        wasHeadRebuilt = try fields.optionalBool("wasHeadRebuilt")
        segment = try fields.optionalString("segment")
        offset = try fields.optionalInteger("offset", in: 0...HistoryEvent.largestIndex)
            .map { UInt64($0) }
        octetCount = try fields.optionalInteger("octetCount", in: 0...HistoryEvent.largestIndex)
            .map { UInt64($0) }
        digest = try fields.optionalDigest("digest")
        try fields.finish()
    }
}

extension JSONFields {
    /// A word of a closed vocabulary.
    mutating func word<Word: RawRepresentable<String>>(
        _ key: String, _ type: Word.Type
    ) throws(JSONError) -> Word {
        try require(key, "is not a known word") { $0.stringValue.flatMap(Word.init(rawValue:)) }
    }

    /// A word that may be absent.
    mutating func optionalWord<Word: RawRepresentable<String>>(
        _ key: String, _ type: Word.Type
    ) throws(JSONError) -> Word? {
        try optional(key, "is not a known word") { $0.stringValue.flatMap(Word.init(rawValue:)) }
    }

    /// An instant as RFC 3339 writes it in UTC.
    mutating func instant(_ key: String) throws(JSONError) -> Instant {
        try require(key, "must be an RFC 3339 instant") {
            $0.stringValue.flatMap { Instant(rfc3339: $0) }
        }
    }

    /// A SHA-256 value in hexadecimal that may be absent.
    mutating func optionalDigest(_ key: String) throws(JSONError) -> SHA256Digest? {
        try optional(key, "must be 64 hexadecimal digits") {
            $0.stringValue.flatMap { SHA256Digest(hex: $0) }
        }
    }

    /// Octets in padded base64.
    mutating func octets(_ key: String) throws(JSONError) -> [UInt8] {
        try require(key, "must be base64") { $0.stringValue.flatMap { [UInt8](base64: $0) } }
    }
}
