import AccessHistory
import Commands
import Executors
import FrontDesk
import Glibc
import HTTP
import JSON
import Network

/// Why a command failed: what happened, what to do next, and the code to end with.
struct CommandFailure: Error {
    var exitCode: ExitCode
    var problem: Problem

    /// A failure in words of the command line's own.
    init(_ exitCode: ExitCode, _ name: String, _ title: String, next: String) {
        self.exitCode = exitCode
        problem = Problem(name, status: 500, title: title, titleJapanese: title, nextStep: next)
    }

    init(_ problem: Problem) {
        self.problem = problem
        exitCode =
            switch problem.family {
            case .reader: .reader
            case .card: .card
            case .clearinghouse: .clearinghouse
            case .history: .history
            case .refusal: .negative
            // What was asked cannot be asked: a filter, a month, a time to wait.
            case .none: problem.status == 400 ? .usage : .negative
            }
    }

    init(_ error: UsageError) {
        self.init(.usage, "usage", error.description, next: "See madoguchi --help.")
    }

    init(_ error: HistoryError) {
        self.init(
            .history, "history", error.description, next: "madoguchi doctor tells more.")
    }

    init(_ error: OutputError) {
        self.init(
            .output, "output", "Standard output cannot be written: \(error).",
            next: "What the command was to do may be done; look before you repeat it.")
    }

    init(daemon error: NetworkError, socket: String) {
        switch error {
        case .refused:
            let isThere = access(socket, F_OK) == 0
            self.init(
                .negative, "no-daemon",
                "The daemon is not running: "
                    + (isThere ? "nobody answers on \(socket)." : "there is no \(socket)."),
                next: "Start it (make up, or systemctl start madoguchid), "
                    + "or name another stack's folder with --state.")
        case .notASocket, .pathTooLong, .system(_, ENOTDIR):
            self.init(
                .usage, "no-socket", "\(socket) cannot be the daemon's socket: \(error).",
                next: "Name the stack's folder with --state.")
        case .system(_, EACCES):
            self.init(
                .negative, "not-permitted", "You may not use the daemon's socket (\(socket)).",
                next: "Run this as the user that the daemon runs as.")
        default:
            self.init(
                .negative, "daemon-failed", "The daemon gave no answer: \(error).",
                next: "Look at its journal, then restart it.")
        }
    }

    /// The daemon answered with something that this program does not know.
    static func unreadable(_ reason: some CustomStringConvertible) -> CommandFailure {
        CommandFailure(
            .negative, "daemon-failed", "The daemon's answer cannot be read: \(reason)",
            next: "Is it of the same version as this program?")
    }

    func tell(asJSON: Bool) {
        if asJSON, (try? writeOut(problem.json.canonicalText + "\n")) != nil { return }
        complain(problem.title)
        if problem.titleJapanese != problem.title { complain(problem.titleJapanese) }
        if let detail = problem.detail { complain(detail) }
        if let next = problem.nextStep { complain("→ " + next) }
        if let next = problem.nextStepJapanese, next != problem.nextStep { complain("→ " + next) }
    }
}

/// Writes a line to standard error.
func complain(_ line: String) {
    let octets = Array("madoguchi: \(line)\n".utf8)
    _ = octets.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}

/// Ends the process.
func leave(_ code: ExitCode) -> Never { exit(code.rawValue) }
