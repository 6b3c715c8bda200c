import Disclosures
import Records
import TestFolders
import Testing

@testable import AccessHistory

@Suite("What a reviewer looks at")
struct ReviewTests {
    let folder = TemporaryFolder()
    /// Monday, 2026-11-23, 10:00 in Japan.
    private let monday = Instant(seconds: 1_795_395_600)

    private func opening(
        _ patient: String, _ item: DisclosedItem = .drugs, hours: Double = 0,
        role: ActorRole = .clinician
    ) -> HistoryEvent {
        let scene = EventScene(
            place: Sample.place, timeQuality: .synchronised,
            actor: EventActor(id: "tanaka", role: role), patient: PatientReference(id: patient))
        var event = scene.event(.viewed, at: monday.adding(seconds: Int64(hours * 3600)))
        (event.item, event.purpose) = (item, .treatment)
        return event
    }

    private func booking(_ patient: String, hours: Double) -> HistoryEvent {
        var event = opening(patient, .qualification, hours: hours, role: .reception)
        event.note = bookingNote
        return event
    }

    private func review(_ store: HistoryStore) async throws -> [String: [ReviewReason]] {
        let review = try await store.review(
            from: monday.adding(seconds: -86_400), until: monday.adding(seconds: 10 * 86_400),
            hours: .usual)
        return Dictionary(
            uniqueKeysWithValues: review.openings.map {
                ($0.entry.event.note ?? $0.entry.event.patient?.id ?? "", $0.reasons)
            })
    }

    @Test("openings after hours and without a booking, and nothing else")
    func reasons() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        for event in [
            opening("at ten"), opening("at twenty", hours: 10), opening("at six", hours: -4),
            // Saturday is open, Sunday is not.
            opening("saturday", hours: 5 * 24), opening("sunday", hours: 6 * 24),
            opening("reception", .qualification, hours: 10),
            opening("patient", hours: 10, role: .patient),
        ] { _ = try await store.append(event) }
        let late: [ReviewReason] = [.afterHours]
        #expect(
            try await review(store) == ["at twenty": late, "at six": late, "sunday": late])
        #expect(
            try await store.review(
                from: monday, until: monday.adding(seconds: 60), hours: .usual
            ).knowsBookings == false)
        // Once bookings are asked for, who was on no list is told of too; nine days before is too long.
        _ = try await store.append(booking("at ten", hours: -24))
        _ = try await store.append(booking("saturday", hours: 5 * 24 - 9 * 24))
        let booked = try await review(store)
        #expect(
            booked == [
                "at twenty": [.afterHours, .withoutBooking],
                "at six": [.afterHours, .withoutBooking],
                "saturday": [.withoutBooking], "sunday": [.afterHours, .withoutBooking],
            ])
        try await store.close()
    }

    @Test("what was signed off is not listed again, and what came since is")
    func signOff() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        _ = try await store.append(opening("before", hours: 10))
        let list = try await store.review(
            from: monday, until: monday.adding(seconds: 86_400), hours: .usual)
        #expect(list.openings.count == 1 && list.signedOffThrough == nil)
        let word = ReviewSignOff(
            through: list.through, openingCount: list.openings.count, remark: "night duty")
        var event = Sample.event("x", at: monday)
        (event.kind, event.actor) = (
            .administratorAct, EventActor(id: "reviewer", role: .administrator)
        )
        (event.reason, event.note) = (ReviewSignOff.reason, word.note)
        #expect(ReviewSignOff(event) == word)
        _ = try await store.append(event)
        #expect(try await review(store).isEmpty)
        _ = try await store.append(opening("since", hours: 11))
        #expect(try await review(store) == ["since": [.afterHours]])
        let next = try await store.review(
            from: monday, until: monday.adding(seconds: 86_400), hours: .usual)
        #expect(next.signedOffBy == "reviewer" && next.signedOffThrough == list.through)
        try await store.close()
    }

    @Test(
        "hours are read as written",
        arguments: [
            ("08:30", 510), ("00:00", 0), ("24:00", 1440), ("24:01", nil), ("8:30", nil),
            ("08:60", nil), ("ab:cd", nil), ("", nil), ("08:30:00", nil), ("-1:00", nil),
        ] as [(String, Int?)])
    func minutes(text: String, minute: Int?) {
        #expect(OpeningHours.minute(text) == minute)
        if let minute { #expect(OpeningHours.text(minute) == text) }
    }
}
