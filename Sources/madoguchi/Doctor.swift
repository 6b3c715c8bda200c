import AccessHistory
import CheckIns
import Clearinghouse
import Commands
import Configuration
import Cryptography
import Glibc
import HTTP
import JSON
import Network
import PCSC
import Records
import Terminal

/// One thing that was looked at.
struct Finding {
    var name: String
    var isGood: Bool
    var detail: String
    var next: String = ""
    var exitCode: ExitCode = .ok
    /// What was found, where it is one of the known causes.
    var cause: Cause?

    init(
        name: String, isGood: Bool, detail: String, next: String = "", exitCode: ExitCode = .ok,
        cause: Cause? = nil
    ) {
        (self.name, self.isGood, self.detail, self.next) = (name, isGood, detail, next)
        (self.exitCode, self.cause) = (exitCode, cause)
    }

    /// A known cause, in the words of the table; `about` says of what.
    init(
        _ name: String, _ cause: Cause, isGood: Bool = false, about: String = "",
        _ exitCode: ExitCode = .reader
    ) {
        let words = cause.words
        self.init(
            name: name, isGood: isGood,
            detail: about.isEmpty ? words.english : "\(words.english): \(about)",
            next: words.nextEnglish, exitCode: isGood ? .ok : exitCode, cause: cause)
    }
}

extension Context {
    /// `doctor`: looks at every part in the order of the data, and names what mends the first
    /// cause. Ends with the code of the first thing that is wrong.
    func doctor() async throws(CommandFailure) -> ExitCode {
        var findings = readers()
        let configuration: TerminalConfiguration
        do throws(CommandFailure) {
            configuration = try self.configuration()
            findings.append(Finding(name: "configuration", isGood: true, detail: ""))
        } catch {
            findings.append(
                Finding(
                    name: "configuration", isGood: false, detail: error.problem.title,
                    next: error.problem.nextStep ?? "", exitCode: .usage, cause: .configuration))
            return try report(findings)
        }
        findings.append(clock())
        findings += machine(configuration)
        findings.append(disk(configuration))
        findings += checkIns(configuration)
        // A history that does not fit together keeps the daemon from starting: the first cause.
        // Before the first start there is none, and that is no cause.
        let history = history(configuration)
        let isThere = access(configuration.historyFolder, F_OK) == 0
        if isThere { findings.append(history) }
        let daemon = await daemon()
        // The daemon's own reading of its files, before what it means that it does not run.
        if !daemon.isGood, let check = DaemonCheck(files), check.code != 0 {
            findings.append(
                Finding(
                    name: "files", isGood: false, detail: check.said,
                    next: Cause.files.words.nextEnglish,
                    exitCode: ExitCode(rawValue: check.code) ?? .usage, cause: .files))
        }
        findings.append(daemon)
        findings += certificates(configuration)
        findings.append(await clearinghouse(configuration))
        if !isThere { findings.append(history) }
        return try report(findings)
    }

    private func report(_ findings: [Finding]) throws(CommandFailure) -> ExitCode {
        let json = findings.map { finding in
            JSONValue.object(present: [
                ("check", .string(finding.name)), ("good", .bool(finding.isGood)),
                ("detail", .string(finding.detail)),
                ("next", finding.next.isEmpty ? nil : .string(finding.next)),
                ("cause", finding.cause.map { .string($0.rawValue) }),
                ("japanese", finding.cause.map { .string($0.words.japanese) }),
                ("nextJapanese", finding.cause.map { .string($0.words.nextJapanese) }),
            ])
        }
        try show(["findings": .array(json)]) {
            var lines: [String] = []
            for finding in findings {
                let mark = finding.isGood ? "✓" : "✗"
                lines.append("\(mark) \(padded(finding.name, to: 16)) \(finding.detail)")
                if let words = finding.cause?.words {
                    lines.append("  \(padded("", to: 16)) \(words.japanese)")
                    lines.append("  → \(words.nextJapanese)")
                }
                if !finding.next.isEmpty { lines.append("  → \(finding.next)") }
            }
            return lines.joined(separator: "\n")
        }
        return findings.first { !$0.isGood }?.exitCode ?? .ok
    }

