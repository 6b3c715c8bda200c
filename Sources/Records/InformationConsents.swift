package import JSON

/// A consent as the service reports it: its state, when it was given, until when it may be used.
package struct TimedConsent<Flag: DomainCode>: RecordCodable {
    /// The state (…ConsFlg).
    package var flag: Flag
    /// When it was given (…ConsTime).
    package var givenAt: Instant?
    /// Until when the information may be looked at (…AvailableTime): 24 hours for outpatients.
    package var until: Instant?

    /// A consent.
    package init(flag: Flag, givenAt: Instant? = nil, until: Instant? = nil) {
        (self.flag, self.givenAt, self.until) = (flag, givenAt, until)
    }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        flag = try fields.code("flag")
        givenAt = try fields.optionalInstant("givenAt")
        until = try fields.optionalInstant("until")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("flag", JSONValue(flag)), ("givenAt", givenAt.map { .string($0.rfc3339) }),
            ("until", until.map { .string($0.rfc3339) }),
        ])
    }
}

/// The consents to medical information that an answer reports (同意情報).
package struct InformationConsents: RecordCodable {
    /// Checkups (SpecificHealthCheckupsInfo…).
    package var checkups: TimedConsent<ConsentFlag>?
    /// Medicines (PharmacistsInfo…).
    package var drugs: TimedConsent<ConsentFlag>?
    /// Treatment (DiagnosisInfo…).
    package var treatment: TimedConsent<ConsentFlag>?
    /// Surgery (OperationInfo…).
    package var surgery: TimedConsent<ConsentFlag>?

    /// No consents.
    package init() {}

    /// Whether none is reported.
    package var isEmpty: Bool { self == InformationConsents() }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        checkups = try fields.optionalRecord("checkups")
        drugs = try fields.optionalRecord("drugs")
        treatment = try fields.optionalRecord("treatment")
        surgery = try fields.optionalRecord("surgery")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("checkups", checkups?.json), ("drugs", drugs?.json),
            ("treatment", treatment?.json), ("surgery", surgery?.json),
        ])
    }
}
