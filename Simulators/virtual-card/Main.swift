internal import Commands
internal import Glibc
internal import JSON
internal import VirtualCard

@main
struct Main {
    static func main() {
        exit(call(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func call(_ words: [String]) -> ExitCode {
        do {
            switch try program.parse(words) {
            case .text(let text): printLine(text)
            case .run(let invocation): try perform(invocation)
            }
            return .ok
        } catch let error as UsageError {
            printError("virtual-card: \(error)")
            return .usage
        } catch let error as CardFileError {
            printError("virtual-card: \(error)")
            return .card
        } catch {
            printError("virtual-card: \(error)")
            return .card
        }
    }

    private static func perform(_ invocation: Invocation) throws {
        switch invocation.command.words {
        case ["issue"]: try report(issue(invocation), invocation)
        case ["run"]: try serve(invocation)
        case ["renew"]: try report(renew(invocation), invocation)
        case ["revoke"], ["suspend"], ["resume"]:
            try report(changeStanding(invocation, invocation.command.words[0]), invocation)
        case ["new-generation"]: try report(beginGeneration(invocation), invocation)
        case ["status-list"]: try report(writeStatusList(invocation), invocation)
        case ["status-answer"]: try report(writeStatusAnswer(invocation), invocation)
        case ["rack"]: try serveRack(invocation)
        case ["show"]:
            let file = try CardFile(path: invocation.require("card"))
            try report(
                description(of: file.loadImage(), file.loadMemory()), invocation)
        case let words: try report(ask(invocation, words.joined()), invocation)
        }
    }

    /// JSON in one line for programs, indented for people.
    private static func report(_ value: JSONValue, _ invocation: Invocation) {
        printLine(
            invocation.has("json")
                ? value.canonicalText
                : String(decoding: value.pretty.dropLast(), as: UTF8.self))
    }
}
