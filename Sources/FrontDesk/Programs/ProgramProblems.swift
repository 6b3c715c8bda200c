internal import HTTP
internal import JSON

// Why a program is refused: each reason its own problem.
extension Problem {
    static let noProgramToken = program(
        "no-program-token", 401, "This needs the token of a program.", "プログラムのトークンが必要です。",
        "Send it as Authorization: Bearer; an administrator makes one with madoguchi program add.",
        "管理者が madoguchi program add で発行したトークンを送ってください。")

    static let unknownProgramToken = program(
        "unknown-program-token", 401, "Nobody holds this token.", "登録されていないトークンです。",
        "Ask the administrator for a new one.", "管理者に新しいトークンを発行してもらってください。")

    static let programTokenRevoked = program(
        "program-token-revoked", 401, "This token was taken back.", "取り消されたトークンです。",
        "Ask the administrator for a new one.", "管理者に新しいトークンを発行してもらってください。")

    static let programTokenExpired = program(
        "program-token-expired", 401, "This token has ended.", "有効期限の切れたトークンです。",
        "Ask the administrator for a new one.", "管理者に新しいトークンを発行してもらってください。")

    static let programsUnreadable = program(
        "programs-unreadable", 503, "The terminal cannot read its list of programs.",
        "端末がプログラムの一覧を読めません。",
        "The administrator finds the cause in the terminal's journal.",
        "管理者が端末のジャーナルで原因を確認してください。")

    static let wrongProgramOrigin = program(
        "wrong-program-origin", 403, "This token is not good from here.",
        "この接続元からは使えないトークンです。",
        "Use it where it was made for, or ask for one that names this machine (--from).",
        "発行時に指定した接続元から使ってください。")

    static func programLacks(_ right: ProgramRight) -> Problem {
        program(
            "program-right-missing", 403, "This program has not the right \(right.rawValue).",
            "このプログラムには「\(right.rawValue)」の権限がありません。",
            "Ask the administrator for a token with this right (--may).",
            "管理者に権限のあるトークンを発行してもらってください。")
    }

    static func wrongMethod(_ allowed: [String]) -> Problem {
        var problem = program(
            "method-not-allowed", 405, "This address does not take this method.",
            "このアドレスでは使えないメソッドです。", "See /v1/openapi.json.", "/v1/openapi.json をご覧ください。")
        problem.extensions["allow"] = .array(allowed.map(JSONValue.string))
        return problem
    }

    private static func program(
        _ name: String, _ status: Int, _ title: String, _ japanese: String, _ next: String,
        _ nextJapanese: String
    ) -> Problem {
        Problem(.refusal, name, status, title, japanese, next, nextJapanese)
    }
}
