import Records
import Testing

@Suite("Dates, months and instants")
struct DateTests {
    @Test("every day from 1900 to 2100 comes back from its number, in order")
    func days() throws {
        let (first, last) = (try date("1900-01-01"), try date("2100-12-31"))
        var day = first
        let wrong = (first.dayNumber + 1...last.dayNumber).filter { number in
            let next = LocalDate(dayNumber: number)
            defer { day = next }
            return next <= day || next.dayNumber != number || LocalDate(next.description) != next
        }
        #expect(wrong.isEmpty)
        #expect(day == last)
    }

    @Test(
        "the ends of the calendar hold", arguments: [Int.min / 2, -800_000, 3_000_000, Int.max / 2])
    func ends(number: Int) {
        let day = LocalDate(dayNumber: number)
        #expect((1...9999).contains(day.year))
        #expect(LocalDate(day.description) == day)
    }

    @Test(
        "dates that do not exist are refused",
        arguments: [
            "2021-02-29", "1900-02-29", "2021-13-01", "2021-00-01", "2021-01-00", "2021-04-31",
            "0000-01-01", "2021-1-01", "2021/01/01", "2021-01-01 ", "+021-01-01", "２０２１-01-01", "",
        ])
    func noSuchDate(text: String) { #expect(LocalDate(text) == nil) }

    @Test(
        "29 February exists in leap years", arguments: ["2000-02-29", "2024-02-29", "2400-02-29"])
    func leap(text: String) { #expect(LocalDate(text) != nil) }

    @Test(
        "a birthday counts on its day",
        arguments: [
            ("1975-02-20", "2027-04-02", 52), ("1975-02-20", "2027-02-20", 52),
            ("1975-02-20", "2027-02-19", 51), ("2000-02-29", "2021-02-28", 20),
            ("2000-02-29", "2021-03-01", 21), ("2020-01-01", "2020-01-01", 0),
        ])
    func age(birth: String, day: String, years: Int) throws {
        #expect(try date(birth).age(on: date(day)) == years)
    }

    @Test("months are counted over years", arguments: [-25, -13, -12, -1, 0, 1, 11, 12, 25])
    func months(distance: Int) throws {
        let start = try month("2021-09")
        let other = start.adding(months: distance)
        #expect(other.adding(months: -distance) == start)
        #expect((other < start) == (distance < 0))
        #expect(YearMonth(other.description) == other)
    }

    @Test(
        "months that do not exist are refused", arguments: ["2021-13", "2021-00", "2021-9", "2021"])
    func noSuchMonth(text: String) { #expect(YearMonth(text) == nil) }

    @Test(
        "instants are RFC 3339 in UTC",
        arguments: [
            "1970-01-01T00:00:00Z", "2026-11-22T20:39:37Z", "2026-11-22T20:39:37.125Z",
            "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        ])
    func instant(text: String) throws {
        #expect(try #require(Instant(rfc3339: text)).rfc3339 == text)
    }

    @Test(
        "other forms of time are refused",
        arguments: [
            "2026-11-22 20:39:37Z", "2026-11-22T20:39:37", "2026-11-22T20:39:37+09:00",
            "2026-11-22T24:00:00Z", "2026-11-22T20:60:00Z", "2026-11-22T20:39:60Z",
            "2026-11-22T20:39:37.Z", "2026-11-22T20:39:37.1234Z", "2026-02-30T00:00:00Z", "Z",
        ])
    func badInstant(text: String) { #expect(Instant(rfc3339: text) == nil) }

    @Test("the date in Japan turns at 15:00 UTC")
    func japan() throws {
        let before = try #require(Instant(rfc3339: "2026-11-22T14:59:59.999Z"))
        #expect(before.dateInJapan == LocalDate("2026-11-22"))
        #expect(before.adding(seconds: 1).dateInJapan == LocalDate("2026-11-23"))
        #expect(Instant(milliseconds: -1).seconds == -1)
    }
}
