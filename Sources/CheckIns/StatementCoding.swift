package import JSON
import Octets
import Records

extension Statement {
    /// The two acts a consent covers, as the seed's footnote separates them: the data is
    /// provided to this institution, and this institution may ask for it.
    static let acts: [JSONValue] = ["obtain", "provide"]

    /// The bytes that are signed and sent.
    package var canonical: [UInt8] { json.canonical }

    /// The statement as a value.
    package var json: JSONValue {
        guard let enteredBy, case .object(var fields) = unassisted else { return unassisted }
        fields["enteredBy"] = .string(enteredBy.rawValue)
        return .object(fields)
    }

    private var unassisted: JSONValue {
        [
            "version": JSONValue(Self.version),
            "audience": .string(audience.hex),
            "institution": .string(institution),
            "terminal": .string(terminal),
            "nonce": .string(nonce),
            "time": .string(time.rfc3339),
            "way": way.json,
            "purpose": .string(purpose),
            "consents": .array(Self.acts),
            "items": .array(
                items.map {
                    ["item": .string($0.item.rawValue), "until": .string($0.until.rfc3339)]
                }),
            "certificate": .string(certificate.hex),
            "algorithm": .string(algorithm.rawValue),
        ]
    }

    /// Reads the exact bytes of a statement: strictly, and only in their canonical form.
    package init(canonical octets: [UInt8]) throws(JSONError) {
        let limits = JSONLimits(octets: Self.longestOctetCount, depth: 4)
        let value = try JSONValue(parsing: octets, limits: limits)
        var fields = try JSONFields(value)
        _ = try fields.integer("version", in: Self.version...Self.version)
        audience = try fields.require("audience", "must be a SHA-256 digest", readDigest)
        institution = try fields.string("institution", maximum: 10)
        terminal = try fields.string("terminal", maximum: 32)
        nonce = try fields.string("nonce", maximum: 64)
        time = try fields.require("time", "must be an instant", readInstant)
        way = try ProvedWay(json: try fields.require("way"), at: "$.way")
        purpose = try fields.string("purpose", maximum: 32)
        guard try fields.require("consents") == .array(Self.acts) else {
            throw .unexpected(path: "$.consents", reason: "must name both acts")
        }
        items = try fields.array("items", maximum: 8) { (value, path) throws(JSONError) in
            try ConsentedItem(json: value, at: path)
        }
        certificate = try fields.require("certificate", "must be a SHA-256 digest", readDigest)
        algorithm = try fields.require("algorithm", "must be a known algorithm") {
            $0.stringValue.flatMap(StatementAlgorithm.init(rawValue:))
        }
        enteredBy = try fields.optional("enteredBy", "must be parent or carer") {
            $0.stringValue.flatMap(Proxy.init)
        }
        try fields.finish()
        // Values have one spelling too: digests in lower case, times without idle zeros.
        guard canonical == octets else {
            throw .unexpected(path: "$", reason: "is not in canonical form")
        }
    }
}

extension ConsentedItem {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        item = try fields.require("item", "must be a known item") {
            $0.stringValue.flatMap(Item.init(rawValue:))
        }
        until = try fields.require("until", "must be an instant", readInstant)
        try fields.finish()
    }
}

extension ProvedWay {
    var json: JSONValue {
        switch self {
        case .pin: ["kind": "pin"]
        case .face(let matcher, let score):
            ["kind": "face", "matcher": .string(matcher), "scorePerMille": JSONValue(score)]
        case .visualCheck(let staff): ["kind": "visualCheck", "staff": .string(staff)]
        }
    }

    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        switch try fields.string("kind", maximum: 16) {
        case "pin": self = .pin
        case "face":
            self = .face(
                matcher: try fields.string("matcher", maximum: 64),
                scorePerMille: try fields.integer("scorePerMille", in: 0...1000))
        case "visualCheck": self = .visualCheck(staff: try fields.string("staff", maximum: 64))
        default: throw .unexpected(path: path + ".kind", reason: "is not a known way")
        }
        try fields.finish()
    }
}

func readDigest(_ value: JSONValue) -> SHA256Digest? {
    value.stringValue.flatMap { SHA256Digest(hex: $0) }
}

func readInstant(_ value: JSONValue) -> Instant? {
    value.stringValue.flatMap { Instant(rfc3339: $0) }
}
