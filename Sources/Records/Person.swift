package import JSON

/// Everything a people file says of one simulated person, on one business date.
package struct Person: Hashable, Sendable, PersonalData {
    /// The name of the file without its ending, by which commands call the person.
    package var id: String
    /// Who it is.
    package var identity: PersonIdentity
    /// What they are entitled to.
    package var qualification: Qualification
    /// Everything ever dispensed to them, published or not.
    package var drugs: [Dispensing]
    /// Every checkup, published or not.
    package var checkups: [Checkup]
    /// Every row of expenses, published or not.
    package var expenses: [ExpenseRow]
    /// Figures that contradict others or a formula, and are kept.
    package var contradictions: [Contradiction]
    /// Takes part in the trial before the service opened, so that what is published by its month
    /// is seen before the opening too. The seed's sample of 2021-10-11 is older than the opening.
    package var isTrial = false

    /// Somebody without records.
    package init(id: String, identity: PersonIdentity, qualification: Qualification) {
        (self.id, self.identity, self.qualification) = (id, identity, qualification)
        (drugs, checkups, expenses, contradictions) = ([], [], [], [])
    }
}

/// A figure that contradicts others or a formula, and is kept as it was printed.
package struct Contradiction: RecordCodable, PersonalData {
    /// Where it stands in the file, `$.drugs[0].drugs[1].copaymentYen`; nothing where it is the
    /// absence of something or a figure that is not stored.
    package var at: String?
    /// What is printed.
    package var printed: String
    /// What the rest implies.
    package var implied: String
    /// Why.
    package var reason: String

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        at = try fields.optionalText("at")
        printed = try fields.text("printed")
        implied = try fields.text("implied")
        reason = try fields.text("reason")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("at", at.map(JSONValue.string)), ("printed", .string(printed)),
            ("implied", .string(implied)), ("reason", .string(reason)),
        ])
    }
}
