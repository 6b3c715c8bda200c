import AccessHistory
import Commands
import Configuration
import Cryptography
import HistoryExports
import JSON
import Octets
import Terminal
import TransparencyLog

extension Context {
    /// `history reconcile JOURNAL`: what the clearinghouse was asked in this terminal's name, beside
    /// what is written down here.
    func reconcileHistory() async throws(CommandFailure) -> ExitCode {
        let path = invocation.argument("JOURNAL") ?? ""
        let configuration = try configuration()
        let key = try historyKey(configuration)
        let journal: [UInt8]
        do throws(KeyFile.Failure) {
            journal = try KeyFile.read(path, limit: 64 << 20)
        } catch {
            throw CommandFailure(
                .usage, "journal", "\(error)", next: "Name a file of the clearinghouse's journal.")
        }
        let answer = try await ask(
            "POST", "/v1/history/exports?form=reconcile", as: .administrator)
        let note: SignedNote
        let origin: String
        do throws(NoteError) {
            note = try SignedNote(octets: Array((answer["note"]?.stringValue ?? "").utf8))
            origin = try Checkpoint(text: note.text).origin
        } catch {
            throw CommandFailure(.history, "note", "\(error)", next: "Restart the daemon.")
        }
        let told: [ToldIntent]
        do throws(JSONError) {
            told = try ToldIntent.read(journal: journal, origin: origin)
        } catch {
            throw CommandFailure(
                .usage, "journal", "\(path): \(error)",
                next: "Name a file of the clearinghouse's journal.")
        }
        var comparison = Reconciliation()
        do throws(HistoryError) {
            try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
                .walk(from: 0, under: note) { entry in
                    guard let event = entry.opened?.event else { return }
                    comparison.take(entry.index, event)
                }
        } catch { throw CommandFailure(error) }
        let differences = comparison.differences(from: told) { SHA256Digest(hashing: $0).hex }
        let isAlike = differences.allSatisfy { $0.kind == .outcomeUnknown }
        try show([
            "alike": .bool(isAlike), "intents": JSONValue(comparison.intentCount),
            "told": JSONValue(told.count),
            "differences": .array(
                differences.map { difference in
                    .object(present: [
                        ("kind", .string(difference.kind.rawValue)),
                        ("index", .integer(Int64(clamping: difference.index))),
                        ("route", difference.route.map(JSONValue.string)),
                    ])
                }),
        ]) {
            let rows = differences.map { ["\($0.index)", $0.kind.rawValue, $0.route ?? ""] }
            let head =
                isAlike
                ? "照合しました (both say the same): " : "一致しません (they do NOT say the same): "
            return
                ([
                    head + "\(comparison.intentCount) intents here, \(told.count) requests there"
                ] + table(rows)).joined(separator: "\n")
        }
        return isAlike ? .ok : .negative
    }
}
