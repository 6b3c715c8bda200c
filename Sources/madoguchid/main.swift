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
                .init("check", nil, "read the configuration and keys, then end"),
            ])
    ])

do throws(UsageError) {
    switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
    case .text(let text): print(text)
    case .run(let invocation): await run(invocation)
    }
} catch {
    complain("\(error)")
    leave(.usage)
}

/// Starts the service and ends the process with the code of how it went.
func run(_ invocation: Invocation) async {
    do throws(ServiceError) {
        let service = try Service(invocation)
        if invocation.has("check") { return print("The configuration and keys are in order.") }
        try await service.run()
    } catch {
        complain(error.description)
        leave(error.exitCode)
    }
}
