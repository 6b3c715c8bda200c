internal import Disclosures
internal import JSON
internal import Octets
internal import Records

/// FHIR R4 AuditEvent as NDJSON. What showed a patient's data follows IHE BALP (Basic Audit Log
/// Patterns) `PatientRead`: the terminal is the client, the clearinghouse the server, who looked is
/// the user. Everything else is a plain AuditEvent.
///
/// Ids are the log's place, so that an entry that is sent twice is the same resource (`PUT`).
package struct AuditEventExport: EntryExport {
    /// The name of the clearinghouse on the network.
    package var serverName: String
    /// Whether the terminal is a simulated one: its events are then marked as tests.
    package var isSimulation: Bool

    /// An export.
    package init(serverName: String, isSimulation: Bool) {
        (self.serverName, self.isSimulation) = (serverName, isSimulation)
    }

    package func octets(of entry: ExportedEntry) -> [UInt8] {
        guard let event = entry.opened?.event else { return [] }
        return resource(entry, event).canonical + [0x0A]
    }

    /// By the log's origin, not by the terminal alone: a new history begins at entry 0 again, and a
    /// receiver that is sent both keeps both.
    private static func id(of entry: ExportedEntry) -> String {
        let parts = entry.origin.split(separator: "/").dropFirst()
        return (parts.map(String.init) + ["\(entry.index)"]).joined(separator: "-")
    }

    private func resource(_ entry: ExportedEntry, _ event: HistoryEvent) -> JSONValue {
        let isRead = event.isPatientRead
        let words = EventCoding(event)
        return .object(present: [
            ("resourceType", "AuditEvent"),
            ("id", .string(Self.id(of: entry))),
            ("meta", meta(isRead: isRead)),
            ("type", words.type),
            ("subtype", .array(words.subtypes)),
            ("action", .string(words.action)),
            ("recorded", .string(event.time.rfc3339)),
            ("outcome", .string(words.outcome)),
            ("outcomeDesc", event.reason.map(JSONValue.string)),
            ("purposeOfEvent", words.purpose.map { .array([["coding": .array([$0])]]) }),
            ("agent", .array(agents(event, isRead: isRead))),
            ("source", source(entry, event)),
            ("entity", .array(entities(entry, event))),
        ])
    }

    private func meta(isRead: Bool) -> JSONValue? {
        let profile = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
        guard isRead || isSimulation else { return nil }
        return .object(present: [
            ("profile", isRead ? [.string(profile + "IHE.BasicAudit.PatientRead")] : nil),
            (
                "security",
                isSimulation
                    ? [coding(terminology("v3-ActReason"), "HTEST", "test health data")] : nil
            ),
        ])
    }

    private func agents(_ event: HistoryEvent, isRead: Bool) -> [JSONValue] {
        let user: JSONValue = [
            "type": concept(
                terminology("v3-ParticipationType"), "IRCP", "information recipient"),
            "who": [
                "identifier": [
                    "system": .string("urn:madoguchi:actor:\(event.place.institution)"),
                    "value": .string(event.actor.id),
                ]
            ],
            "role": [
                [
                    "coding": [coding("urn:madoguchi:role", event.actor.role.rawValue, nil)]
                ]
            ],
            "requestor": true,
        ]
        guard isRead else { return [user] }
        return [
            [
                "type": concept(dicom, "110152", "Destination Role ID"),
                "who": terminal(event.place), "requestor": false,
                "network": ["address": .string(event.place.terminal), "type": "1"],
            ],
            [
                "type": concept(dicom, "110153", "Source Role ID"),
                "who": ["display": .string(serverName)], "requestor": false,
                "network": ["address": .string(serverName), "type": "1"],
            ],
            user,
        ]
    }

    private func source(_ entry: ExportedEntry, _ event: HistoryEvent) -> JSONValue {
        [
            "site": .string(entry.origin), "observer": terminal(event.place),
            "type": [coding(terminology("security-source-type"), "1", "User Device")],
        ]
    }

    private func terminal(_ place: TerminalPlace) -> JSONValue {
        [
            "identifier": [
                "system": .string("urn:madoguchi:terminal:\(place.institution)"),
                "value": .string(place.terminal),
            ]
        ]
    }

    private func entities(_ entry: ExportedEntry, _ event: HistoryEvent) -> [JSONValue] {
        var entities: [JSONValue] = [
            [
                "what": [
                    "identifier": [
                        "system": "urn:madoguchi:log",
                        "value": .string("\(entry.origin)#\(entry.index)"),
                    ],
                    "display": .string(event.item?.rawValue ?? event.kind.rawValue),
                ],
                "type": coding(terminology("audit-entity-type"), "2", "System Object"),
                "role": coding(terminology("object-role"), "4", "Domain Resource"),
                "detail": [["type": "leafHash", "valueString": .string(entry.leafHash.hex)]],
            ]
        ]
        if let id = event.patient?.id {
            entities.append([
                "what": [
                    "type": "Patient",
                    "identifier": [
                        "system": .string("urn:madoguchi:patient:\(event.place.institution)"),
                        "value": .string(id),
                    ],
                ],
                "type": coding(terminology("audit-entity-type"), "1", "Person"),
                "role": coding(terminology("object-role"), "1", "Patient"),
            ])
        }
        if let requestID = event.requestID {
            entities.append([
                "what": ["identifier": ["value": .string(requestID)]],
                "type": coding(
                    "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                    "XrequestId", nil),
            ])
        }
        return entities
    }
}
