import AccessHistory
import Commands
import Configuration
import Cryptography
import Disclosures
import JSON
import Octets
import Terminal
import TransparencyLog

extension Context {
    /// `history verify`: reads the folder itself, so the daemon need not run or be believed.
    func verifyHistory() throws(CommandFailure) -> ExitCode {
        let configuration = try configuration()
        let usesKeys = !invocation.has("without-keys")
        let key = usesKeys ? try historyKey(configuration) : nil
        var held = try held()
        var receipt: (receipt: ProofFile, head: Checkpoint)?
        if let path = invocation.value("receipt") {
            let archive: HistoryArchive
            do throws(HistoryError) {
                archive = try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
            } catch { throw CommandFailure(error) }
            let checked = try checkReceipt(archive, path)
            held.append(HeldCheckpoint(name: path, note: checked.receipt.checkpoint))
            receipt = checked
        }
        let report: HistoryReport
        do throws(HistoryError) {
            report = try HistoryArchive.verify(
                folder: configuration.historyFolder, wrapping: key, usesKeys: usesKeys, held: held,
                witnesses: try witnessKeys(configuration))
        } catch { throw CommandFailure(error) }
        let fault = report.fault
        try show(
            .object(present: [
                ("whole", .bool(report.isWhole)), ("origin", .string(report.origin)),
                ("entries", .integer(Int64(clamping: report.size))),
                ("root", .string(report.root.base64)),
                ("segments", JSONValue(report.segmentCount)),
                ("opened", .integer(Int64(clamping: report.openedCount))),
                ("erased", .integer(Int64(clamping: report.erasedCount))),
                ("expired", .integer(Int64(clamping: report.expiredCount))),
                (
                    "predecessor",
                    report.predecessor.map {
                        [
                            "origin": .string($0.origin), "cosigned": .bool($0.isCosigned),
                            "entries": .integer(Int64(clamping: $0.size)),
                        ]
                    }
                ),
                ("checkpointSize", report.checkpointSize.map { .integer(Int64(clamping: $0)) }),
                ("cosignedSize", report.cosignedSize.map { .integer(Int64(clamping: $0)) }),
                ("cosigners", .array(report.cosigners.map(JSONValue.string))),
                (
                    "receipt",
                    receipt.map {
                        [
                            "index": .integer(Int64(clamping: $0.receipt.index)),
                            "entries": .integer(Int64(clamping: $0.head.size)),
                        ]
                    }
                ),
                ("fault", fault.map { .string("\($0.file) at \($0.offset): \($0.reason)") }),
            ])
        ) {
            let gone =
                report.usedKeys
                ? "erased"
                : "without what they held (only the keys tell whether an entry says why)"
            let head =
                "\(report.size) entries, \(report.openedCount) opened and checked, "
                + (report.erasedCount > 0 ? "\(report.erasedCount) \(gone), " : "")
                + (report.expiredCount > 0 ? "\(report.expiredCount) expired, " : "")
                + "root \(report.root.base64)"
                + (report.predecessor.map { ", goes on from \($0.origin) at \($0.size)" } ?? "")
            guard let fault else { return "履歴は完全です (whole): \(head)\(window(report))" }
            return "履歴に異常があります (NOT whole): \(fault.file) at octet \(fault.offset): \(fault.reason)"
        }
        return report.isWhole ? .ok : .negative
    }

    /// How far what was found rests on somebody else's word: the store's own keys could tell another
    /// story of what came after.
    private func window(_ report: HistoryReport) -> String {
        guard let size = report.cosignedSize, !report.cosigners.isEmpty else {
            return "\nNo witness of the configuration cosigned any of it: it rests on its own keys."
        }
        return "\nCosigned by \(report.cosigners.joined(separator: ", ")): \(size) entries; "
            + "\(report.size - min(size, report.size)) since are not yet."
    }

    private func witnessKeys(
        _ configuration: TerminalConfiguration
    ) throws(HistoryError) -> [WitnessKey] {
        var keys: [WitnessKey] = []
        for witness in configuration.witnesses?.list ?? [] {
            do throws(NoteError) { keys.append(try WitnessKey(vkey: witness.key)) } catch {
                throw .foreign(file: "witnesses", reason: "\(witness.key) is no witness's key")
            }
        }
        return keys
    }

