/// A program: its name, what it is, and its commands.
package struct Program: Sendable {
    /// The program's name.
    package var name: String
    /// One line that says what it is.
    package var summary: String
    /// The version it prints.
    package var version: String
    /// Its commands; one without words makes a program of one command.
    package var commands: [Command]
    /// Options that every command takes.
    package var common: [Command.Option]

    /// A program.
    package init(
        name: String, summary: String, version: String, commands: [Command],
        common: [Command.Option] = []
    ) {
        self.name = name
        self.summary = summary
        self.version = version
        self.commands = commands
        self.common = common
    }

    /// What a call asks for.
    package enum Call: Sendable {
        /// Text to print (help or version), then end with status 0.
        case text(String)
        /// A command to run.
        case run(Invocation)
    }

    /// Reads the words after the program's name.
    package func parse(_ given: [String]) throws(UsageError) -> Call {
        let words = commandFirst(given)
        if words.contains("--version"), commands.allSatisfy({ $0.words != Array(words.prefix(1)) })
        {
            return .text("\(name) \(version)")
        }
        let isHelp = words.first == "help" || words.contains { $0 == "--help" || $0 == "-h" }
        let spoken = words.filter { $0 != "help" && $0 != "--help" && $0 != "-h" }
        let candidates = commands.filter { spoken.starts(with: $0.words) }
        guard var command = candidates.max(by: { $0.words.count < $1.words.count }) else {
            if isHelp || words.isEmpty { return .text(help) }
            if let option = spoken.first, option.hasPrefix("-") {
                let isKnown = common.contains {
                    option == "--" + $0.name || option.hasPrefix("--\($0.name)=")
                }
                guard isKnown else { throw UsageError("unknown option \(option); try --help") }
                throw UsageError("no command is named\n\n\(help)")
            }
            throw UsageError(
                "no such command: \(spoken.prefix(2).joined(separator: " ")); try \(name) --help")
        }
        command.options += common
        if isHelp {
            return .text(command.words.isEmpty || spoken.isEmpty ? help : help(for: command))
        }
        return .run(
            try Invocation(command: command, words: Array(words.dropFirst(command.words.count))))
    }

    /// Options of every command may also stand before the command.
    private func commandFirst(_ words: [String]) -> [String] {
        var rest = words[...]
        var options: [String] = []
        while let word = rest.first, word.hasPrefix("--"),
            let option = common.first(where: {
                word == "--" + $0.name || word.hasPrefix("--\($0.name)=")
            })
        {
            let takesNext = option.value != nil && !word.contains("=")
            options += rest.prefix(takesNext ? 2 : 1)
            rest = rest.dropFirst(takesNext ? 2 : 1)
        }
        return rest + options
    }

    /// The whole program's help.
    package var help: String {
        var lines = ["\(name) — \(summary)", ""]
        if commands.count == 1, let only = commands.first, only.words.isEmpty {
            var command = only
            command.options += common
            return lines.joined(separator: "\n") + help(for: command)
        }
        lines += ["Commands:"]
        let width = commands.map { usage($0).count }.max() ?? 0
        for command in commands {
            lines.append("  \(padded(usage(command), to: width))  \(command.summary)")
        }
        if !common.isEmpty {
            lines += ["", "Options of every command:"] + describe(common)
        }
        lines += ["", "\(name) COMMAND --help tells more of one command.", ""]
        return lines.joined(separator: "\n")
    }

    /// One command's help.
    package func help(for command: Command) -> String {
        let options = command.options.isEmpty ? "" : " [OPTIONS]"
        var lines = ["Usage: \(name) \(usage(command))\(options)", "", command.summary]
        if !command.options.isEmpty { lines += ["", "Options:"] + describe(command.options) }
        if !command.discussion.isEmpty { lines += ["", command.discussion] }
        return (lines + [""]).joined(separator: "\n")
    }

    private func usage(_ command: Command) -> String {
        (command.words
            + command.arguments.map { $0.isOptional ? "[\($0.name)]" : $0.name })
            .joined(separator: " ")
    }

    private func describe(_ options: [Command.Option]) -> [String] {
        let heads = options.map { option in
            (option.letter.map { "-\($0), " } ?? "") + "--\(option.name)"
                + (option.value.map { " \($0)" } ?? "")
        }
        let width = heads.map(\.count).max() ?? 0
        return zip(heads, options).map { head, option in
            "  \(padded(head, to: width))  \(option.summary)"
        }
    }
}

private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
