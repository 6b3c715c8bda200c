import ClinicFiles
import Commands
import Executors
import Glibc

/// The folder exchange: files of claims computers on one side, the terminal's API for programs on
/// the other. A process of its own, so that what others write never meets the daemon.
let program = Program(
    name: "madoguchi-exchange", summary: "answers the files that claims computers write",
    version: madoguchiVersion,
    commands: [
        Command(
            "", "Watches the shared folder until SIGTERM.",
            options: [
                .init("config", "FILE", "the configuration file"),
                .init("state", "DIR", "a stack's folder: its terminal/exchange.json is used"),
                .init("make-folders", nil, "make req, res and face where they are not there"),
                .init("check", nil, "read configuration, token and folders, then end"),
            ])
    ])

do throws(UsageError) {
    switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
    case .text(let text): if !say(text) { leave(.output) }
    case .run(let invocation):
        ProcessSignals.hold()
        runProcess { await run(invocation).rawValue }
    }
} catch {
    complain("\(error)")
    leave(.usage)
}

/// Runs the exchange; the code says how it went.
func run(_ invocation: Invocation) async -> ExitCode {
    let path =
        invocation.value("config")
        ?? invocation.value("state").map { $0 + "/terminal/exchange.json" }
    guard let path else {
        complain("no configuration; name one with --config or --state")
        return .usage
    }
    let configuration: ExchangeConfiguration
    let journal: Journal
    let line: TerminalLine
    do {
        configuration = try ExchangeConfiguration(file: path)
        journal = try Journal(folder: configuration.stateFolder)
        line = TerminalLine(configuration)
        _ = try line.token()
    } catch {
        complain("\(error)")
        return .usage
    }
    if invocation.has("make-folders") {
        for name in ["", "/req", "/res", "/face"] { mkdir(configuration.folder + name, 0o770) }
    }
    let outbox = Outbox(configuration: configuration, journal: journal)
    if invocation.has("check") {
        do throws(FolderFault) {
            for name in ["req", "res", "face"] { _ = try outbox.folder(name).names() }
        } catch {
            complain(
                "\(configuration.folder): \(error); it needs req, res and face (--make-folders)")
            return .usage
        }
        return say("The configuration, token and folders are in order.") ? .ok : .output
    }
    let known = KnownPatients()
    let answers = Answers(
        configuration: configuration, journal: journal, line: line, known: known)
    let requests = RequestDesk(configuration: configuration, outbox: outbox, answers: answers)
    let faces = FaceDesk(configuration: configuration, outbox: outbox, line: line, known: known)
    let signals = ProcessSignals()
    startThread("exchange") {
        // What a kill interrupted comes first; a share that is not there yet is waited for.
        var lastTrouble: String?
        while true {
            do throws(FolderFault) {
                try outbox.recover()
                break
            } catch {
                if lastTrouble != error.description { complain("the shared folder: \(error)") }
                lastTrouble = error.description
                usleep(1_000_000)
            }
        }
        startThread("face") { faces.run() }
        _ = say("madoguchi-exchange is ready")
        requests.run()
    }
    await signals.untilTermination()
    return .ok
}
