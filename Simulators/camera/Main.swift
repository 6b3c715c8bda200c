internal import CameraSimulator
internal import Commands
internal import Executors
internal import Network
internal import VirtualCard

private let socket = Command.Option("socket", "PATH", "the camera's UNIX socket")
private let program = Program(
    name: "camera", summary: "a simulated camera before a terminal: a card's face, and a person's",
    version: "0.1.0",
    commands: [
        Command(
            "serve", "answers until SIGTERM",
            options: [
                socket,
                .init("card", "CARD.json", "the card on the reader; read anew for each question"),
            ]),
        Command(
            "order", "changes what the camera sees",
            options: [
                socket, .init("face", "WHOSE", "holder, other, blurred or nobody"),
                .init("of", "CARD.json", "for other: whose photo it is"),
                .init("print", "WHAT", "what is to be read: right, wrongCode or nothing"),
            ]),
    ])

@main
struct Main {
    static func main() {
        ProcessSignals.hold()
        runProcess { await call(Array(CommandLine.arguments.dropFirst())).rawValue }
    }

    private static func call(_ words: [String]) async -> ExitCode {
        do {
            switch try program.parse(words) {
            case .text(let text): print(text)
            case .run(let invocation):
                if invocation.command.words == ["order"] {
                    try await order(invocation)
                } else {
                    try await serve(invocation)
                }
            }
            return .ok
        } catch let error as UsageError {
            complain("\(error)")
            return .usage
        } catch {
            complain("\(error)")
            return .negative
        }
    }
}
