package import JSON

/// The medicines of a person as answered (薬剤情報): raw rows; days, numbers and totals are
/// computed from them (`months`, `totals`).
package struct DrugRecord: Hashable, Sendable, PersonalData {
    /// The newest month published when the answer was made (…までに調剤された); nothing before
    /// the first publication.
    package var publishedTo: YearMonth?
    /// The months shown (表示期間): those asked for, as far as they are published and within the
    /// look-back; nothing if none is.
    package var period: MonthRange?
    /// What was dispensed in these months, newest first.
    package var dispensings: [Dispensing]

    /// An answer.
    package init(publishedTo: YearMonth?, period: MonthRange?, dispensings: [Dispensing]) {
        (self.publishedTo, self.period) = (publishedTo, period)
        self.dispensings = dispensings
    }

    /// What an institution may see: everything but what the patient paid and could save.
    package var forInstitution: DrugRecord {
        var record = self
        for (dispensing, drugs) in dispensings.map(\.drugs).enumerated() {
            for line in drugs.indices {
                record.dispensings[dispensing].drugs[line].copaymentYen = nil
                record.dispensings[dispensing].drugs[line].savingYen = nil
            }
        }
        return record
    }
}

extension DrugRecord: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        publishedTo = try fields.optionalMonth("publishedTo")
        period = try fields.optionalRecord("period")
        dispensings = try fields.records("dispensings", maximum: 20_000)
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("publishedTo", publishedTo.map { JSONValue($0) }), ("period", period?.json),
            ("dispensings", JSONValue(dispensings)),
        ])
    }
}
