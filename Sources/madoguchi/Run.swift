import AccessHistory
import Commands
import JSON
import PCSC
import Records
import Terminal

extension Context {
    /// Runs the command of these words.
    func run(_ words: String) async throws(CommandFailure) -> ExitCode {
        switch words {
        case "status": try await status()
        case "check-in": try await checkIn()
        case "check-ins": try await listCheckIns()
        case "qualification": try await qualification()
        case "drugs": try await openRecord("drugs")
        case "checkups": try await openRecord("checkups")
        case "withdraw":
            try await end(by: "withdraw", "同意を取り消しました (withdrawn)")
        case "close": try await end(by: "close", "受付を終了しました (closed)")
        case "identity": try await compareIdentity()
        case "portal qualification": try await portal("qualification")
        case "portal drugs": try await portal("drugs")
        case "portal checkups": try await portal("checkups")
        case "portal expenses": try await portal("expenses")
        case "portal disclosures": try await portal("disclosures")
        case "history list": try await listHistory()
        case "history review": try await reviewHistory()
        case "history statistics": try await historyStatistics()
        case "history verify": try verifyHistory()
        case "history receipt": try await makeReceipt()
        case "history export tiles": try await exportTiles()
        case "history export csv": try await exportHistory(as: "csv")
        case "history export fhir": try await exportHistory(as: "fhir")
        case "history export postgres": try await exportHistory(as: "postgres")
        case "history export syslog": try await exportHistory(as: "syslog")
        case "history reconcile": try await reconcileHistory()
        case "history expire": try await expireHistory()
        case "history erase": try await eraseHistory()
        case "history rotate-key": try await rotateHistoryKey()
        case "history wrapping-key": try changeWrappingKey()
        case "history escrow": try await escrowHistory()
        case "history open-escrow": try openEscrow()
        case "history feed": try await feedHistory()
        case "history new-origin": try await beginNewHistory()
        case "history key": try await historyKey()
        case "consent verify": try await verifyConsent()
        case "end-pause": try await endPause()
        case "readers": try listReaders()
        case "doctor": try await doctor()
        case "staff list": try listStaff()
        case "staff add": try addStaff()
        case "staff remove": try removeStaff()
        case "program list": try listPrograms()
        case "program add": try addProgram()
        case "program revoke": try revokeProgram()
        case "init": try initialise()
        case "key rotate": try rotateKey()
        case "document verify": try verifyNotice()
        case let words where words.hasPrefix("document "):
            try await document(String(words.dropFirst("document ".count)))
        default: throw CommandFailure(UsageError("no such command: \(words)"))
        }
    }

    /// `readers`: what pcscd sees, asked without the daemon.
    private func listReaders() throws(CommandFailure) -> ExitCode {
        let names: [String]
        do throws(PCSCError) { names = try PCSCContext().readers() } catch {
            throw CommandFailure(
                .reader, "no-pcsc-service", "The PC/SC service (pcscd) is not running: \(error).",
                next: "Start it: systemctl start pcscd.socket, or pcscd as root.")
        }
        try show(["readers": .array(names.map(JSONValue.string))]) {
            names.joined(separator: "\n")
        }
        return .ok
    }

    private func endPause() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask(
            "POST", "/v1/readers/end-pause" + readerQuery(), as: .administrator)
        try show(answer) {
            "暗証番号を受け付けます (PINs are taken again): \(answer["reader"]?.stringValue ?? "")"
        }
        return .ok
    }

    /// How far the history is cosigned, where anybody is asked to.
    private func witnessLines(_ standing: JSONValue?) -> [String] {
        guard let standing else { return [] }
        let troubles = (standing["troubles"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
        return [
            "  history: \(standing["cosignedEntries"]?.integerValue ?? 0) entries cosigned, "
                + "\(standing["uncosignedEntries"]?.integerValue ?? 0) not yet"
        ] + troubles.map { "  witness \($0.key): \($0.value.stringValue ?? "")" }
    }

    /// The history's disk, where it fills up.
    private func diskLines(_ room: JSONValue?) -> [String] {
        guard let free = room?["freeOctets"]?.integerValue.flatMap({ UInt64(exactly: $0) }),
            let used = room?["usedPercent"]?.integerValue,
            let warning = DiskRoom(freeOctets: free, usedPercent: Int(used))
                .warning(of: "the access history")
        else { return [] }
        return ["  \(warning)"]
    }

    /// The day so far, the history's size and the certificate that ends first.
    private func dayLines(_ answer: JSONValue) -> [String] {
        let checkIns = (answer["today"]?["checkIns"]?.objectValue ?? [:])
            .sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.integerValue ?? 0)" }.joined(separator: ", ")
        let failed = answer["today"]?["failedProofs"]?.integerValue ?? 0
        let locked = answer["today"]?["lockouts"]?.integerValue ?? 0
        let first = (answer["certificateDaysLeft"]?.objectValue ?? [:])
            .compactMap { name, days in days.integerValue.map { (name, $0) } }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }
        return [
            "  today: check-ins \(checkIns.isEmpty ? "none" : checkIns); "
                + "proofs failed \(failed), locked \(locked)",
            "  history entries \(answer["historyEntries"]?.integerValue ?? 0)",
        ] + (first.map { ["  certificate of \($0.0): \($0.1) days left"] } ?? [])
    }

    private func status() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask("GET", "/v1/status")
        try show(answer) {
            let rows = (answer["readers"]?.arrayValue ?? []).map { reader in
                let pause = reader["pausedUntil"]?.stringValue.flatMap { Instant(rfc3339: $0) }
                let state = reader["state"]?.stringValue ?? ""
                return [
                    reader["name"]?.stringValue ?? "",
                    reader["present"] == false ? "\(state) (reader lost)" : state,
                    pause.map { "no PIN until \($0.clockInJapan) (Japan)" } ?? "",
                ]
            }
            let service = answer["pcscService"] == true ? "running" : "not running"
            return
                ([
                    "madoguchid \(answer["version"]?.stringValue ?? "")", "  pcscd \(service)",
                    "  open check-ins \(answer["openCheckIns"]?.integerValue ?? 0)",
                ] + dayLines(answer) + witnessLines(answer["historyWitnesses"])
                + diskLines(answer["historyDisk"]) + table(rows)).joined(separator: "\n")
        }
        return .ok
    }
}
