package import JSON

/// A file that describes one simulated person (`Simulators/People/*.json`, documented there): what
/// it says holds on any business date, as its dates may be relative.
package struct PersonFile: Hashable, Sendable, PersonalData {
    /// The only version there is.
    package static let version = 1
    /// The largest people file, in octets.
    package static let maximumOctets = 16 << 20

    /// The person's id.
    package let id: String
    /// What the person is for, in one or two sentences.
    package let about: String
    /// The date at which the figures are those of a printed sample; nothing where the file moves
    /// with the business date.
    package let asOf: LocalDate?
    private let body: JSONValue
    /// 2026-01-01: any date will do, as a relative date can be told on every date.
    private static let ordinaryDate = LocalDate(dayNumber: 20_454)

    /// Reads a file whole and checks it, at its sample date or at an ordinary one.
    package init(parsing octets: [UInt8]) throws(JSONError) {
        body = try JSONValue(
            parsing: octets, limits: JSONLimits(octets: PersonFile.maximumOctets))
        let head = try PersonFile.read(body)
        (id, about, asOf) = (head.person.id, head.about, head.asOf)
    }

    /// The person on a business date.
    package func person(on businessDate: LocalDate) throws(JSONError) -> Person {
        try PersonFile.read(body, on: businessDate).person
    }

    private struct Content {
        var person: Person
        var about: String
        var asOf: LocalDate?
    }

    private static func read(
        _ body: JSONValue, on businessDate: LocalDate? = nil
    ) throws(JSONError) -> Content {
        var fields = try JSONFields(body)
        guard try fields.integer("version") == version else {
            throw .unexpected(path: "$.version", reason: "must be \(version)")
        }
        let asOf = try fields.optionalDate("asOf")
        let date = businessDate ?? asOf ?? ordinaryDate
        fields = try JSONFields(RelativeDates.resolved(body, on: date))
        _ = (fields.take("version"), fields.take("asOf"))
        let about = try fields.text("about", maximum: maximumTextOctets)
        let person = try Person(&fields)
        try fields.finish()
        return Content(person: person, about: about, asOf: asOf)
    }
}

extension Person {
    fileprivate init(_ fields: inout JSONFields) throws(JSONError) {
        id = try fields.require("id", "must be 1 to 64 of a–z, 0–9 and -") {
            $0.stringValue.flatMap { isPersonID($0) ? $0 : nil }
        }
        let identity = try fields.record("identity", as: PersonIdentity.self)
        self.identity = identity
        qualification = try Qualification(
            try fields.require("qualification"), at: fields.path("qualification"),
            holder: identity)
        drugs = try fields.records("drugs")
        checkups = try fields.records("checkups", maximum: 1000)
        expenses = try fields.records("expenses")
        contradictions = try fields.records("contradictions", maximum: 1000)
        isTrial = try fields.optionalBool("trial") ?? false
    }
}

private func isPersonID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
}
