package import JSON
package import Records

/// A notice to a patient (お知らせ): something new can be seen, or somebody looked without the PIN.
package struct PortalNotice: Hashable, Sendable {
    /// What it is about: a word of the clearinghouse.
    package var kind: String
    /// The day.
    package var date: LocalDate
    /// The moment, of things that happened there.
    package var time: Instant?
    /// The institution's code.
    package var institution: String?
    /// The month that was published.
    package var month: YearMonth?
    /// The reason that was given.
    package var reason: String?
    /// The sentence in English.
    package var text: String
    /// The sentence in Japanese.
    package var textJapanese: String

    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        kind = try fields.string("kind", maximum: 32)
        date = try fields.require("date", "must be a day") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        time = try fields.optional("time", "must be an instant") {
            $0.stringValue.flatMap { Instant(rfc3339: $0) }
        }
        institution = try fields.optionalString("institution", maximum: 10)
        month = try fields.optional("month", "must be a month") {
            $0.stringValue.flatMap { YearMonth($0) }
        }
        reason = try fields.optionalString("reason", maximum: 800)
        text = try fields.string("text", maximum: 400)
        textJapanese = try fields.string("textJapanese", maximum: 400)
        try fields.finish()
    }

    /// The notice as programs get it.
    package var json: JSONValue {
        .object(present: [
            ("kind", .string(kind)), ("date", .string(date.description)),
            ("time", time.map { .string($0.rfc3339) }),
            ("institution", institution.map(JSONValue.string)),
            ("month", month.map { .string($0.description) }),
            ("reason", reason.map(JSONValue.string)), ("text", .string(text)),
            ("textJapanese", .string(textJapanese)),
        ])
    }
}
