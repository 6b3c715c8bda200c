import Disclosures
import JSON
import Octets
import Records
import Testing

@testable import HistoryExports

@Suite("Entries in other people's forms")
struct ExportFormTests {
    static let place = TerminalPlace(institution: "1310000000", terminal: "desk-1")
    static let time = Instant(milliseconds: 1_795_348_800_123)

    static func scene(_ role: ActorRole = .clinician) -> EventScene {
        EventScene(
            place: place, timeQuality: .synchronised,
            actor: EventActor(id: "dr, \"A\"", role: role),
            patient: PatientReference(
                id: "p-1",
                card: SHA256Digest([UInt8](repeating: 3, count: 32)).map(CardReference.init)),
            cardSession: "s-1")
    }

    static func digest(_ octet: UInt8) throws -> SHA256Digest {
        try #require(SHA256Digest([UInt8](repeating: octet, count: 32)))
    }

    static func intent() -> HistoryEvent {
        scene().intent(
            .openRecords, item: .drugs, purpose: .treatment, way: .pin, requestID: "r-1",
            statement: SignedStatement(
                octets: [UInt8](repeating: 7, count: 20_000), signature: [1], certificate: [2]),
            at: time)
    }

    static func disclosure() throws -> HistoryEvent {
        var event = intent().disclosure(
            ofIntentAt: 4, answerDigest: try digest(1), recipient: "=cmd|x", at: time)
        event.note = "一行\"二\\三"
        return event
    }

    static func entry(_ event: HistoryEvent?, index: UInt64 = 5) throws -> ExportedEntry {
        let leaf = [1] + [UInt8](repeating: 9, count: 68)
        return ExportedEntry(
            origin: place.logOrigin(), index: index, leaf: leaf,
            leafHash: try digest(6),
            opened: try event.map {
                .init(
                    salt: [UInt8](repeating: 8, count: 32), octets: try $0.encoded(), event: $0)
            })
    }

    private func text(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }

    /// An event of every kind, with every outcome that kind may have.
    static func all() throws -> [ExportedEntry] {
        var entries: [ExportedEntry] = []
        for kind in EventKind.allCases {
            for outcome in [nil] + EventOutcome.allCases.map(Optional.some) {
                var event = scene().event(kind, at: time)
                event.outcome = outcome
                entries.append(try entry(event, index: UInt64(entries.count)))
            }
        }
        return entries
    }

    // MARK: CSV

