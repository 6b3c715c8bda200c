import Commands
import Executors

holdStandardDescriptors()
do throws(UsageError) {
    switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
    case .text(let text):
        do throws(OutputError) { try writeOut(text + "\n") } catch {
            CommandFailure(error).tell(asJSON: false)
            leave(.output)
        }
    case .run(let invocation): runProcess { await perform(invocation).rawValue }
    }
} catch {
    complain("\(error)")
    leave(.usage)
}

/// Runs a command; the code says how it went.
func perform(_ invocation: Invocation) async -> ExitCode {
    do throws(CommandFailure) {
        let context = Context(invocation)
        return try await context.run(invocation.command.words.joined(separator: " "))
    } catch {
        error.tell(asJSON: invocation.has("json"))
        return error.exitCode
    }
}
