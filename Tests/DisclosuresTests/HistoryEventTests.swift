import JSON
import Octets
import Records
import Testing

@testable import Disclosures

@Suite("Events of the access history")
struct HistoryEventTests {
    static let scene = EventScene(
        place: TerminalPlace(institution: "1310000000", terminal: "desk-1"),
        timeQuality: .synchronised, actor: .patient,
        patient: PatientReference(card: CardReference(code: digest(7))),
        cardSession: "01931f0e-0000-7000-8000-000000000001")
    static let noon = Instant(milliseconds: 1_795_348_800_250)

    static func digest(_ octet: UInt8) -> SHA256Digest {
        guard let digest = SHA256Digest([UInt8](repeating: octet, count: 32)) else {
            preconditionFailure("32 octets are a digest")
        }
        return digest
    }

    static var intent: HistoryEvent {
        scene.intent(
            .checkIn, item: .qualification, purpose: .treatment, way: .pin,
            requestID: "01931f0e-0000-7000-8000-000000000002",
            statement: SignedStatement(octets: [1, 2], signature: [3], certificate: [4, 5, 6]),
            at: noon)
    }

    static var all: [HistoryEvent] {
        var opened = HistoryEvent(
            .storeCut, at: noon, timeQuality: .unknown, place: scene.place,
            actor: EventActor(id: "madoguchid", role: .system))
        opened.store = StoreNote()
        opened.store?.software = "madoguchid 1"
        opened.store?.wasStoppedCleanly = false
        opened.store?.wasHeadRebuilt = true
        opened.store?.segment = "000000000000-2026-11.segment"
        opened.store?.offset = 4096
        opened.store?.octetCount = 96
        opened.store?.digest = digest(9)
        return [
            scene.cardRefused(reason: "foreignAuthority", at: noon),
            scene.sessionEnded(reason: "cardPulled", at: noon),
            scene.proof(.pin, .failed, reason: "wrongPIN", triesLeft: 2, at: noon),
            scene.proof(.pin, .locked, triesLeft: 0, at: noon),
            scene.proof(.face(matcher: "stub", scorePerMille: 912), .succeeded, at: noon),
            scene.consent(
                to: .drugs, ConsentNote(.given, until: noon.adding(seconds: 86_400)), at: noon),
            scene.consent(to: .checkups, ConsentNote(.refused), at: noon),
            intent,
            scene.intent(
                .checkIn, item: .qualification, purpose: .treatment,
                way: .visualCheck(staff: "sato"), requestID: "r",
                statement: SignedStatement(
                    octets: [1], signature: [3], certificate: [4], terminalKey: [5, 6]), at: noon),
            intent.outcome(
                ofIntentAt: 12, .succeeded, patientID: "p-1",
                answer: SignedAnswer(octets: [7], signature: [8]), answerDigest: digest(1),
                checkIn: "c-1", at: noon),
            scene.intent(
                .openRecords, item: .drugs, purpose: .treatment,
                way: .visualCheck(staff: "sato"),
                consent: ConsentNote(.given, until: noon, grant: "g"), requestID: "r", at: noon
            ).disclosure(ofIntentAt: 13, answerDigest: digest(2), recipient: "desk", at: noon),
            opened,
        ]
    }

    @Test("an event comes back from its octets as it was", arguments: all)
    func roundTrip(event: HistoryEvent) throws {
        #expect(try HistoryEvent(octets: event.encoded()) == event)
    }

    @Test("the written form is canonical JSON, exactly this")
    func golden() throws {
        let text = String(decoding: try Self.intent.encoded(), as: UTF8.self)
        #expect(
            text == """
                {"act":"checkIn","actor":{"id":"patient","role":"patient"},\
                "cardSession":"01931f0e-0000-7000-8000-000000000001",\
                "institution":"1310000000","item":"qualification","kind":"intent",\
                "patient":{"card":"\(String(repeating: "07", count: 32))"},\
                "purpose":"treatment","requestID":"01931f0e-0000-7000-8000-000000000002",\
                "statement":{"bytes":"AQI=","certificate":"BAUG","signature":"Aw=="},\
                "terminal":"desk-1","time":"2026-11-22T12:00:00.250Z",\
                "timeQuality":"synchronised","version":1,"way":{"kind":"pin"}}
                """)
    }

    @Test("what closes an intent keeps its scene, names it, and drops the statement")
    func closing() {
        let outcome = Self.intent.outcome(
            ofIntentAt: 5, .succeeded, patientID: "p-9", at: Self.noon)
        #expect(outcome.kind == .outcome && outcome.intentIndex == 5)
        #expect(outcome.statement == nil && outcome.requestID == Self.intent.requestID)
        #expect(outcome.patient?.id == "p-9")
        #expect(outcome.patient?.card == Self.intent.patient?.card)
        #expect(outcome.isDisclosure && !Self.intent.isDisclosure)
    }

    @Test(
        "an unknown field, word, version or another spelling is refused",
        arguments: [
            (#""version":1"#, #""version":2"#), (#""version":1"#, #""version":1,"x":1"#),
            (#""kind":"intent""#, #""kind":"hint""#), (#""way":{"kind":"pin"}"#, #""way":{}"#),
            (#""version":1"#, #""version": 1"#), ("1310000000", "13100000000"),
            ("1310000000", "131000000x"), (".250Z", ".25Z"), ("BAUG", "BAUH="),
            (#""terminal":"desk-1""#, #""terminal":"""#),
            (#""terminal":"desk-1""#, #""terminal":"a\nb""#),
            (#""patient":{"card":"#, #""patient":{"cord":"#),
            (#""act":"checkIn","#, #""act":null,"#),
        ])
    func refused(part: String, other: String) throws {
        let text = String(decoding: try Self.intent.encoded(), as: UTF8.self)
        let start = try #require(text.range(of: part))
        let changed = text.replacingCharacters(in: start, with: other)
        #expect(throws: DisclosureError.self) { try HistoryEvent(octets: Array(changed.utf8)) }
    }

    @Test("an event that would be too long is refused when it is written, and when it is read")
    func tooLarge() {
        var event = Self.intent
        event.statement?.octets = [UInt8](repeating: 1, count: 30_000)
        #expect(throws: DisclosureError.self) { try event.encoded() }
        #expect(throws: DisclosureError.tooLarge(octets: 40_000)) {
            try HistoryEvent(octets: [UInt8](repeating: 0x20, count: 40_000))
        }
    }

    @Test("no prefix of an event is an event")
    func prefixes() throws {
        let octets = try Self.intent.encoded()
        for count in 0..<octets.count {
            #expect(throws: DisclosureError.self) {
                try HistoryEvent(octets: Array(octets[..<count]))
            }
        }
    }

    @Test("an event prints what happened and nothing about whom")
    func redacted() {
        #expect("\(Self.intent)" == "HistoryEvent(intent)")
        var text = ""
        dump(Self.intent, to: &text)
        #expect(!text.contains("desk-1"))
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? {
        indices.lazy.compactMap { start in
            self[start...].hasPrefix(part)
                ? start..<self.index(start, offsetBy: part.count) : nil
        }.first
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String
    { self[..<range.lowerBound] + text + self[range.upperBound...] }
}
