import Commands
import Disclosures
import Executors
import Glibc
import Network
import Terminal

/// The version that every program of the project prints.
let madoguchiVersion = "0.1.0"

/// The system's journal, where standard error goes there.
let journal = Journal.ofStandardError(program: "madoguchid")

/// Says what somebody should look at: to the journal with its fields, else on standard error.
func complain(_ line: String, code: String = "service") {
    if journal.send(line, .warning, [.init("MADOGUCHI_CODE", code)]) { return }
    write(line)
}

/// The last words before the process ends: on standard error, which the journal ties to the unit even
/// when the process is gone.
func sayLast(_ line: String) { write(line, prefix: journal.isThere ? "<3>" : "") }

private func write(_ line: String, prefix: String = "") {
    let octets = Array("\(prefix)madoguchid: \(line)\n".utf8)
    _ = octets.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
}

/// Tells the journal what became durable in the history: words of closed vocabularies, the entry's
/// place and the numbers of card session and check-in, nothing about the patient.
func tell(_ event: HistoryEvent, at index: UInt64) {
    guard journal.isThere, event.isTold else { return }
    let named: [(String, String?)] = [
        ("CODE", event.kind.rawValue), ("ACT", event.act?.rawValue),
        ("OUTCOME", event.outcome?.rawValue), ("WAY", event.way?.word), ("REASON", event.reason),
        ("ENTRY", "\(index)"), ("SESSION", event.cardSession), ("CHECK_IN", event.checkIn),
        ("TRIES_LEFT", event.triesLeft.map { "\($0)" }),
    ]
    let words = [event.kind.rawValue, event.act?.rawValue, event.outcome?.rawValue]
    journal.send(
        "history entry \(index): " + words.compactMap { $0 }.joined(separator: " "), .information,
        named.compactMap { name, value in value.map { .init("MADOGUCHI_" + name, $0) } })
}

extension HistoryEvent {
    /// What somebody who watches over the terminal wants to know of; looking at the history and the
    /// steps before an outcome are in the history alone.
    fileprivate var isTold: Bool {
        switch kind {
        case .proof, .outcome, .disclosure, .cardRefused, .checkInClosed, .administratorAct,
            .storeOpened, .storeCut, .storeClosed, .clockStepped:
            true
        case .sessionEnded, .intent, .consentGiven, .consentRefused, .consentWithdrawn,
            .identityCompared, .viewed, .historyRead:
            false
        }
    }
}

/// Prints a line; false, with a word on standard error, where that is not possible.
func say(_ line: String) -> Bool {
    do throws(OutputError) { try writeOut(line + "\n") } catch {
        complain("standard output cannot be written: \(error)")
        return false
    }
    return true
}

/// Ends the process.
func leave(_ code: ExitCode) -> Never { exit(code.rawValue) }
