import CheckIns
import Disclosures
import HTTP
import JSON
import Records
import VirtualCard

extension Situation {
    /// The page of a situation, from its row and from what was seen of it. Times and random ids
    /// stay out, so that it is the same each time.
    func page(_ seen: Seen) -> String {
        let given = givenRows.map { "| \($0) | \($1) |" }
        var lines = ["# \(japanese) — \(english)", ""]
        lines += ["| 状況 | given |", "|---|---|"] + given
        lines += ["", "## 患者に見えるもの — what the patient sees", ""]
        lines += bullets(claimLines(seen) + patientLines(seen))
        lines += ["", "## 職員に見えるもの — what staff see", ""]
        lines += bullets(staffLines(seen))
        lines += ["", "## 閲覧・提供履歴 — what the access history keeps", ""]
        lines += bullets(historyLines(seen))
        lines += ["", Self.footer, ""]
        return lines.joined(separator: "\n")
    }

    /// What tells readers where the pages come from.
    static let footer =
        "<!-- Made by `make situations` from the table in Tests/FrontDeskTests/Situations, which the "
        + "tests play. -->"

    private func bullets(_ lines: [String]) -> [String] {
        lines.isEmpty ? ["* （なし） nothing"] : lines.map { "* " + $0 }
    }

    // MARK: Given

    private var givenRows: [(String, String)] {
        var rows = [("カード card", cardWords)]
        if special == .nothing || special == .unbound, form != .phone, form != .foreign {
            rows.append(("証明書 certificate", ageWords))
            if form == .plastic {
                rows.append(("暗証番号の残り tries left", "\(pinTries)"))
            }
            rows.append(("顔認証の残り misses left", "\(faceTries)"))
        }
        rows.append(("カメラ camera", eyeWords))
        rows.append(("方法 way", actWords))
        rows.append(("回答 answer", replyWords))
        if isCapReached { rows.append(("上限 cap", "暗証番号なしの受付が上限 reached")) }
        if isPaused { rows.append(("リーダー reader", "誤りが10回続いた ten wrong PINs")) }
        return rows
    }

    private var cardWords: String {
        switch special {
        case .mute: return "応答しない it says nothing"
        case .pulled: return "読取り中に取り出された pulled while it is read"
        case .held: return "ほかのプログラムが使用中 held by another program"
        case .swapped: return "入力前に別のカードに替わった swapped before the PIN"
        case .noCertificate: return "利用者証明用電子証明書がない without a certificate"
        case .foreignAuthority: return "知らない認証局の証明書 of an unknown authority"
        case .wrongUsage: return "用途の異なる証明書 with a certificate for another use"
        case .notYetValid: return "まだ有効でない証明書 with a certificate that has not begun"
        case .suspended: return "証明書が一時停止中 with a suspended certificate"
        case .revoked: return "証明書が失効 with a revoked certificate"
        case .nothing, .unbound: break
        }
        switch form {
        case .plastic: return "マイナンバーカード a My Number card"
        case .faceOnly: return "顔認証マイナンバーカード a card issued without a PIN"
        case .phone: return "スマートフォン a telephone"
        case .foreign: return "別のカード another kind of card"
        }
    }

    private var ageWords: String {
        switch daysLeft {
        case ..<(-92): "期限切れ（3か月超） ended more than three months ago"
        case ..<0: "期限切れ（3か月以内） ended less than three months ago"
        case ..<92: "3か月以内に期限 ends within three months"
        default: "有効 good"
        }
    }

    private var eyeWords: String {
        switch eye {
        case .holder, .silentMatcher: "券面と本人 the card's face and its holder"
        case .otherFace: "券面と別人 the card's face and somebody else"
        case .blurred: "券面とぼやけた顔 the card's face and a blur"
        case .nobody: "券面のみ the card's face, nobody before it"
        case .wrongCode: "券面（番号の読み誤り） the card's face, misread"
        case .cardFaceDown: "券面が見えない no card's face"
        case .absent: "なし there is none"
        }
    }

    private var actWords: String {
        switch act {
        case .pin(_, lastTry: true): "暗証番号（残り1回に同意） the PIN, the last try agreed to"
        case .pin: "暗証番号 the PIN"
        case .pad(_, lastTry: true):
            "リーダーのキーで暗証番号（残り1回に同意） the PIN, on the reader's keys, the last try agreed to"
        case .pad: "リーダーのキーで暗証番号 the PIN, on the reader's keys"
        case .face: "顔認証 the face"
        case .visual: "目視 staff look"
        }
    }

