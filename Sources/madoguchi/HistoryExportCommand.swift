import AccessHistory
import Commands
import Configuration
import Disclosures
import Executors
import HTTP
import HistoryExports
import JSON
import Terminal
import TransparencyLog

extension Context {
    /// `history export csv|fhir|postgres|syslog FILE`. The daemon writes down who exports what before
    /// it hands out the checkpoint that the export leads up to.
    func exportHistory(as name: String) async throws(CommandFailure) -> ExitCode {
        let first: Int
        do throws(UsageError) {
            first = try invocation.integer("from-entry", in: 0...HistoryEvent.largestIndex) ?? 0
        } catch { throw CommandFailure(error) }
        let target = invocation.argument("FILE") ?? "-"
        let configuration = try configuration()
        let key = try historyKey(configuration)
        let (size, isNews): (UInt64, Bool)
        do throws(HistoryError) {
            let archive = try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
            size = archive.size
            isNews = invocation.has("if-new") ? try archive.hasNews(from: UInt64(first)) : true
        } catch { throw CommandFailure(error) }
        guard first <= size else {
            throw CommandFailure(
                .history, "beyond-end", "Entry \(first) is beyond the history's end at \(size).",
                next: "If another place counted so far, the history here is an older copy: "
                    + "look before anything else is written into it.")
        }
        guard isNews else {
            guard target != "-" else { return .ok }
            try show(["file": .string(target), "entries": .integer(0)]) {
                "新しい記録はありません (nothing new): \(target) was not written"
            }
            return .ok
        }
        let answer = try await ask(
            "POST", "/v1/history/exports?form=\(name)&from=\(first)", as: .administrator)
        let note = try Self.note(answer).note
        let form: any EntryExport =
            switch name {
            case "fhir":
                AuditEventExport(
                    serverName: configuration.clearinghouse.serverName,
                    isSimulation: configuration.isSimulation)
            case "postgres": PostgresExport(note: note.octets)
            case "syslog": SyslogExport()
            default: CSVExport()
            }
        let file: ExportFile
        do throws(ExportFile.Failure) { file = try ExportFile(target) } catch {
            throw notWritten(error)
        }
        let count: UInt64
        do throws(HistoryError) {
            count = try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
                .export(form, from: UInt64(first), under: note) {
                    (octets) throws(ExportFile.Failure) in
                    try file.write(octets)
                } failure: {
                    .foreign(file: target, reason: $0.reason)
                }
        } catch { throw CommandFailure(error) }
        do throws(ExportFile.Failure) { try file.finish() } catch { throw notWritten(error) }
        guard target != "-" else { return .ok }
        try show([
            "file": .string(target), "entries": .integer(Int64(clamping: count)),
        ]) {
            "書き出しました (exported): \(target), \(count) entries"
        }
        return .ok
    }

    /// The checkpoint in an answer, and how many entries it is over.
    static func note(
        _ answer: JSONValue
    ) throws(CommandFailure) -> (note: SignedNote, size: UInt64) {
        do throws(NoteError) {
            let note = try SignedNote(octets: Array((answer["note"]?.stringValue ?? "").utf8))
            return (note, try Checkpoint(text: note.text).size)
        } catch {
            throw CommandFailure(.history, "note", "\(error)", next: "Restart the daemon.")
        }
    }

    /// `history expire --before YYYY-MM`.
    func expireHistory() async throws(CommandFailure) -> ExitCode {
        guard let month = invocation.value("before") else {
            throw CommandFailure(UsageError("--before is missing; name a month such as 2019-11"))
        }
        let answer = try await ask(
            "POST", "/v1/history/expiry?before=\(percentEncoded(month))", as: .administrator)
        try show(answer) {
            "期限を過ぎた鍵を破棄しました (destroyed): \(answer["destroyedKeys"]?.integerValue ?? 0) keys, "
                + "everything before \(month)"
        }
        return .ok
    }

    private func notWritten(_ failure: ExportFile.Failure) -> CommandFailure {
        CommandFailure(
            .usage, "not-written", failure.reason, next: "Name another file, or free space.")
    }
}
