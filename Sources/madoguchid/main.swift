import Commands
import Executors

/// The terminal's daemon: reader, card sessions, check-ins, access history, local API.
let program = Program(
    name: "madoguchid", summary: "the qualification-check terminal's daemon",
    version: madoguchiVersion,
    commands: [
        Command(
            "", "Runs the terminal until SIGTERM.",
            options: [
                .init("config", "FILE", "the configuration file"),
                .init("state", "DIR", "a stack's folder: its terminal/config.json is used"),
                .init("reader", "NAME", "serve this reader, whatever the configuration says"),
                .init(
                    "accept-lost-marks", nil,
                    "for this start: make a lost head or checkpoint of the access history anew "
                        + "from its segments; an entry says so"),
                .init("check", nil, "read the configuration and keys, then end"),
            ])
    ])

holdStandardDescriptors()
do throws(UsageError) {
    switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
    case .text(let text): if !say(text) { leave(.output) }
    case .run(let invocation):
        ProcessSignals.hold()
        runProcess { await run(invocation).rawValue }
    }
} catch {
    sayLast("\(error)")
    leave(.usage)
}

/// Runs the service; the code says how it went.
func run(_ invocation: Invocation) async -> ExitCode {
    do throws(ServiceError) {
        let service = try Service(invocation)
        if invocation.has("check") {
            return say("The configuration and keys are in order.") ? .ok : .output
        } else {
            try await service.run()
        }
        return .ok
    } catch {
        sayLast(error.description)
        return error.exitCode
    }
}