    /// `history new-origin`: without the daemon, after `historyName` was set in the configuration.
    func beginNewHistory() async throws(CommandFailure) -> ExitCode {
        let configuration = try configuration()
        let clock = SystemClock()
        var settings = HistorySettings(
            folder: configuration.historyFolder,
            place: TerminalPlace(
                institution: configuration.institutionCode, terminal: configuration.terminal),
            software: "madoguchi \(madoguchiVersion)",
            clock: { (clock.now(), clock.isSynchronised ? .synchronised : .unsynchronised) })
        settings.wrappingKey = try historyKey(configuration)
        settings.logName = configuration.historyName
        let began: (Predecessor, String)
        do throws(HistoryError) {
            began = try await HistoryStore.beginAnew(
                settings, by: EventActor(id: "administrator", role: .administrator))
        } catch { throw CommandFailure(error) }
        let (old, folder) = began
        try show([
            "origin": .string(settings.origin), "folder": .string(folder),
            "predecessor": .string(old.origin),
            "entries": .integer(Int64(clamping: old.size)), "cosigned": .bool(old.isCosigned),
        ]) {
            "新しい履歴を始めました (a new history): \(settings.origin)\n"
                + "It goes on from \(old.origin) at \(old.size) entries"
                + (old.isCosigned ? ", cosigned" : ", which no witness cosigned")
                + ". That one lies in \(folder) as it was; keep it for as long as entries have to be kept."
        }
        return .ok
    }

    /// The checkpoint that `--checkpoint` names, as an earlier export or receipt handed it out.
    private func held() throws(CommandFailure) -> [HeldCheckpoint] {
        guard let path = invocation.value("checkpoint") else { return [] }
        let octets = try file(path, longest: SignedNote.longestOctetCount)
        do throws(NoteError) {
            return [HeldCheckpoint(name: path, note: try SignedNote(octets: octets))]
        } catch { throw .noNote(path, "\(error)") }
    }

    /// `history verify --receipt FILE`: one entry, against the checkpoint in its receipt, and that
    /// checkpoint against the whole history.
    private func checkReceipt(
        _ archive: HistoryArchive, _ path: String
    ) throws(CommandFailure) -> (receipt: ProofFile, head: Checkpoint) {
        let octets = try file(path, longest: 2 * SignedNote.longestOctetCount)
        let receipt: ProofFile
        do throws(NoteError) { receipt = try ProofFile(octets: octets) } catch {
            throw .noNote(path, "\(error)")
        }
        guard let key = archive.logKey else { throw .noNote(path, "the history's keys are needed") }
        do throws(HistoryError) { return (receipt, try archive.check(receipt, of: key)) } catch {
            throw CommandFailure(
                .negative, "receipt", error.description,
                next: "Compare it with the history it was made of.")
        }
    }

    /// `history receipt --index N -o FILE`.
    func makeReceipt() async throws(CommandFailure) -> ExitCode {
        let (index, path) = (try required("index"), try required("output"))
        guard let index = UInt64(index) else {
            throw CommandFailure(UsageError("--index must be an entry's number"))
        }
        let configuration = try configuration()
        let key = try historyKey(configuration)
        let answer = try await ask("GET", "/v1/history/checkpoint", as: .administrator)
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(octets: Array((answer["note"]?.stringValue ?? "").utf8))
        } catch { throw .unreadable("\(error)") }
        var receipt: ProofFile
        do throws(HistoryError) {
            let (leaf, proof) = try HistoryArchive(
                folder: configuration.historyFolder, wrapping: key
            ).proof(of: index, under: note)
            receipt = proof
            // With the leaf in it a receipt can be judged by whoever has the log's key alone.
            receipt.extra = leaf
        } catch .noEntry(let index) {
            throw CommandFailure(
                .negative, "no-entry", "There is no entry \(index) that is signed.",
                next: "See history list for the numbers.")
        } catch { throw CommandFailure(error) }
        do throws(KeyFile.Failure) {
            try KeyFile.write(receipt.octets, to: path, isPrivate: false)
        } catch {
            throw CommandFailure(
                .output, "output", "\(error)", next: "Name a file that can be written.")
        }
        try show([
            "file": .string(path), "index": .integer(Int64(clamping: index)),
            "key": answer["key"] ?? .null,
        ]) { "\(path): entry \(index), key \(answer["key"]?.stringValue ?? "")" }
        return .ok
    }

    private func file(_ path: String, longest: Int) throws(CommandFailure) -> [UInt8] {
        do throws(KeyFile.Failure) { return try KeyFile.read(path, limit: longest) } catch {
            throw CommandFailure(.usage, "unreadable", "\(error)", next: "Name a file.")
        }
    }
}

extension CommandFailure {
    fileprivate static func noNote(_ path: String, _ reason: String) -> CommandFailure {
        CommandFailure(
            .usage, "no-note", "\(path): \(reason)",
            next: "Name a checkpoint, or a receipt that history receipt made.")
    }
}