    private func clock() -> Finding {
        let isGood = SystemClock().isSynchronised
        // A clock that nobody keeps is a warning: only a wrong one stops a check-in.
        return Finding(
            name: "clock", isGood: true,
            detail: isGood ? "kept by a time service" : "not kept by a time service",
            next: isGood ? "" : Cause.clockNotKept.words.nextEnglish,
            cause: isGood ? nil : .clockNotKept)
    }

    /// Whether the daemon can write its history: without that it does not start.
    private func disk(_ configuration: TerminalConfiguration) -> Finding {
        // Below this the access history may not grow by its next step.
        disk("disk", configuration.historyFolder, leastFreeOctets: 16 << 20)
    }

    /// Whether there is room, and the right, to write in a folder.
    private func disk(_ name: String, _ folder: String, leastFreeOctets: UInt64) -> Finding {
        // Before the daemon's first start the folder is not there: then the one around it counts.
        let place = access(folder, F_OK) == 0 ? folder : files.folder
        guard access(place, W_OK) == 0 else {
            return Finding(
                name: name, isGood: false,
                detail: "\(place) may not be written: \(errorText(errno))",
                next: Cause.folderNotWritable.words.nextEnglish, exitCode: .history,
                cause: .folderNotWritable)
        }
        guard let room = DiskRoom(folder: place) else {
            return Finding(
                name: name, isGood: false, detail: "\(place): \(errorText(errno))",
                next: "Look at the disk.", exitCode: .history)
        }
        let isEnough = room.freeOctets >= leastFreeOctets && room.level < .nearlyFull
        return Finding(
            name: name, isGood: isEnough,
            detail: "\(room.freeOctets >> 20) MiB are free at \(place), \(room.usedPercent) % used",
            next: isEnough
                ? room.level == .ample ? "" : Cause.diskFilling.words.nextEnglish
                : Cause.diskFull.words.nextEnglish,
            exitCode: isEnough ? .ok : .history,
            cause: isEnough ? room.level == .ample ? nil : .diskFilling : .diskFull)
    }

    /// Whether check-ins are kept over a restart, and every file there that is not as it should be.
    private func checkIns(_ configuration: TerminalConfiguration) -> [Finding] {
        let folder = configuration.checkInFolder
        do throws(SealedFolder.Failure) {
            let odd = try SealedVault.findings(in: folder).map { finding in
                Finding(
                    name: "check-ins", isGood: false,
                    detail: "\(folder)/\(finding.file): \(finding.reason)", next: finding.next,
                    exitCode: .history, cause: .checkIns)
            }
            return [disk("check-ins", folder, leastFreeOctets: 1 << 20)] + odd
        } catch {
            return [
                Finding(
                    name: "check-ins", isGood: false, detail: error.what, next: error.next,
                    exitCode: .history, cause: .checkIns)
            ]
        }
    }

    private func daemon() async -> Finding {
        do throws(CommandFailure) {
            let status = try await ask("GET", "/v1/status")
            let present = (status["readers"]?.arrayValue ?? []).filter { $0["present"] == true }
            let readers = present.map { reader in
                "\(reader["name"]?.stringValue ?? ""): \(reader["state"]?.stringValue ?? "")"
            }
            let cards = present.contains { $0["cardPresent"] == true }
            guard !readers.isEmpty else {
                return Finding("daemon", .readerNotServed)
            }
            if cards, let problem = try await ask("GET", "/v1/session")["closing"]?["problem"],
                present.contains(where: { $0["state"] == "refused" })
            {
                return Finding(
                    name: "card", isGood: false, detail: problem["title"]?.stringValue ?? "",
                    next: problem["nextStep"]?.stringValue ?? "", exitCode: .card,
                    cause: .cardRefused)
            }
            return Finding(
                name: "daemon", isGood: true, detail: readers.joined(separator: ", "),
                next: cards ? "" : "No card lies on a reader.")
        } catch {
            return Finding(
                name: "daemon", isGood: false, detail: error.problem.title,
                next: error.problem.nextStep ?? "", exitCode: .negative, cause: .daemonStopped)
        }
    }

