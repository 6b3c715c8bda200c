import Octets
import Records
import Testing

@testable import Disclosures

@Suite("What is withheld, and the receipt that releases it")
struct DisclosureReceiptTests {
    private struct Ledger: DisclosureLedger {
        var index: UInt64?
        func makeDurable(_ event: HistoryEvent) async -> UInt64? { index }
    }

    private let digest = SHA256Digest([UInt8](repeating: 1, count: 32))
    private let other = SHA256Digest([UInt8](repeating: 2, count: 32))

    private func event(
        _ kind: EventKind = .disclosure, checkIn: String? = "c-1", item: DisclosedItem? = .drugs,
        recipient: String? = "doctor", digest: SHA256Digest?
    ) -> HistoryEvent {
        let scene = EventScene(
            place: TerminalPlace(institution: "1310000003", terminal: "desk-1"),
            timeQuality: .unknown, actor: .patient, checkIn: checkIn)
        var event = scene.event(kind, at: Instant(seconds: 0))
        (event.item, event.recipient, event.answerDigest) = (item, recipient, digest)
        return event
    }

    @Test("its own receipt releases it; another's of any field does not")
    func own() async throws {
        let withheld = Withheld("record", answerDigest: try #require(digest))
        func shown(_ event: HistoryEvent) async -> String? {
            guard let receipt = await Ledger(index: 7).disclose(event) else { return nil }
            #expect(receipt.index == 7)
            return withheld.release(under: receipt, checkIn: "c-1", item: .drugs, to: "doctor")
        }
        #expect(await shown(event(digest: digest)) == "record")
        #expect(await shown(event(.viewed, digest: digest)) == "record")
        #expect(await shown(event(digest: other)) == nil)
        #expect(await shown(event(checkIn: "c-2", digest: digest)) == nil)
        #expect(await shown(event(checkIn: nil, digest: digest)) == nil)
        #expect(await shown(event(item: .checkups, digest: digest)) == nil)
        #expect(await shown(event(recipient: "nurse", digest: digest)) == nil)
        #expect(await shown(event(recipient: nil, digest: digest)) == nil)
        let own = event(checkIn: nil, recipient: nil, digest: digest)
        let receipt = try #require(await Ledger(index: 8).disclose(own))
        #expect(
            withheld.map { $0.count }.release(
                under: receipt, checkIn: nil, item: .drugs, to: "patient") == 6)
    }

    @Test("no receipt before the entry is durable, and none for what discloses nothing")
    func none() async {
        #expect(await Ledger(index: nil).disclose(event(digest: digest)) == nil)
        for kind in EventKind.allCases where kind != .disclosure && kind != .viewed {
            #expect(await Ledger(index: 1).disclose(event(kind, digest: digest)) == nil)
        }
        #expect(await Ledger(index: 1).disclose(event(digest: nil)) == nil)
        #expect(await Ledger(index: 1).disclose(event(item: nil, digest: digest)) == nil)
    }

    @Test("what is withheld is not told by printing it")
    func silent() throws {
        let withheld = Withheld("薬師 太郎", answerDigest: try #require(digest))
        var dumped = ""
        dump(withheld, to: &dumped)
        for text in ["\(withheld)", String(reflecting: withheld), dumped] {
            #expect(!text.contains("薬師"), "\(text)")
        }
    }
}