    private var replyWords: String {
        switch reply {
        case .right: consents ? "資格あり、本人 the holder's own" : "資格あり the holder's own, nothing shared"
        case .otherBirthDate: "別の生年月日 another birth date"
        case .otherName: "別の氏名 another name"
        case .otherSex: "別の性別 the other sex"
        case .unknownSex: "性別が未設定 the sex is left open"
        case .unmappable: "氏名に● the name with ●"
        case .invalid: "資格が無効 an invalid qualification"
        case .notFound: "該当資格なし no qualification found"
        case .noNonce: "接続できない none: no connection"
        case .lost: "届かない none arrives"
        case .forged: "署名が正しくない with a wrong signature"
        case .down: "停止中 none: out of service"
        }
    }

    // MARK: Seen

    /// What the choice shows once the card was read.
    private func claimLines(_ seen: Seen) -> [String] {
        guard seen.claimed["state"] == "choosing" else { return [] }
        var lines: [String] = []
        if let tries = seen.claimed["triesLeft"]?.integerValue, tries > 0 {
            lines.append("暗証番号は、あと\(tries)回入力できます。 \(tries) tries are left on the PIN.")
        }
        for way in Way.allCases {
            guard let word = seen.claimed["closedWays"]?[way.rawValue]?.stringValue else {
                continue
            }
            lines.append("\(way.japanese)は選べません（\(word)）。 Not offered: \(way.rawValue).")
        }
        switch seen.claimed["certificateLife"]?.stringValue {
        case "endingSoon": lines.append("電子証明書の期限が近づいています。 The certificate ends soon: renew it.")
        case "inGrace":
            lines.append("電子証明書の期限が切れています。資格情報のみ確認します。 Only the qualification is checked.")
        default: break
        }
        return lines
    }

    private func patientLines(_ seen: Seen) -> [String] {
        if let problem = seen.problem {
            // What staff may not do is told to them alone.
            return problem.name == "not-allowed" ? [] : problemLines(problem)
        }
        let items = (seen.staff["closing"]?["items"]?.arrayValue ?? [])
            .compactMap { $0["item"]?.stringValue }.sorted()
        let shared = items.isEmpty ? "なし nothing" : items.joined(separator: ", ")
        return ["受付しました。 Checked in.", "提供に同意した情報: \(shared)"]
    }

    private func problemLines(_ problem: Problem) -> [String] {
        var lines = ["**\(problem.titleJapanese)** \(problem.title)"]
        if let next = problem.nextStepJapanese {
            lines.append("→ \(next) \(problem.nextStep ?? "")")
        }
        return lines
    }

    private func staffLines(_ seen: Seen) -> [String] {
        if let problem = seen.problem {
            return ["`\(problem.name)`"] + problemLines(problem)
        }
        let code = seen.staff["closing"]?["qualification"]?["validity"]?.stringValue
        let validity = code.flatMap(QualificationValidity.init(rawValue:))?.japanese ?? "?"
        var lines = ["資格: \(validity)"]
        switch seen.staff["identity"]?.stringValue.flatMap(IdentityStanding.init) {
        case .agrees: lines.append("氏名・生年月日・性別はカードと一致。 The person is the card's.")
        case .agreesWithUnknown:
            lines.append("氏名に●がありますが、ほかは一致。 The same, as far as can be told.")
        case .undecided:
            lines.append(
                "⚠ 氏名または性別がカードと異なります。確認するまで情報は開けません。 "
                    + "Staff decide before a record is opened.")
        case .unchecked:
            lines.append("氏名・生年月日を窓口で確認してください。 Staff confirm name and birth date.")
        case .confirmed, nil: break
        }
        if seen.staff["certificateLife"] == "inGrace" {
            lines.append("情報の提供なし（証明書の期限切れ）。 No record is shared.")
        }
        return lines
    }

    private func historyLines(_ seen: Seen) -> [String] {
        let shown: Set<EventKind> = [
            .cardRefused, .proof, .sessionEnded, .intent, .outcome, .consentGiven, .consentRefused,
        ]
        return seen.events.filter { shown.contains($0.kind) }.suffix(isPaused ? 1 : 20).map {
            event in
            var words = ["`\(event.kind.rawValue)`"]
            if let item = event.item, event.kind != .proof { words.append(item.rawValue) }
            if let way = event.way { words.append(way.words) }
            if let outcome = event.outcome { words.append(outcome.rawValue) }
            if let reason = event.reason { words.append("（\(reason)）") }
            if let tries = event.triesLeft { words.append("あと\(tries)") }
            return words.joined(separator: " ")
        }
    }
}

extension Way {
    fileprivate var japanese: String {
        switch self {
        case .pin: "暗証番号"
        case .face: "顔認証"
        case .visualCheck: "目視"
        }
    }
}

extension VerificationWay {
    fileprivate var words: String {
        switch self {
        case .pin: "pin"
        case .face(let matcher, let score): "face [\(matcher), \(score)‰]"
        case .visualCheck(let staff): "visualCheck [\(staff)]"
        }
    }
}
