internal import ClearinghouseSimulator
internal import Commands
internal import Executors
internal import Network

@main
struct Main {
    static func main() {
        ProcessSignals.hold()
        runProcess { await call(Array(CommandLine.arguments.dropFirst())).rawValue }
    }

    private static func call(_ words: [String]) async -> ExitCode {
        do {
            switch try program.parse(words) {
            case .text(let text): printLine(text)
            case .run(let invocation):
                switch invocation.command.words {
                case ["init"]: try initialise(invocation)
                case ["add-terminal"]: try addTerminal(invocation)
                case ["date"]: try await setDate(invocation)
                case ["bind"]: try await bind(invocation)
                case ["revoke"], ["suspend"], ["resume"]: try await changeStanding(invocation)
                case ["watch"]: try await watch(invocation)
                default: try await serve(invocation)
                }
            }
            return .ok
        } catch let error as UsageError {
            printError("clearinghouse: \(error)")
            return .usage
        } catch let error as NetworkError {
            printError("clearinghouse: \(describe(error))")
            return .clearinghouse
        } catch {
            printError("clearinghouse: \(error)")
            return .clearinghouse
        }
    }

    private static func describe(_ error: NetworkError) -> String {
        switch error {
        case .addressInUse: "the port is in use by another program; --port 0 takes a free one"
        default: "\(error)"
        }
    }
}
