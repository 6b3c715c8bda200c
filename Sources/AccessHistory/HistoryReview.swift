package import Disclosures
internal import JSON
internal import Octets
package import Records

/// Why an opening is put before a reviewer.
package enum ReviewReason: String, Hashable, Sendable, CaseIterable {
    /// The institution was closed.
    case afterHours
    /// The patient was on no list of bookings in the days before, though lists are asked for here.
    case withoutBooking
}

/// A record that staff opened, and why somebody should look at that.
package struct ReviewedOpening: Hashable, Sendable {
    /// The entry.
    package var entry: HistoryEntry
    /// Why; never empty.
    package var reasons: [ReviewReason]
}

/// What a reviewer has to look at.
package struct HistoryReview: Hashable, Sendable {
    /// The openings, oldest first.
    package var openings: [ReviewedOpening] = []
    /// Whether there were more than are listed: then a sign-off goes only as far as these.
    package var isCut = false
    /// The last entry that this list knows of: how far a sign-off of it goes.
    package var through: UInt64 = 0
    /// How far the last sign-off went, and whose it was.
    package var signedOffThrough: UInt64?
    package var signedOffBy: String?
    /// Whether bookings are asked for here at all; if not, nothing is told of them.
    package var knowsBookings = false
}

/// A reviewer's word that what came before an entry was looked at.
package struct ReviewSignOff: Hashable, Sendable {
    /// The reason of the entry that holds one.
    package static let reason = "reviewSignedOff"
    /// The longest remark, in octets.
    package static let longestRemarkOctetCount = 1024

    /// The last entry that was looked at.
    package var through: UInt64
    /// How many openings stood there to be looked at.
    package var openingCount: Int
    /// What the reviewer says of them.
    package var remark: String?

    /// A sign-off.
    package init(through: UInt64, openingCount: Int, remark: String?) {
        (self.through, self.openingCount, self.remark) = (through, openingCount, remark)
    }

    /// What the entry's note says.
    package var note: String {
        JSONValue.object(present: [
            ("openings", JSONValue(openingCount)), ("remark", remark.map(JSONValue.string)),
            ("through", .integer(Int64(clamping: through))),
        ]).canonicalText
    }

    /// Reads an entry's sign-off; nothing where it holds none.
    package init?(_ event: HistoryEvent) {
        guard event.kind == .administratorAct, event.reason == Self.reason,
            let note = event.note, let value = try? JSONValue(parsing: Array(note.utf8)),
            let through = value["through"]?.integerValue.flatMap({ UInt64(exactly: $0) }),
            let count = value["openings"]?.integerValue.flatMap({ Int(exactly: $0) })
        else { return nil }
        self.init(through: through, openingCount: count, remark: value["remark"]?.stringValue)
    }
}

/// The note of the entries that tell of a person found by a list of bookings.
package let bookingNote = "results of a batch"

extension HistoryStore {
    /// What a reviewer has to look at: the records that staff opened from an instant on, after the last
    /// sign-off, outside the opening hours or without a booking in the days before. Whoever asks
    /// records that they did.
    package nonisolated func review(
        from start: Instant, until end: Instant, hours: OpeningHours
    ) async throws(HistoryError) -> HistoryReview {
        let archive = await archive()
        return try await reading { () throws(HistoryError) in
            try archive.review(from: start, until: end, hours: hours)
        }
    }
}

extension HistoryArchive {
    /// How long a booking goes before the visit it is for, at most.
    private static let bookingDays = 8
    /// The most openings that are listed at once.
    private static let mostOpenings = 1000
    /// The most entries that are looked at for a list.
    private static let mostEntries = 200_000

    func review(
        from start: Instant, until end: Instant, hours: OpeningHours
    ) throws(HistoryError) -> HistoryReview {
        var review = HistoryReview(through: size > 0 ? size - 1 : 0)
        let signOff = try lastSignOff()
        (review.signedOffThrough, review.signedOffBy) = (
            signOff?.signOff.through, signOff?.entry.event.actor.id
        )
        var query = HistoryQuery()
        query.kinds = [.disclosure, .viewed]
        query.from = start.adding(seconds: -Int64(Self.bookingDays) * 86_400)
        (query.until, query.limit) = (end, Self.mostEntries)
        var bookings: [String: [Instant]] = [:]
        let entries = try events(matching: query)
        for event in entries.lazy.map(\.event) where event.isBooking {
            review.knowsBookings = true
            if let id = event.patient?.id { bookings[id, default: []].append(event.time) }
        }
        for entry in entries {
            let event = entry.event
            guard event.isStaffOpening, event.time >= start,
                entry.index > review.signedOffThrough ?? 0 || review.signedOffThrough == nil
            else { continue }
            var reasons: [ReviewReason] = []
            if !hours.hold(event.time) { reasons.append(.afterHours) }
            let earliest = event.time.adding(seconds: -Int64(Self.bookingDays) * 86_400)
            let isBooked = bookings[event.patient?.id ?? ""]?.contains { $0 >= earliest } ?? false
            if review.knowsBookings, !isBooked { reasons.append(.withoutBooking) }
            guard !reasons.isEmpty else { continue }
            guard review.openings.count < Self.mostOpenings else {
                (review.isCut, review.through) = (true, entry.index - 1)
                break
            }
            review.openings.append(ReviewedOpening(entry: entry, reasons: reasons))
        }
        return review
    }

    /// The sign-off that was made last.
    private func lastSignOff() throws(HistoryError) -> (
        entry: HistoryEntry, signOff: ReviewSignOff
    )? {
        var query = HistoryQuery()
        query.kinds = [.administratorAct]
        return try events(matching: query).reversed().lazy
            .compactMap { entry in ReviewSignOff(entry.event).map { (entry, $0) } }.first
    }
}

extension HistoryEvent {
    /// Whether staff saw a patient's records by it.
    fileprivate var isStaffOpening: Bool {
        let isRecord = item == .drugs || item == .checkups
        return isRecord && act != .portal && purpose == .treatment
            && (actor.role == .clinician || actor.role == .reception)
    }

    fileprivate var isBooking: Bool {
        kind == .viewed && item == .qualification
            && (note?.utf8.elementsEqual(bookingNote.utf8) ?? false)
    }
}
