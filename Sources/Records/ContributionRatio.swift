/// What part of the cost the person pays, as three digits of percent (負担割合).
package enum ContributionRatio: String, CaseIterable, Hashable, Sendable {
    case tenPercent = "010"
    case twentyPercent = "020"
    case thirtyPercent = "030"

    /// The share in percent.
    package var percent: Int {
        switch self {
        case .tenPercent: 10
        case .twentyPercent: 20
        case .thirtyPercent: 30
        }
    }

    /// As printed: `3割`.
    package var japanese: String { "\(percent / 10)割" }
}

extension Entitlement {
    /// What part of the cost the person pays on a date: what the insurer sent; below the age of 70
    /// nothing is sent and the law says it (2割 until the 31 March after the sixth birthday, then
    /// 3割). Nothing from 70 on where the insurer sent none: shown as "not provided", never as 0.
    package func ratio(on date: LocalDate) -> ContributionRatio? {
        if let sent = elderlyRecipient?.ratio ?? contributionRatio { return sent }
        let age = holder.age(on: date)
        if age >= 70 { return nil }
        return preschool != nil || holder.isBelowSchoolAge(on: date)
            ? .twentyPercent : .thirtyPercent
    }
}

extension PersonIdentity {
    /// Below school age (義務教育就学前): until the 31 March after the sixth birthday. The law
    /// completes a year of life on the eve of the birthday, so somebody born on 1 April starts
    /// school with those born before (学校教育法第17条).
    package func isBelowSchoolAge(on date: LocalDate) -> Bool {
        let sixOn = LocalDate(
            year: birthDate.year + 6, month: birthDate.month, day: min(birthDate.day, 28))
        guard let eve = sixOn?.adding(days: -1) else { return false }
        let lastYear = eve.month < 4 ? eve.year : eve.year + 1
        guard let end = LocalDate(year: lastYear, month: 3, day: 31) else { return false }
        return date <= end
    }
}
