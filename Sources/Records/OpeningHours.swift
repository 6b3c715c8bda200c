/// When an institution is open, by the clock in Japan. What is opened outside is looked at by a reviewer.
package struct OpeningHours: Hashable, Sendable {
    /// The first minute of the day, and the first after it.
    package var opens: Int
    package var closes: Int
    /// The days of the week on which it is closed; 0 is Sunday.
    package var closedDays: Set<Int>

    /// The words for the days of the week, Sunday first.
    package static let dayWords = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    /// Seven to nineteen o'clock, but on Sundays.
    package static let usual = OpeningHours(opens: 7 * 60, closes: 19 * 60, closedDays: [0])

    /// Hours.
    package init(opens: Int, closes: Int, closedDays: Set<Int>) {
        (self.opens, self.closes, self.closedDays) = (opens, closes, closedDays)
    }

    /// Whether it is open at an instant.
    package func hold(_ instant: Instant) -> Bool {
        let date = instant.dateInJapan
        // 1970-01-01 was a Thursday.
        let weekday = ((date.dayNumber + 4) % 7 + 7) % 7
        let clock = instant.clockInJapan.split(separator: ":").compactMap { Int($0) }
        let minute = clock[0] * 60 + clock[1]
        return !closedDays.contains(weekday) && (opens..<closes).contains(minute)
    }

    /// Reads `08:30`, in minutes; nothing if it is no time of a day. `24:00` ends one.
    package static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour),
            (0..<60).contains(minute), hour < 24 || minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    /// Writes minutes as `08:30`.
    package static func text(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
