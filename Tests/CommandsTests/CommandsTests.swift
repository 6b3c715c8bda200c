import Commands
import Testing

@Suite("Command lines")
struct CommandsTests {
    let program = Program(
        name: "p", summary: "a program", version: "1",
        commands: [
            Command(
                "history list", "lists",
                options: [.init("item", "ITEM", "one item"), .init("all", nil, "everything")]),
            Command("history", "all of it"),
            Command(
                "paper", "makes one",
                options: [.init("output", "FILE", "where to", letter: "o")]),
            Command("show", "shows", arguments: [.init("ID"), .init("MORE", isOptional: true)]),
        ],
        common: [.init("json", nil, "as JSON"), .init("state", "DIR", "the folder")])

    func invocation(_ words: String) throws -> Invocation {
        guard
            case .run(let invocation) = try program.parse(
                words.split(separator: " ").map(String.init))
        else { throw UsageError("not a run") }
        return invocation
    }

    @Test("options may stand anywhere after the command, with a space or an equals sign")
    func options() throws {
        for words in [
            "--json history list --item drugs", "history list --item drugs --json",
            "history list --json --item=drugs",
        ] {
            let invocation = try invocation(words)
            #expect(invocation.command.words == ["history", "list"])
            #expect(invocation.value("item") == "drugs")
            #expect(invocation.has("json") && !invocation.has("all"))
        }
        #expect(try invocation("history --json").command.words == ["history"])
        #expect(try invocation("show -- --x").argument("ID") == "--x")
        for words in ["paper -o a.pdf", "paper --output a.pdf", "paper --output=a.pdf"] {
            #expect(try invocation(words).value("output") == "a.pdf")
        }
        #expect(throws: UsageError.self) { try invocation("paper -o") }
        #expect(throws: UsageError.self) { try invocation("paper -o a -o b") }
        #expect(throws: UsageError.self) { try invocation("paper -x") }
        #expect(program.help(for: program.commands[2]).contains("-o, --output FILE  where to"))
    }

    @Test(
        "a wrong call says what is wrong",
        arguments: [
            ("history list --itme x", "unknown option --itme; try --help"),
            ("history list --item", "--item needs a value: --item ITEM"),
            ("history list --all --all", "--all is given twice"),
            ("history list --all=1", "--all takes no value"),
            ("show", "ID is missing; try --help"),
            ("show a b c", "unexpected argument \"c\"; try --help"),
            ("sow", "no such command: sow; try p --help"),
        ])
    func wrong(words: String, message: String) {
        #expect(throws: UsageError(message)) { try invocation(words) }
    }

    @Test(
        "options alone call nothing: that is told, with what could be called",
        arguments: [["--state", "X"], ["--state=X"], ["--json", "--state", "X"], ["--state"]])
    func nothingCalled(words: [String]) throws {
        do throws(UsageError) {
            _ = try program.parse(words)
            Issue.record("parsed")
        } catch {
            #expect(error.description.hasPrefix("no command is named"))
            #expect(error.description.contains("history list"))
        }
        #expect(throws: UsageError("unknown option --stat; try --help")) {
            try program.parse(["--stat", "X", "history"])
        }
    }

    @Test("help names every command and option", arguments: ["--help", "", "help"])
    func help(words: String) throws {
        guard case .text(let text) = try program.parse(words.split(separator: " ").map(String.init))
        else {
            Issue.record("no help")
            return
        }
        #expect(text.contains("history list") && text.contains("--json"))
    }
}
