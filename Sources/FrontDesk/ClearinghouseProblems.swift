internal import CheckIns
internal import Clearinghouse
internal import HTTP
internal import JSON

extension Problem {
    static func clearinghouse(_ error: ClearinghouseError) -> Problem {
        switch error {
        case .problem(let problem, _): return problem.answered
        case .wrongAnswer: return .wrongAnswer
        case .unreachable, .tlsRefused, .timedOut, .lineLost, .garbage:
            return .interrupted(error.trouble)
        }
    }

    /// A problem that the clearinghouse answered with, as the local API tells it: a lawful no is
    /// a negative answer, a clearinghouse that cannot serve is at fault itself.
    var answered: Problem {
        var problem = self
        let family: Family = status >= 500 ? .clearinghouse : .refusal
        problem.extensions = ["family": .string(family.rawValue)]
        // 401 is about the asker's own token here; this is the clearinghouse's no to the terminal.
        if status == 401 { problem.status = 403 }
        return problem
    }

    /// The same of a card session.
    init(_ problem: AnsweredProblem) {
        self.init(
            "", status: problem.status, title: problem.title.english,
            titleJapanese: problem.title.japanese, nextStep: problem.nextStep.english,
            nextStepJapanese: problem.nextStep.japanese, code: problem.code)
        type = problem.type
        self = answered
    }
}
