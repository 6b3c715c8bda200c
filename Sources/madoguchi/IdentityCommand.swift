import CheckIns
import Commands
import JSON
import Terminal

extension Context {
    /// `identity`: what staff found who compared the answer with the patient.
    func compareIdentity() async throws(CommandFailure) -> ExitCode {
        let (id, word): (String, String)
        do throws(UsageError) {
            id = try invocation.require("check-in")
            word = try invocation.require("same")
        } catch { throw CommandFailure(error) }
        guard ["yes", "no"].contains(word) else {
            throw CommandFailure(UsageError("--same takes yes or no"))
        }
        let answer = try await ask(
            "POST", "/v1/check-ins/\(id)/identity", as: .reception,
            body: ["same": .bool(word == "yes")])
        try show(answer) {
            word == "yes"
                ? "本人と確認しました (the person of the answer is the patient)"
                : "別の方として受付を終了しました (somebody else: the check-in is closed)"
        }
        return word == "yes" ? .ok : .negative
    }

    /// What the desk must still do about who the answer is about.
    func identityLines(_ view: JSONValue) -> [String] {
        switch view["identity"]?.stringValue.flatMap(IdentityStanding.init) {
        case .undecided:
            [
                "⚠ 回答の氏名（または性別）がカードと異なります。本人か確認してください。",
                "  (the name or sex differs from the card's: compare, then madoguchi identity)",
            ]
        case .unchecked: ["  本人確認: 氏名・生年月日を窓口でご確認ください (confirm name and birth date)"]
        case .agrees, .agreesWithUnknown, .confirmed, nil: []
        }
    }
}