    private func clearinghouse(_ configuration: TerminalConfiguration) async -> Finding {
        let house = configuration.clearinghouse
        let client: ClearinghouseClient
        do throws(KeyFile.Failure) {
            let context: TLSContext
            let certificate = try KeyFile.certificate(house.identity.certificateFile)
            let key = try KeyFile.privateKey(house.identity.keyFile)
            let authority = try KeyFile.certificate(house.authorityFile)
            do throws(CryptographyError) {
                context = try TLSContext.client(
                    certificate: certificate, key: key, serverAnchors: [authority],
                    serverName: house.serverName)
            } catch { throw .malformed(path: house.identity.certificateFile, error) }
            client = ClearinghouseClient(
                transport: NetworkTransport(
                    HTTPClient(.tcp(host: house.host, port: house.port), tls: context),
                    seconds: 5),
                answerKey: try KeyFile.publicKey(house.answerKeyFile))
        } catch {
            return Finding(
                name: "clearinghouse", isGood: false, detail: "\(error)",
                next: Cause.keyFile.words.nextEnglish, exitCode: .usage, cause: .keyFile)
        }
        do throws(ClearinghouseError) {
            let nonce = try await client.challenge()
            let skew = nonce.until.seconds - SystemClock().now().seconds - 300
            guard abs(skew) < 120 else {
                return Finding(
                    name: "clearinghouse", isGood: false,
                    detail: "this machine's clock is off by about \(-skew) s",
                    next: Cause.clockOff.words.nextEnglish, exitCode: .clearinghouse,
                    cause: .clockOff)
            }
            return Finding(
                name: "clearinghouse", isGood: true, detail: "\(house.host):\(house.port)")
        } catch {
            return Finding(
                name: "clearinghouse", isGood: false, detail: words(error, house),
                next: next(error), exitCode: .clearinghouse, cause: cause(error))
        }
    }

    private func words(_ error: ClearinghouseError, _ house: ClearinghouseConfiguration) -> String {
        switch error {
        case .unreachable(let detail): "\(house.host):\(house.port) cannot be reached: \(detail)"
        case .tlsRefused(let reason): "the secure connection is refused: \(reason)"
        case .timedOut: "no answer within 5 s"
        case .lineLost: "the line broke"
        case .garbage(let detail): "what answers is no clearinghouse: \(detail)"
        case .wrongAnswer(let detail): "the answer fails its checks: \(detail)"
        case .problem(let problem, _): problem.title
        }
    }

    private func cause(_ error: ClearinghouseError) -> Cause {
        switch error {
        case .unreachable, .timedOut, .lineLost: .clearinghouseUnreachable
        case .tlsRefused: .clearinghouseRefuses
        case .garbage, .wrongAnswer: .notTheClearinghouse
        case .problem: .clearinghouseProblem
        }
    }

    private func next(_ error: ClearinghouseError) -> String {
        if case .problem(let problem, _) = error { return problem.nextStep ?? "" }
        return cause(error).words.nextEnglish
    }

    private func history(_ configuration: TerminalConfiguration) -> Finding {
        var key: WrappingKey?
        if let path = configuration.historyKeyFile {
            do throws(KeyFile.Failure) { key = try WrappingKey(file: path) } catch {
                return Finding(
                    name: "history", isGood: false, detail: "\(error)",
                    next: Cause.historyKey.words.nextEnglish, exitCode: .history,
                    cause: .historyKey)
            }
        }
        do throws(HistoryError) {
            let report = try HistoryArchive.verify(
                folder: configuration.historyFolder, wrapping: key)
            guard let fault = report.fault else {
                return Finding(
                    name: "history", isGood: true, detail: "whole, \(report.size) entries")
            }
            return Finding(
                name: "history", isGood: false, detail: "\(fault.file): \(fault.reason)",
                next: Cause.history.words.nextEnglish, exitCode: .history, cause: .history)
        } catch {
            return Finding(
                name: "history", isGood: false, detail: error.description,
                next: "Check the folder's owner and the disk.", exitCode: .history, cause: .history)
        }
    }
}
