import CheckIns
import Cryptography
import HTTP
import JSON
import Octets
import Records

/// A check's answer as it came, read but not yet believed.
struct RawAcceptance {
    var statement: SHA256Digest
    var patient: String
    var qualification: Qualification
    var grant: Grant
    var grantPatient: String
    var grantStatement: SHA256Digest
    var receipt: SignedReceipt
    var answerDigest: SHA256Digest

    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        let answer = try fields.require("answer")
        receipt = try SignedReceipt(try fields.require("receipt"), at: "$.receipt")
        try fields.finish()
        answerDigest = SHA256Digest(hashing: answer.canonical)
        var inner = try JSONFields(answer, at: "$.answer")
        statement = try inner.digest("statementDigest")
        patient = try inner.patient("patient")
        qualification = try Qualification(
            try inner.require("qualification"), at: inner.path("qualification"))
        let told = try ToldGrant(try inner.require("grant"), at: inner.path("grant"))
        try inner.finish()
        (grant, grantPatient, grantStatement) = (told.grant, told.patient, told.statement)
    }

    /// The answer, believed: signed by the pinned key, about this statement, one patient
    /// throughout, and a grant of no more than what was consented to. A grant ends here a day
    /// after the statement, whatever longer end it names.
    func checked(
        against statement: Statement, digest: SHA256Digest, key: PublicKey
    ) throws(ClearinghouseError) -> Acceptance {
        guard self.statement == digest else { throw .wrongAnswer("it answers another statement") }
        guard grantStatement == digest else {
            throw .wrongAnswer("its grant answers another statement")
        }
        guard grantPatient == patient else { throw .wrongAnswer("its grant is another patient's") }
        let checked = try CheckedReceipt(receipt, key: key, statement: digest)
        guard checked.patient == patient else {
            throw .wrongAnswer("its receipt is about another patient")
        }
        guard checked.answer == answerDigest, checked.problem == nil else {
            throw .wrongAnswer("its receipt is about another answer")
        }
        guard Set(grant.items.map(\.item)).count == grant.items.count,
            grant.items.allSatisfy(statement.consents(to:))
        else { throw .wrongAnswer("its grant opens more than was consented to") }
        var grant = grant
        grant.until = min(grant.until, statement.time.adding(seconds: Grant.longestSeconds))
        return Acceptance(
            patient: patient, statement: digest, qualification: qualification, grant: grant,
            receipt: receipt, answerDigest: answerDigest)
    }
}

/// A grant as it came, with whom and what it says it is about.
struct ToldGrant: Hashable, Sendable {
    /// What may be opened, and until when.
    var grant: Grant
    /// Whose it is.
    var patient: String
    /// SHA-256 of what it answers.
    var statement: SHA256Digest

    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        let id = try fields.string("id", maximum: Grant.longestIDOctetCount)
        patient = try fields.patient("patient")
        statement = try fields.digest("statementDigest")
        let items = try fields.array("items", maximum: 8) { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let item = try fields.require("item", "must be a known item") {
                $0.stringValue.flatMap(Item.init(rawValue:))
            }
            let until = try fields.instant("until")
            try fields.finish()
            return ConsentedItem(item: item, until: until)
        }
        grant = Grant(id: id, items: items, until: try fields.instant("until"))
        try fields.finish()
    }
}

extension Statement {
    /// Whether the item was consented to, at least as long as it was granted.
    fileprivate func consents(to granted: ConsentedItem) -> Bool {
        items.contains { $0.item == granted.item && granted.until <= $0.until }
    }
}

extension JSONFields {
    /// A SHA-256 value in hexadecimal.
    mutating func digest(_ key: String) throws(JSONError) -> SHA256Digest {
        try require(key, "must be a digest") { $0.stringValue.flatMap { SHA256Digest(hex: $0) } }
    }

    /// A point in time.
    mutating func instant(_ key: String) throws(JSONError) -> Instant {
        try require(key, "must be an RFC 3339 time in UTC") {
            $0.stringValue.flatMap { Instant(rfc3339: $0) }
        }
    }

    /// A patient's id: short, and nothing but printable ASCII.
    mutating func patient(_ key: String) throws(JSONError) -> String {
        try require(key, "must be a patient's id") { value in
            guard let text = value.stringValue, (1...64).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            return text
        }
    }

    /// Octets in padded base64, at least one.
    mutating func octets(_ key: String, maximum: Int) throws(JSONError) -> [UInt8] {
        try require(key, "must be base64 of 1 to \(maximum) octets") { value in
            guard let octets = value.stringValue.flatMap({ [UInt8](base64: $0) }),
                (1...maximum).contains(octets.count)
            else { return nil }
            return octets
        }
    }
}
