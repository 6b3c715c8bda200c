package import Disclosures
import Octets
import Records

/// A history that keeps nothing, for tests that ask what an answer holds.
package struct OpenLedger: DisclosureLedger {
    package init() {}

    package func makeDurable(_ event: HistoryEvent) async -> UInt64? { 0 }
}

extension Withheld {
    /// What is withheld, under a disclosure of its own in a history that keeps nothing.
    package func shown(_ item: DisclosedItem) async -> Content? {
        let scene = EventScene(
            place: TerminalPlace(institution: "1310000003", terminal: "desk-1"),
            timeQuality: .unknown, actor: EventActor(id: "doctor", role: .clinician))
        var event = scene.event(.disclosure, at: Instant(seconds: 0))
        (event.item, event.answerDigest) = (item, answerDigest)
        guard let receipt = await OpenLedger().disclose(event) else { return nil }
        return release(under: receipt, checkIn: nil, item: item, to: "doctor")
    }
}
