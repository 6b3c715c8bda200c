package import CheckIns
package import HTTP

/// Why the clearinghouse gave no answer that can be believed.
package enum ClearinghouseError: Error, Hashable, Sendable {
    /// No connection could be made.
    case unreachable(String)
    /// One side's certificate was refused, or TLS failed in another way.
    case tlsRefused(String)
    /// No answer came in time.
    case timedOut
    /// The line broke before the answer was whole.
    case lineLost
    /// What came is no answer of a clearinghouse.
    case garbage(String)
    /// A problem, as the clearinghouse words it, with its signed word where it gave one.
    case problem(Problem, receipt: SignedReceipt?)
    /// An answer that fails its checks: nothing of it may be believed.
    case wrongAnswer(String)
}

extension ClearinghouseError {
    /// Whether the question may have been lost on the way: the same bytes may be sent again.
    package var isLineLost: Bool {
        switch self {
        case .unreachable, .timedOut, .lineLost: true
        case .tlsRefused, .garbage, .problem, .wrongAnswer: false
        }
    }

    /// What a terminal that needs a nonce calls it.
    package var trouble: ClearinghouseTrouble {
        switch self {
        case .unreachable, .lineLost: .unreachable
        case .tlsRefused: .tlsRefused
        case .timedOut: .slow
        case .garbage, .wrongAnswer: .garbage
        case .problem: .refused
        }
    }

    /// What came of a check, where the line was not lost.
    package var askResult: AskResult? {
        switch self {
        case .unreachable, .timedOut, .lineLost: nil
        case .tlsRefused(let reason): .wrongAnswer(reason: "TLS: \(reason)")
        case .garbage(let detail): .wrongAnswer(reason: "not an answer: \(detail)")
        case .wrongAnswer(let reason): .wrongAnswer(reason: reason)
        case .problem(let problem, let receipt):
            .problem(AnsweredProblem(problem, receipt: receipt))
        }
    }
}

extension AnsweredProblem {
    /// The problem as screens show it.
    package init(_ problem: Problem, receipt: SignedReceipt? = nil) {
        let english = problem.nextStep ?? ""
        self.init(
            type: problem.type, status: problem.status,
            title: BilingualText(english: problem.title, japanese: problem.titleJapanese),
            nextStep: BilingualText(
                english: english, japanese: problem.nextStepJapanese ?? english),
            code: problem.code, receipt: receipt)
    }
}
