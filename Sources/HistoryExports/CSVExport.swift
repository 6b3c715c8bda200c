internal import Disclosures
internal import JSON
internal import Octets
internal import Records

/// CSV (RFC 4180): UTF-8, a heading, one line an entry that can still be opened.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe before it.
package struct CSVExport: EntryExport {
    /// The columns, in order.
    package static let columns = [
        "index", "time", "timeQuality", "kind", "act", "item", "outcome", "reason", "purpose",
        "institution", "terminal", "actor", "role", "patient", "card", "way", "consent",
        "consentUntil", "grant", "recipient", "checkIn", "cardSession", "requestID", "intent",
        "triesLeft", "answerDigest", "note",
    ]

    /// An export.
    package init() {}

    package var beginning: [UInt8] { Self.line(Self.columns) }

    package func octets(of entry: ExportedEntry) -> [UInt8] {
        guard let event = entry.opened?.event else { return [] }
        let fields: [String?] = [
            String(entry.index), event.time.rfc3339, event.timeQuality.rawValue,
            event.kind.rawValue, event.act?.rawValue, event.item?.rawValue,
            event.outcome?.rawValue, event.reason, event.purpose?.rawValue,
            event.place.institution, event.place.terminal, event.actor.id,
            event.actor.role.rawValue, event.patient?.id, event.patient?.card?.code.hex,
            event.way?.word, event.consent?.state.rawValue, event.consent?.until?.rfc3339,
            event.consent?.grant, event.recipient, event.checkIn, event.cardSession,
            event.requestID, event.intentIndex.map(String.init), event.triesLeft.map(String.init),
            event.answerDigest?.hex, event.note,
        ]
        return Self.line(fields.map { $0 ?? "" })
    }

    private static func line(_ fields: [String]) -> [UInt8] {
        Array(fields.map(field).joined(separator: ",").utf8) + [0x0D, 0x0A]
    }

    private static func field(_ text: String) -> String {
        var text = text
        if let first = text.utf8.first, [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains(first) {
            text = "'" + text
        }
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
            return text
        }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension VerificationWay {
    /// The way in one word.
    var word: String {
        switch self {
        case .pin: "pin"
        case .face: "face"
        case .visualCheck: "visualCheck"
        }
    }
}
