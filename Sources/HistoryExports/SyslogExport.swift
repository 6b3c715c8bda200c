internal import Disclosures
internal import JSON
internal import Octets
internal import Records

/// RFC 5424 messages, one a line and under 8 KiB: facility 13 (log audit), severity notice, or
/// warning where something was refused or failed. The message is the event's canonical JSON, without
/// what was signed, which is too long for receivers and stays in the history.
///
/// The lines carry neither the octet count nor the octet that RFC 6587 wants on a stream: who sends
/// them adds it.
package struct SyslogExport: EntryExport {
    /// The longest line, its end included, in octets.
    package static let longestLineOctetCount = 8192
    /// The private enterprise number of documentation (RFC 5612): this project has none.
    package static let structuredDataID = "madoguchi@32473"
    private static let facility = 13

    /// The program that sends, as receivers sort by it.
    package var appName = "madoguchi"

    /// An export.
    package init() {}

    package func octets(of entry: ExportedEntry) -> [UInt8] {
        guard let event = entry.opened?.event else { return [] }
        let severity = event.isAlarming ? 4 : 5
        let host = "\(event.place.institution)-\(event.place.terminal)".map {
            $0.isASCII && !$0.isWhitespace ? $0 : "-"
        }
        let head =
            "<\(Self.facility * 8 + severity)>1 \(event.time.rfc3339) \(String(host)) \(appName) - "
            + "\(event.kind.rawValue) [\(Self.structuredDataID) origin=\"\(escaped(entry.origin))\" "
            + "index=\"\(entry.index)\" leafHash=\"\(entry.leafHash.hex)\"] \u{FEFF}"
        let octets = Array(head.utf8)
        var short = event
        (short.statement, short.answer) = (nil, nil)
        var message = (try? short.encoded()) ?? []
        if octets.count + message.count + 1 > Self.longestLineOctetCount {
            (short.note, short.reason) = (nil, nil)
            message = (try? short.encoded()) ?? []
        }
        return octets + message + [0x0A]
    }

    /// RFC 5424 §6.3.3: quotation mark, backslash and bracket are escaped.
    private func escaped(_ text: String) -> String {
        text.map { "\"\\]".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}

extension HistoryEvent {
    /// Whether somebody who watches should look: refused, failed, locked, cut.
    var isAlarming: Bool {
        switch kind {
        case .cardRefused, .storeCut, .clockStepped: return true
        case .proof, .sessionEnded, .intent, .outcome, .disclosure, .consentGiven, .consentRefused,
            .consentWithdrawn, .identityCompared, .checkInClosed, .viewed, .historyRead,
            .administratorAct, .storeOpened, .storeClosed:
            break
        }
        switch outcome {
        case .failed, .locked, .wrongAnswer, .unknown: return true
        case .succeeded, .problem, nil: return false
        }
    }
}
