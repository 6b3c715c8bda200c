internal import CheckIns
internal import Clearinghouse
internal import HTTP
internal import JSON

extension Problem {
    static func clearinghouse(_ error: ClearinghouseError) -> Problem {
        switch error {
        case .problem(var problem, _):
            problem.extensions["family"] = .string(Family.clearinghouse.rawValue)
            return problem
        case .wrongAnswer: return .wrongAnswer
        case .unreachable, .tlsRefused, .timedOut, .lineLost, .garbage:
            return .offline(error.trouble)
        }
    }
}
