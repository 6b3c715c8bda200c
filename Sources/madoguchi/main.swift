import Commands

do throws(UsageError) {
    switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
    case .text(let text): print(text)
    case .run(let invocation): await perform(invocation)
    }
} catch {
    complain("\(error)")
    leave(.usage)
}

/// Runs a command and ends the process with its code.
func perform(_ invocation: Invocation) async {
    do throws(CommandFailure) {
        let context = Context(invocation)
        let code = try await context.run(invocation.command.words.joined(separator: " "))
        leave(code)
    } catch {
        error.tell(asJSON: invocation.has("json"))
        leave(error.exitCode)
    }
}
