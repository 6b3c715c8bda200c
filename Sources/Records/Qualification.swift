package import JSON

/// The answer to "what is this person entitled to" (資格情報): how the check came out and the
/// entitlements found, usually exactly one.
package struct Qualification: Hashable, Sendable, PersonalData {
    /// Whether the qualification holds (資格有効性).
    package var validity: QualificationValidity
    /// The day the answer is about (資格確認日); absent in people files.
    package var confirmedOn: LocalDate?
    /// A side note of the service, for instance that the certificate runs out soon
    /// (処理結果コード・メッセージ).
    package var note: ProcessingNote?
    /// The form of the prescription that the patient chose (処方箋発行形態).
    package var prescriptionIssue: PrescriptionIssue?
    /// What was found: none, one, or several.
    package var entitlements: [Entitlement]

    /// A qualification.
    package init(validity: QualificationValidity, entitlements: [Entitlement]) {
        (self.validity, self.entitlements) = (validity, entitlements)
    }

    /// The entitlement where there is exactly one.
    package var entitlement: Entitlement? { entitlements.count == 1 ? entitlements.first : nil }

    /// Whether the person may be treated under the insurance: valid, and exactly one entitlement.
    /// Even an answer without an error can say invalid or not found.
    package var isQualified: Bool { validity == .valid && entitlement != nil }
}

/// A code and a message that accompany an answer (処理結果コード・メッセージ).
package struct ProcessingNote: RecordCodable {
    /// The code.
    package var code: String
    /// The message.
    package var message: String

    /// A note.
    package init(code: String, message: String) { (self.code, self.message) = (code, message) }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        (code, message) = (try fields.text("code", maximum: 64), try fields.text("message"))
        try fields.finish()
    }

    package var json: JSONValue { ["code": .string(code), "message": .string(message)] }
}

extension Qualification: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        try self.init(value, at: path, holder: nil)
    }

    /// Reads a qualification; an entitlement that names no holder is `holder`'s (people files).
    init(_ value: JSONValue, at path: String, holder: PersonIdentity?) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        validity = try fields.code("validity")
        confirmedOn = try fields.optionalDate("confirmedOn")
        note = try fields.optionalRecord("note")
        prescriptionIssue = try fields.optionalCode("prescriptionIssue")
        entitlements = try fields.array("entitlements", maximum: 100) {
            (value, path) throws(JSONError) in
            try Entitlement(value, at: path, holder: holder)
        }
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("validity", JSONValue(validity)), ("confirmedOn", confirmedOn.map { JSONValue($0) }),
            ("note", note?.json),
            ("prescriptionIssue", prescriptionIssue.map { JSONValue($0) }),
            ("entitlements", .present(entitlements)),
        ])
    }
}
