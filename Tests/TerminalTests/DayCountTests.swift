import Disclosures
import Records
import Testing

@testable import Terminal

@Suite("What is counted of a day")
struct DayCountTests {
    private let noon = Instant(seconds: 1_795_400_000)

    private func event(_ kind: EventKind, _ outcome: EventOutcome, at time: Instant) -> HistoryEvent
    {
        var event = HistoryEvent(
            kind, at: time, timeQuality: .synchronised,
            place: TerminalPlace(institution: "1310000003", terminal: "desk-1"), actor: .patient)
        event.outcome = outcome
        if kind == .outcome { event.act = .checkIn }
        return event
    }

    @Test("check-ins by outcome, failed proofs and locks; another day begins anew")
    func days() {
        let meters = Meters()
        meters.count(
            [
                (event(.outcome, .succeeded, at: noon), index: 1),
                (event(.outcome, .problem, at: noon), index: 2),
                (event(.proof, .failed, at: noon), index: 3),
                (event(.proof, .locked, at: noon), index: 4),
                (event(.proof, .succeeded, at: noon), index: 5),
            ], took: .zero)
        #expect(meters.reading.day?.checkIns == ["succeeded": 1, "problem": 1])
        #expect(meters.reading.day?.failedProofs == 1)
        #expect(meters.reading.day?.lockouts == 1)
        let tomorrow = noon.adding(seconds: 86_400)
        meters.count([(event(.outcome, .succeeded, at: tomorrow), index: 6)], took: .zero)
        #expect(meters.reading.day?.date == tomorrow.dateInJapan)
        #expect(meters.reading.day?.checkIns == ["succeeded": 1])
        #expect(meters.reading.day?.lockouts == 0)
    }

    @Test("what the history tells of the day before this start is added, and of no other day")
    func restored() {
        let meters = Meters()
        meters.count([(event(.outcome, .succeeded, at: noon), index: 9)], took: .zero)
        let before = noon.adding(seconds: -60)
        meters.restore(
            [
                event(.outcome, .succeeded, at: before),
                event(.outcome, .succeeded, at: noon.adding(seconds: -86_400)),
                event(.proof, .locked, at: before),
            ], of: noon.dateInJapan)
        #expect(meters.reading.day?.checkIns == ["succeeded": 2])
        #expect(meters.reading.day?.lockouts == 1)
    }

    @Test("a day that is over by then is not restored")
    func over() {
        let meters = Meters()
        let tomorrow = noon.adding(seconds: 86_400)
        meters.count([(event(.outcome, .succeeded, at: tomorrow), index: 1)], took: .zero)
        meters.restore([event(.outcome, .succeeded, at: noon)], of: noon.dateInJapan)
        #expect(meters.reading.day?.date == tomorrow.dateInJapan)
        #expect(meters.reading.day?.checkIns == ["succeeded": 1])
    }
}
