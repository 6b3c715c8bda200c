package import HTTP
package import JSON

/// A request that is refused: which problem, and what exactly is wrong where it can be said.
package struct Refusal: Error, Hashable, Sendable {
    /// The problem.
    package var kind: ProblemKind
    /// What exactly, in English; never data about a person.
    package var detail: String?

    /// A refusal.
    package init(_ kind: ProblemKind, _ detail: String? = nil) {
        self.kind = kind
        self.detail = detail.map(printable)
    }

    /// A refusal of a JSON body or statement.
    package init(_ kind: ProblemKind, _ cause: JSONError) {
        self.init(kind, cause.description)
    }

    /// The refusal as the wire has it, with further members.
    package func problem(with members: [String: JSONValue] = [:]) -> Problem {
        let text = kind.text
        return Problem(
            kind.rawValue, status: kind.status, title: text.english,
            titleJapanese: text.japanese, detail: detail, nextStep: text.nextStep,
            nextStepJapanese: text.nextStepJapanese, extensions: members)
    }
}

/// What a client sent may stand in a detail: shortened, and without what does not print.
private func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(500).map {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "\u{FFFD}" : $0
            }))
}