    @Test("CSV: a heading, quoted fields, no formula, nothing of what cannot be opened")
    func csv() throws {
        let export = CSVExport()
        #expect(text(export.beginning).hasPrefix("index,time,timeQuality,kind,"))
        let line = text(export.octets(of: try Self.entry(Self.disclosure())))
        #expect(line.hasSuffix("\r\n") && !line.dropLast(2).contains("\n"))
        #expect(
            line.hasPrefix("5,2026-11-22T12:00:00.123Z,synchronised,disclosure,openRecords,drugs,"))
        #expect(line.contains(",\"dr, \"\"A\"\"\",clinician,p-1,"))
        #expect(line.contains(",'=cmd|x,"))
        #expect(line.contains(",\"一行\"\"二\\三\"\r\n"))
        #expect(try export.octets(of: Self.entry(nil)).isEmpty)
        for entry in try Self.all() {
            let fields = text(export.octets(of: entry))
                .replacing("\"dr, \"\"A\"\"\"", with: "dr").split(
                    separator: ",", omittingEmptySubsequences: false)
            #expect(fields.count == CSVExport.columns.count)
        }
    }

    // MARK: Syslog

    @Test("RFC 5424: one line under 8 KiB, its head in order, without what was signed")
    func syslog() throws {
        let export = SyslogExport()
        let line = text(export.octets(of: try Self.entry(Self.intent())))
        let hash = try Self.entry(nil).leafHash.hex
        #expect(
            line.hasPrefix(
                "<109>1 2026-11-22T12:00:00.123Z 1310000000-desk-1 madoguchi - intent "
                    + "[madoguchi@32473 origin=\"madoguchi/1310000000/desk-1\" index=\"5\" "
                    + "leafHash=\"\(hash)\"] \u{FEFF}{\"act\":\"openRecords\","))
        #expect(!line.contains("statement") && line.hasSuffix("}\n"))
        var longest = try Self.disclosure()
        longest.note = String(repeating: "長", count: 682)
        longest.reason = String(repeating: "r", count: 256)
        longest.recipient = String(repeating: "\"", count: 128)
        for entry in try Self.all() + [Self.entry(longest), Self.entry(Self.intent())] {
            let octets = export.octets(of: entry)
            #expect(octets.count <= SyslogExport.longestLineOctetCount)
            #expect(octets.filter { $0 < 0x20 } == [0x0A])
            let json = octets[try #require(octets.firstIndex(of: 0x7B))...]
            #expect(throws: Never.self) { try JSONValue(parsing: Array(json.dropLast())) }
        }
        var failed = Self.scene().proof(.pin, .failed, triesLeft: 2, at: Self.time)
        failed.outcome = .locked
        #expect(try text(export.octets(of: Self.entry(failed))).hasPrefix("<108>1 "))
        #expect(try export.octets(of: Self.entry(nil)).isEmpty)
    }

    // MARK: PostgreSQL

    @Test("COPY: five columns, escaped, also of what cannot be opened; one transaction around")
    func postgres() throws {
        let export = PostgresExport(note: Array("a\n".utf8))
        #expect(text(export.beginning).contains("BEGIN;\nCOPY madoguchi.incoming"))
        #expect(
            text(export.end) == "\\.\nSELECT madoguchi.take('\\x610a'::bytea);\nCOMMIT;\n")
        let line = text(export.octets(of: try Self.entry(Self.disclosure())))
        let fields = line.dropLast().split(separator: "\t")
        #expect(fields.count == 5 && fields[0] == "madoguchi/1310000000/desk-1")
        #expect(fields[1] == "5" && fields[2].hasPrefix("\\\\x0109"))
        #expect(fields[4].contains("一行\\\\\"二\\\\\\\\三"))
        let gone = text(export.octets(of: try Self.entry(nil)))
        #expect(gone.hasSuffix("\t\\N\t\\N\n"))
    }

    // MARK: FHIR

    private let export = AuditEventExport(serverName: "house.example", isSimulation: true)

    @Test("FHIR: a disclosure has what BALP PatientRead asks for")
    func patientRead() throws {
        let octets = export.octets(of: try Self.entry(Self.disclosure()))
        let event = try JSONValue(parsing: Array(octets.dropLast()))
        #expect(event["id"] == "1310000000-desk-1-5" && event["resourceType"] == "AuditEvent")
        #expect(
            event["meta"]?["profile"] == [
                "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
            ])
        #expect(event["type"]?["code"] == "rest" && event["action"] == "R")
        #expect(event["subtype"]?.arrayValue?.first?["code"] == "read")
        #expect(event["outcome"] == "0" && event["recorded"] == "2026-11-22T12:00:00.123Z")
        let agents = try #require(event["agent"]?.arrayValue)
        let codes = agents.map { $0["type"]?["coding"]?.arrayValue?.first?["code"] }
        #expect(codes == ["110152", "110153", "IRCP"])
        for agent in agents {
            let isUser = agent["type"]?["coding"]?.arrayValue?.first?["code"] == "IRCP"
            #expect(agent["who"] != nil && (agent["network"] == nil) == isUser)
            #expect(agent["requestor"] == .bool(isUser))
        }
        // What observed is the client.
        #expect(event["source"]?["observer"] == agents[0]["who"])
        let entities = try #require(event["entity"]?.arrayValue)
        #expect(entities.compactMap { $0["type"]?["code"] } == ["2", "1", "XrequestId"])
        #expect(entities[0]["role"]?["code"] == "4" && entities[1]["role"]?["code"] == "1")
        #expect(entities[1]["what"]?["identifier"]?["value"] == "p-1")
        #expect(entities[1]["what"]?["type"] == "Patient")
        #expect(!text(octets).contains("statement"))
    }

    @Test("FHIR: every kind with every outcome is an AuditEvent; only what was shown is a read")
    func everyKind() throws {
        for entry in try Self.all() {
            let octets = export.octets(of: entry)
            #expect(octets.last == 0x0A && !octets.dropLast().contains(0x0A))
            let event = try JSONValue(parsing: Array(octets.dropLast()))
            let source = try #require(entry.opened?.event)
            for key in ["type", "recorded", "agent", "source", "action", "outcome"] {
                #expect(event[key] != nil, "\(source.kind): \(key)")
            }
            let isRead = event["meta"]?["profile"] != nil
            let isShown =
                [.disclosure, .viewed, .outcome].contains(source.kind)
                && [nil, .succeeded].contains(source.outcome)
            #expect(isRead == isShown, "\(source.kind)")
            #expect(!isRead || event["outcome"] == "0")
            #expect(event["meta"]?["security"] != nil)
        }
        #expect(try export.octets(of: Self.entry(nil)).isEmpty)
    }
}
