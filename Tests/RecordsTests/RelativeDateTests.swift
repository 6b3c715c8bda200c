import JSON
import Records
import Testing

@Suite("Dates relative to the business date")
struct RelativeDateTests {
    func resolved(_ value: JSONValue, on day: String) throws -> JSONValue {
        try RelativeDates.resolved(value, on: date(day))
    }

    @Test(
        "a relative date is told on every business date",
        arguments: [
            (["monthsBefore": 2, "day": 12], "2026-11-22", "2026-09-12"),
            (["monthsBefore": 0, "day": 31], "2026-02-03", "2026-02-28"),
            (["monthsBefore": 0, "day": 31], "2028-02-03", "2028-02-29"),
            (["yearsBefore": 52, "monthsBefore": 4, "day": 14], "2026-03-31", "1973-11-14"),
            (["monthsAfter": 7, "day": 31], "2026-11-22", "2027-06-30"),
            (["daysBefore": 3], "2026-03-01", "2026-02-26"),
            (["monthsBefore": 2], "2026-01-31", "2025-11"),
        ] as [(JSONValue, String, String)])
    func told(value: JSONValue, day: String, expected: String) throws {
        #expect(try resolved(["a": [value]], on: day) == ["a": [.string(expected)]])
    }

    @Test(
        "a relative date that says too much, too little or something else is refused with its path",
        arguments: [
            ["monthsBefore": 2, "daysBefore": 1], ["monthsBefore": -1], ["monthsBefore": "2"],
            ["monthsBefore": 2, "day": 32], ["monthsBefore": 2, "hour": 3],
            ["daysBefore": 1, "day": 3], ["monthsBefore": 99999],
        ] as [JSONValue])
    func refused(value: JSONValue) throws {
        do {
            _ = try resolved(["drugs": [["date": value]]], on: "2026-11-22")
            Issue.record("was read")
        } catch let error as JSONError {
            guard case .unexpected(let path, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path.hasPrefix("$.drugs[0].date"))
        }
    }
}
