package import JSON

/// Dates that a people file names by their distance from the business date, so that a person is
/// always as old and as recently treated as the story says:
///
///     {"monthsBefore": 2, "day": 12}                     the 12th of the month before last
///     {"yearsBefore": 52, "monthsBefore": 4, "day": 14}  a birth date
///     {"monthsBefore": 2}                                that month, where a month is due
///     {"monthsAfter": 7, "day": 31}                      an end of validity
///     {"daysBefore": 3}                                  three days ago
///
/// A day that the month does not have becomes the month's last.
package enum RelativeDates {
    /// The value with every relative date in it replaced by the date or month it means on
    /// `businessDate`.
    package static func resolved(
        _ value: JSONValue, on businessDate: LocalDate, at path: String = "$"
    ) throws(JSONError) -> JSONValue {
        switch value {
        case .null, .bool, .integer, .decimal, .string: return value
        case .array(let elements):
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                result.append(try resolved(element, on: businessDate, at: "\(path)[\(index)]"))
            }
            return .array(result)
        case .object(let fields):
            if fields.keys.contains(where: names.contains) {
                return .string(try text(value, on: businessDate, at: path))
            }
            var result: [String: JSONValue] = [:]
            for (key, field) in fields {
                result[key] = try resolved(field, on: businessDate, at: "\(path).\(key)")
            }
            return .object(result)
        }
    }

    private static let names: Set = ["yearsBefore", "monthsBefore", "monthsAfter", "daysBefore"]

    private static func text(
        _ value: JSONValue, on businessDate: LocalDate, at path: String
    ) throws(JSONError) -> String {
        var fields = try JSONFields(value, at: path)
        let years = try fields.optionalInteger("yearsBefore", in: 0...150)
        let before = try fields.optionalInteger("monthsBefore", in: 0...2400)
        let after = try fields.optionalInteger("monthsAfter", in: 0...2400)
        let days = try fields.optionalInteger("daysBefore", in: 0...60_000)
        let day = try fields.optionalInteger("day", in: 1...31)
        try fields.finish()
        if let days {
            guard years == nil, before == nil, after == nil, day == nil else {
                throw .unexpected(path: path, reason: "daysBefore stands alone")
            }
            return businessDate.adding(days: -days).description
        }
        let month = businessDate.yearMonth.adding(
            months: (after ?? 0) - (before ?? 0) - 12 * (years ?? 0))
        guard let day else { return month.description }
        let last = YearMonth.dayCount(year: month.year, month: month.month)
        return "\(month)-\(padded(min(day, last), to: 2))"
    }
}
