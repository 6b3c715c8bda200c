package import JSON

/// Months from first to last, both included (期間).
package struct MonthRange: Hashable, Sendable {
    /// The first month.
    package let first: YearMonth
    /// The last month, not before the first.
    package let last: YearMonth

    /// A range; nothing where the last month lies before the first.
    package init?(_ first: YearMonth, _ last: YearMonth) {
        guard first <= last else { return nil }
        (self.first, self.last) = (first, last)
    }

    /// Whether the month lies within.
    package func contains(_ month: YearMonth) -> Bool { first <= month && month <= last }

    /// What both ranges share; nothing where they don't meet.
    package func clamped(to other: MonthRange) -> MonthRange? {
        MonthRange(max(first, other.first), min(last, other.last))
    }
}

extension MonthRange: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        let (first, last) = (try fields.month("first"), try fields.month("last"))
        try fields.finish()
        guard let range = MonthRange(first, last) else {
            throw .unexpected(path: path, reason: "must not end before it begins")
        }
        self = range
    }

    package var json: JSONValue { ["first": JSONValue(first), "last": JSONValue(last)] }
}
