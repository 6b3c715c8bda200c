package import Disclosures
package import Records

/// What one day in Japan held, in numbers: nobody's name, nobody's data.
package struct DayStatistics: Hashable, Sendable {
    /// The day.
    package var day: LocalDate
    /// Check-ins that were answered.
    package var checkIns = 0
    /// Proofs that failed, and those that found or left the card locked.
    package var failedProofs = 0
    /// Records shown to staff, by item.
    package var disclosures: [DisclosedItem: Int] = [:]
    /// Data shown to the patient themselves.
    package var ownViews = 0
    /// Consents refused and withdrawn.
    package var refusals = 0
    /// Intents of which nobody knows what became.
    package var unknownOutcomes = 0
    /// Readings of the history, exports among them.
    package var historyReads = 0
    /// Exports in clear.
    package var exports = 0
    /// Acts of administrators.
    package var administratorActs = 0
    /// All entries.
    package var entries = 0

    /// A day without entries.
    package init(_ day: LocalDate) { self.day = day }

    /// Counts an event of the day.
    package mutating func count(_ event: HistoryEvent) {
        entries += 1
        let isOwn = event.act == .portal || event.purpose == .ownAccess
        switch event.kind {
        case .outcome where event.outcome == .unknown: unknownOutcomes += 1
        case .outcome where event.act == .checkIn && event.outcome == .succeeded: checkIns += 1
        case .proof where event.outcome != .succeeded: failedProofs += 1
        case .disclosure where isOwn, .viewed where isOwn: ownViews += 1
        case .disclosure, .viewed:
            if let item = event.item { disclosures[item, default: 0] += 1 }
        case .consentRefused, .consentWithdrawn: refusals += 1
        case .historyRead:
            historyReads += 1
            if event.reason == "export" { exports += 1 }
        case .administratorAct: administratorActs += 1
        case .outcome, .proof, .cardRefused, .sessionEnded, .intent, .consentGiven,
            .identityCompared, .checkInClosed, .storeOpened, .storeCut, .storeClosed,
            .clockStepped:
            break
        }
    }
}

extension HistoryArchive {
    /// The days on which a query finds anything, oldest first; its limit does not count here.
    func statistics(matching query: HistoryQuery) throws(HistoryError) -> [DayStatistics] {
        let known = try byIndex { (index) throws(IndexFailure) in
            var days: [LocalDate: DayStatistics] = [:]
            try index.search(query, in: self) { entry in
                let day = entry.event.time.dateInJapan
                days[day, default: DayStatistics(day)].count(entry.event)
                return true
            }
            return days
        }
        if let known { return known.values.sorted { $0.day < $1.day } }
        let cards = try cards(of: query.patient)
        var days: [LocalDate: DayStatistics] = [:]
        try forEachEvent(from: 0) { entry in
            guard query.matches(entry.event, cards: cards) else { return }
            let day = entry.event.time.dateInJapan
            days[day, default: DayStatistics(day)].count(entry.event)
        }
        return days.values.sorted { $0.day < $1.day }
    }
}
