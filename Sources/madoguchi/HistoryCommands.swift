import AccessHistory
import CheckIns
import Commands
import Configuration
import Cryptography
import Disclosures
import Glibc
import HTTP
import JSON
import Octets
import Records
import Terminal
import TransparencyLog

extension Context {
    /// `history list`.
    func listHistory() async throws(CommandFailure) -> ExitCode {
        let query = try historyQuery()
        let answer = try await ask("GET", "/v1/history/entries?\(query)", as: .administrator)
        try show(answer) {
            let rows = (answer["entries"]?.arrayValue ?? []).map { entry in
                let event = entry["event"]
                return [
                    "\(entry["index"]?.integerValue ?? 0)",
                    event?["time"]?.stringValue ?? "", event?["kind"]?.stringValue ?? "",
                    event?["act"]?.stringValue ?? "", event?["item"]?.stringValue ?? "",
                    event?["outcome"]?.stringValue ?? "",
                    event?["actor"]?["id"]?.stringValue ?? "",
                    event?["reason"]?.stringValue ?? "",
                ]
            }
            return table(
                [["#", "time", "kind", "act", "item", "outcome", "actor", "reason"]] + rows
            )
            .joined(separator: "\n")
        }
        return .ok
    }

    /// `history statistics`: numbers by day, nobody's name.
    func historyStatistics() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask(
            "GET", "/v1/history/statistics?\(try historyQuery())", as: .administrator)
        try show(answer) {
            let columns = [
                "checkIns", "failedProofs", "ownViews", "refusals", "unknownOutcomes",
                "historyReads", "exports", "administratorActs", "entries",
            ]
            let items = ["qualification", "drugs", "checkups"]
            let rows = (answer["days"]?.arrayValue ?? []).map { day in
                [day["day"]?.stringValue ?? ""]
                    + items.map { "\(day["disclosures"]?[$0]?.integerValue ?? 0)" }
                    + columns.map { "\(day[$0]?.integerValue ?? 0)" }
            }
            return table([["day"] + items + columns] + rows).joined(separator: "\n")
        }
        return .ok
    }

    /// What the options ask for, as the daemon takes it. A day is one in Japan, and `--to` names the
    /// last of them.
    func historyQuery() throws(CommandFailure) -> String {
        let form = "an instant such as 2026-11-22T00:00:00Z, or a day such as 2026-11-22"
        for name in ["from", "to", "until"] {
            try check(name, form) { Instant(rfc3339: $0) != nil || LocalDate($0) != nil }
        }
        let items = DisclosedItem.allCases.map(\.rawValue).joined(separator: ", ")
        try check("item", "one of \(items)") { DisclosedItem(rawValue: $0) != nil }
        do throws(UsageError) {
            _ = try invocation.integer("limit", in: 1...10_000)
            guard invocation.value("to") == nil || invocation.value("until") == nil else {
                throw UsageError("--to and --until both name the end; give one")
            }
        } catch {
            throw CommandFailure(error)
        }
        func instant(_ name: String, afterIt: Bool) -> String? {
            guard let text = invocation.value(name) else { return nil }
            if let day = LocalDate(text) {
                let seconds = Int64(day.adding(days: afterIt ? 1 : 0).dayNumber) * 86_400
                return Instant(seconds: seconds - 9 * 3600).rfc3339
            }
            return Instant(rfc3339: text).map {
                Instant(milliseconds: $0.milliseconds + (afterIt ? 1 : 0)).rfc3339
            }
        }
        let fields = [
            ("patient", invocation.value("patient")), ("item", invocation.value("item")),
            ("actor", invocation.value("actor")), ("from", instant("from", afterIt: false)),
            ("until", instant("to", afterIt: true) ?? instant("until", afterIt: false)),
            ("limit", invocation.value("limit")),
        ]
        return fields.compactMap { name, value in
            value.map { "\(name)=\(percentEncoded($0))" }
        }.joined(separator: "&")
    }

    /// `history export tiles DIR`.
    func exportTiles() async throws(CommandFailure) -> ExitCode {
        let target = invocation.argument("DIR") ?? ""
        var status = stat()
        guard stat(target, &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(
                .usage, "not-a-folder", "\(target) is a file, not a folder.",
                next: "Name a folder, or a name that is not there yet.")
        }
        let configuration = try configuration()
        let key = try historyKey(configuration)
        let answer = try await ask("GET", "/v1/history/checkpoint", as: .administrator)
        let vkey = answer["key"]?.stringValue ?? ""
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(octets: Array((answer["note"]?.stringValue ?? "").utf8))
        } catch {
            throw CommandFailure(.history, "note", "\(error)", next: "Restart the daemon.")
        }
        do throws(HistoryError) {
            try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
                .exportTiles(to: target, under: note)
        } catch { throw CommandFailure(error) }
        try show(["folder": .string(target), "key": .string(vkey)]) {
            "書き出しました (exported): \(target)\nkey: \(vkey)"
        }
        return .ok
    }

    /// The key that wraps the history's keys, where the configuration names one.
    func historyKey(
        _ configuration: TerminalConfiguration
    ) throws(CommandFailure) -> WrappingKey? {
        guard let path = configuration.historyKeyFile else { return nil }
        do throws(KeyFile.Failure) { return try WrappingKey(file: path) } catch {
            throw CommandFailure(
                .history, "history-key", "\(error)",
                next: "Run this where the credential is at hand, or verify --without-keys.")
        }
    }

    /// `history key`.
    func historyKey() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask("GET", "/v1/history/checkpoint", as: .administrator)
        try show(["key": answer["key"] ?? .null]) { answer["key"]?.stringValue ?? "" }
        return .ok
    }

    /// `consent verify`: judges statement, signature and certificate of an intent by what lies in
    /// the history, and the clearinghouse's signed word in its outcome.
    func verifyConsent() async throws(CommandFailure) -> ExitCode {
        let index: Int
        do throws(UsageError) {
            guard let number = try invocation.integer("index", in: 0...Int.max) else {
                throw UsageError("--index is missing; `history list` shows the intents")
            }
            index = number
        } catch { throw CommandFailure(error) }
        let answer = try await ask(
            "GET", "/v1/history/intent?index=\(index)", as: .administrator)
        guard let intent = try event(answer["intent"]) else {
            throw .unreadable("no intent")
        }
        let judgement = ConsentJudgement(
            intent, try event(answer["closing"]), on: try grounds(try configuration()))
        guard let judgement else {
            throw CommandFailure(
                .negative, "no-statement", "This entry holds no signed statement.",
                next: "Name the index of an intent of act checkIn; see `history list`.")
        }
        try show(judgement.json) {
            let marks = judgement.checks.map { [$0.holds ? "✓" : "✗", $0.name, $0.detail] }
            let items = (judgement.statement?.items ?? []).map {
                "\($0.item.rawValue) until \($0.until)"
            }
            return
                (table(marks, indent: "") + [
                    judgement.isValid ? judgement.proves : "This proves nothing: see ✗.",
                    "Consented: " + (items.isEmpty ? "nothing" : items.joined(separator: ", ")),
                ]).joined(separator: "\n")
        }
        return judgement.isValid ? .ok : .negative
    }

    /// What a judgement stands on. The statement key may have changed or gone; what says so is the
    /// judgement itself.
    private func grounds(
        _ configuration: TerminalConfiguration
    ) throws(CommandFailure) -> ConsentJudgement.Grounds {
        do throws(KeyFile.Failure) {
            return ConsentJudgement.Grounds(
                anchors: try TrustAnchors(folder: configuration.trustFolder),
                answerKey: try KeyFile.publicKey(configuration.clearinghouse.answerKeyFile),
                presentKey: try? KeyFile.privateKey(configuration.statementKeyFile).publicKey)
        } catch {
            throw CommandFailure(
                .usage, "no-grounds", "\(error)",
                next: "Put the trust anchors and the clearinghouse's key in place.")
        }
    }

    /// An entry's event, as the daemon gives it.
    func event(_ entry: JSONValue?) throws(CommandFailure) -> HistoryEvent? {
        guard let value = entry?["event"] else { return nil }
        do throws(DisclosureError) { return try HistoryEvent(octets: value.canonical) } catch {
            throw .unreadable("\(error)")
        }
    }
}
