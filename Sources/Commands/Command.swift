/// One command of a program: what it is called, what it takes, what it is for. From this come
/// the parser, `--help` and the errors of use.
package struct Command: Sendable {
    /// The words that call it: `["history", "list"]`; none for a program of one command.
    package var words: [String]
    /// One line that says what it does.
    package var summary: String
    /// The options it takes.
    package var options: [Option]
    /// The arguments it takes after its options, by name.
    package var arguments: [Argument]
    /// More to say in its help: examples, exit codes.
    package var discussion: String

    /// A command.
    package init(
        _ words: String, _ summary: String, options: [Option] = [], arguments: [Argument] = [],
        discussion: String = ""
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.summary = summary
        self.options = options
        self.arguments = arguments
        self.discussion = discussion
    }

    /// An option: `--name` alone, or `--name VALUE`.
    package struct Option: Hashable, Sendable {
        /// The name without its dashes.
        package var name: String
        /// What stands for its value in the help; nothing for a flag.
        package var value: String?
        /// What it does.
        package var summary: String
        /// One letter that calls it too: `-o`.
        package var letter: Character?

        /// An option; a flag where there is no value.
        package init(
            _ name: String, _ value: String? = nil, _ summary: String, letter: Character? = nil
        ) {
            (self.name, self.value, self.summary) = (name, value, summary)
            self.letter = letter
        }
    }

    /// An argument by position.
    package struct Argument: Hashable, Sendable {
        /// Its name in the help.
        package var name: String
        /// Whether it may be left out.
        package var isOptional: Bool

        /// An argument.
        package init(_ name: String, isOptional: Bool = false) {
            (self.name, self.isOptional) = (name, isOptional)
        }
    }
}

/// A mistake in how a program was called (exit code 2).
package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    package var description: String

    /// A mistake.
    package init(_ description: String) { self.description = description }
}

/// A command with what was given to it.
package struct Invocation: Sendable {
    /// The command.
    package var command: Command
    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    private var positions: [String: String] = [:]

    init(command: Command, words: [String]) throws(UsageError) {
        self.command = command
        var rest = words[...]
        var free: [String] = []
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions, let option = option(byLetter: word) {
                try take(option: "--" + option.name, &rest)
                continue
            }
            guard takesOptions, word.hasPrefix("--") else {
                free.append(word)
                continue
            }
            if word == "--" {
                takesOptions = false
                continue
            }
            try take(option: word, &rest)
        }
        try take(arguments: free)
    }

    private func option(byLetter word: String) -> Command.Option? {
        guard word.count == 2, word.hasPrefix("-") else { return nil }
        return command.options.first { $0.letter == word.last }
    }

    private mutating func take(
        option word: String, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        let parts = word.dropFirst(2).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        guard let option = command.options.first(where: { $0.name == parts[0] }) else {
            throw UsageError("unknown option --\(parts[0]); try --help")
        }
        guard values[option.name] == nil, !flags.contains(option.name) else {
            throw UsageError("--\(option.name) is given twice")
        }
        if option.value == nil {
            guard parts.count == 1 else {
                throw UsageError("--\(option.name) takes no value")
            }
            flags.insert(option.name)
        } else if parts.count == 2 {
            values[option.name] = parts[1]
        } else if let next = rest.popFirst() {
            values[option.name] = next
        } else {
            throw UsageError(
                "--\(option.name) needs a value: --\(option.name) \(option.value ?? "")")
        }
    }

    private mutating func take(arguments free: [String]) throws(UsageError) {
        guard free.count <= command.arguments.count else {
            throw UsageError("unexpected argument \"\(free[command.arguments.count])\"; try --help")
        }
        for (index, argument) in command.arguments.enumerated() {
            if index < free.count {
                positions[argument.name] = free[index]
            } else if !argument.isOptional {
                throw UsageError("\(argument.name) is missing; try --help")
            }
        }
    }

    /// Whether a flag was given.
    package func has(_ flag: String) -> Bool { flags.contains(flag) }
    /// The value of an option, if it was given.
    package func value(_ option: String) -> String? { values[option] }
    /// An argument by its name, if it was given.
    package func argument(_ name: String) -> String? { positions[name] }

    /// The value of an option that must be given.
    package func require(_ option: String) throws(UsageError) -> String {
        guard let value = values[option] else {
            throw UsageError("--\(option) is missing; try --help")
        }
        return value
    }

    /// A whole number within a range, if the option was given.
    package func integer(
        _ option: String, in range: ClosedRange<Int>
    ) throws(UsageError) -> Int? {
        guard let text = values[option] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(option) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
