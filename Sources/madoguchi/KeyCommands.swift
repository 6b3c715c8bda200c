import AccessHistory
import Commands
import Configuration
import Cryptography
import Glibc
import HistoryExports
import JSON
import Octets
import Terminal

extension Context {
    /// `history rotate-key`.
    func rotateHistoryKey() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask("POST", "/v1/history/rotation", as: .administrator)
        try show(answer) {
            "新しい鍵で封をします (another key seals from now on): key \(answer["key"]?.integerValue ?? 0)"
        }
        return .ok
    }

    /// `history wrapping-key`, with `--finish` its second step.
    func changeWrappingKey() throws(CommandFailure) -> ExitCode {
        let configuration = try configuration()
        guard let path = invocation.value("file") ?? configuration.historyKeyFile else {
            throw CommandFailure(
                .usage, "no-key-file", "The configuration names no historyKeyFile.",
                next: "Name one there, or give --file.")
        }
        let key: WrappingKey
        do throws(KeyFile.Failure) { key = try WrappingKey(file: path) } catch {
            throw CommandFailure(.history, "history-key", "\(error)", next: "Mend the file.")
        }
        guard invocation.has("finish") else {
            guard let next = key.successor() else {
                throw CommandFailure(
                    .negative, "change-begun", "\(path) has two keys: a change is on its way.",
                    next: "Restart the daemon, then run history wrapping-key --finish.")
            }
            try put(next, in: path)
            try show(["file": .string(path), "finished": false]) {
                "新しい鍵を書きました (a new key stands first): \(path)\n"
                    + "Restart the daemon, then run history wrapping-key --finish."
            }
            return .ok
        }
        guard let alone = key.withoutPrevious() else {
            throw CommandFailure(
                .negative, "no-change", "\(path) has one key: no change is on its way.",
                next: "Begin one with history wrapping-key.")
        }
        do throws(HistoryError) {
            _ = try HistoryArchive(folder: configuration.historyFolder, wrapping: alone)
        } catch {
            throw CommandFailure(
                .history, "not-wrapped", "The history is not wrapped by the new key yet: \(error)",
                next: "Start the daemon once with both keys, then run this again.")
        }
        let rewrapped = try rewrapPutAway(beside: configuration.historyFolder, key)
        try put(alone, in: path)
        try show([
            "file": .string(path), "finished": true,
            "rewrapped": .array(rewrapped.map(JSONValue.string)),
        ]) {
            "以前の鍵を消しました (the key before is gone): \(path)\n"
                + rewrapped.map { "Wrapped anew: \($0), which was put away.\n" }.joined()
                + "Destroy its copies too: with them old copies of the store still open."
        }
        return .ok
    }

    /// Histories that were put away (`history new-origin`) stay readable: their keys are wrapped anew
    /// before the key before goes. One that opens with neither key stops this.
    private func rewrapPutAway(
        beside folder: String, _ key: WrappingKey
    ) throws(CommandFailure) -> [String] {
        let end = folder.lastIndex(of: "/")
        let parent = end.map { String(folder[..<$0]) } ?? "."
        let prefix = end.map { String(folder[folder.index(after: $0)...]) } ?? folder
        guard let stream = opendir(parent) else { return [] }
        defer { closedir(stream) }
        var rewrapped: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            let path = "\(parent)/\(name)"
            guard name.hasPrefix(prefix + "."), access(path + "/keys.json", F_OK) == 0 else {
                continue
            }
            do throws(HistoryError) {
                if try HistoryStore.rewrap(folder: path, wrapping: key) { rewrapped.append(path) }
            } catch {
                throw CommandFailure(
                    .history, "not-wrapped", "\(path), which was put away: \(error)",
                    next:
                        "Put its key back as the second line, or move the folder elsewhere with its key."
                )
            }
        }
        return rewrapped.sorted()
    }

    /// Replaces a key's file.
    private func put(_ key: WrappingKey, in path: String) throws(CommandFailure) {
        do throws(KeyFile.Failure) {
            try KeyFile.write(key.text, to: path, isPrivate: true, outlivesPowerLoss: true)
        } catch {
            throw CommandFailure(
                .output, "output", "\(error)", next: "Run this as the file's owner, or as root.")
        }
    }

    /// `history escrow CERTIFICATE FILE`.
    func escrowHistory() async throws(CommandFailure) -> ExitCode {
        let (source, target) = (
            invocation.argument("CERTIFICATE") ?? "", invocation.argument("FILE") ?? ""
        )
        let auditor: Certificate
        do throws(KeyFile.Failure) { auditor = try KeyFile.certificate(source) } catch {
            throw CommandFailure(
                .usage, "unreadable", "\(error)", next: "Name the auditor's certificate, in PEM.")
        }
        guard target != "-" else {
            throw CommandFailure(
                UsageError("FILE must be a file's name: what is written is no text"))
        }
        guard auditor.publicKey.isStrongForYears else {
            throw CommandFailure(
                .usage, "weak-key",
                "\(source): a key of less than RSA 3072 or a curve of 256 bits.",
                next: "Ask the auditor for a stronger one: what is sealed is kept for years.")
        }
        let configuration = try configuration()
        let key = try historyKey(configuration)
        let digest = SHA256Digest(hashing: auditor.der).hex
        _ = try await ask(
            "POST", "/v1/history/exports?form=escrow&for=\(digest)", as: .administrator)
        do throws(HistoryError) {
            let sealed = try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
                .escrow(to: auditor)
            try write(sealed, to: target)
        } catch { throw CommandFailure(error) }
        try show(["file": .string(target), "for": .string(auditor.subject)]) {
            "鍵を預けました (in escrow): \(target), for \(auditor.subject)"
        }
        return .ok
    }

    /// `history open-escrow KEYS FOLDER FILE`.
    func openEscrow() throws(CommandFailure) -> ExitCode {
        let (source, folder, target) = (
            invocation.argument("KEYS") ?? "", invocation.argument("FOLDER") ?? "",
            invocation.argument("FILE") ?? "-"
        )
        let octets: [UInt8]
        do throws(KeyFile.Failure) { octets = try KeyFile.read(source, isPrivate: true) } catch {
            throw CommandFailure(
                .usage, "unreadable", "\(error)", next: "Name what openssl cms -decrypt wrote.")
        }
        var count: UInt64 = 0
        do throws(HistoryError) {
            let keys = try EscrowedKeys(parsing: octets)
            let (archive, note) = try HistoryArchive.opened(folder: folder, with: keys)
            let file = try exportFile(target)
            count = try archive.export(CSVExport(), from: 0, under: note) {
                (octets) throws(ExportFile.Failure) in
                try file.write(octets)
            } failure: {
                .foreign(file: target, reason: $0.reason)
            }
            do throws(ExportFile.Failure) { try file.finish() } catch {
                throw HistoryError.foreign(file: target, reason: error.reason)
            }
        } catch { throw CommandFailure(error) }
        guard target != "-" else { return .ok }
        try show(["file": .string(target), "entries": .integer(Int64(clamping: count))]) {
            "書き出しました (written): \(target), \(count) entries"
        }
        return .ok
    }

    private func exportFile(_ path: String) throws(HistoryError) -> ExportFile {
        do throws(ExportFile.Failure) { return try ExportFile(path) } catch {
            throw .foreign(file: path, reason: error.reason)
        }
    }

    private func write(_ octets: [UInt8], to path: String) throws(HistoryError) {
        do throws(ExportFile.Failure) {
            let file = try ExportFile(path)
            try file.write(octets)
            try file.finish()
        } catch { throw .foreign(file: path, reason: error.reason) }
    }
}
