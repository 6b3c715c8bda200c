/// A point in time with millisecond resolution: milliseconds since 1970-01-01T00:00:00Z, leap
/// seconds not counted. Written as RFC 3339 in UTC.
package struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since the epoch.
    package var milliseconds: Int64

    /// An instant from milliseconds since the epoch.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    /// An instant from whole seconds since the epoch.
    package init(seconds: Int64) { self.milliseconds = seconds * 1000 }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `seconds` later.
    package func adding(seconds: Int64) -> Instant {
        Instant(milliseconds: milliseconds + seconds * 1000)
    }

    /// The calendar date in Japan (UTC+9, no summer time).
    package var dateInJapan: LocalDate {
        LocalDate(dayNumber: Int((seconds + 9 * 3600).flooredDivision(by: 86_400)))
    }

    /// The time of day in Japan, `09:30`, for sentences.
    package var clockInJapan: String {
        let minute = Int((seconds + 9 * 3600).flooredDivision(by: 60) % (24 * 60))
        return padded(minute / 60, to: 2) + ":" + padded(minute % 60, to: 2)
    }

    /// The same time of day so many calendar months later in Japan; the last day of a shorter
    /// month where the day does not exist there.
    package func adding(months: Int) -> Instant {
        let date = dateInJapan
        let month = date.yearMonth.adding(months: months)
        let day = min(date.day, YearMonth.dayCount(year: month.year, month: month.month))
        let shifted = LocalDate(year: month.year, month: month.month, day: day) ?? date
        return adding(seconds: Int64(shifted.dayNumber - date.dayNumber) * 86_400)
    }
}

extension Instant {
    /// Reads `2026-11-22T20:39:37Z` or with one to three decimals; UTC only.
    package init?(rfc3339 text: some StringProtocol) {
        let octets = [UInt8](text.utf8)
        guard octets.count >= 20, octets.count <= 24, octets[10] == UInt8(ascii: "T"),
            octets[13] == UInt8(ascii: ":"), octets[16] == UInt8(ascii: ":"),
            octets.last == UInt8(ascii: "Z"),
            let date = LocalDate(String(decoding: octets[0..<10], as: UTF8.self)),
            let hour = decimal(octets[11..<13]), hour < 24,
            let minute = decimal(octets[14..<16]), minute < 60,
            let second = decimal(octets[17..<19]), second < 60
        else { return nil }
        var milliseconds = 0
        if octets.count > 20 {
            let decimals = octets[20..<octets.count - 1]
            guard octets[19] == UInt8(ascii: "."), !decimals.isEmpty,
                let value = decimal(decimals)
            else { return nil }
            milliseconds = [100, 10, 1][decimals.count - 1] * value
        }
        let seconds = date.dayNumber * 86_400 + hour * 3600 + minute * 60 + second
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(milliseconds))
    }

    /// RFC 3339 in UTC with three decimals, or none where the instant is a whole second.
    package var rfc3339: String {
        let day = LocalDate(dayNumber: Int(seconds.flooredDivision(by: 86_400)))
        let second = Int(seconds - Int64(day.dayNumber) * 86_400)
        let thousandth = Int(milliseconds - seconds * 1000)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(day.year, width: 4)
        for (separator, value) in [("-", day.month), ("-", day.day), ("T", second / 3600)]
            as [(Unicode.Scalar, Int)]
        {
            text.append(UInt8(ascii: separator))
            text.append(value, width: 2)
        }
        for value in [second / 60 % 60, second % 60] {
            text.append(UInt8(ascii: ":"))
            text.append(value, width: 2)
        }
        if thousandth != 0 {
            text.append(UInt8(ascii: "."))
            text.append(thousandth, width: 3)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends a number's decimal digits with leading zeros.
    fileprivate mutating func append(_ value: Int, width: Int) {
        var divisor = width == 4 ? 1000 : width == 3 ? 100 : 10
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

extension Instant: CustomStringConvertible {
    package var description: String { rfc3339 }
}

extension FixedWidthInteger where Self: SignedInteger {
    /// The quotient rounded towards minus infinity.
    package func flooredDivision(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}

/// Digits only, at most nine of them.
func decimal(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...9).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}

/// A number with leading zeros.
func padded(_ value: Int, to width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
