package import Disclosures
import Records

/// Events in the words of the paper that patients read.
package enum HistoryWords {
    /// `受付 reception`: the capacity, and the name within the institution.
    static func actor(_ actor: EventActor) -> String {
        actor.role.isPatientsSide ? actor.role.japanese : "\(actor.role.japanese) \(actor.id)"
    }

    /// What happened, and to which data: `薬剤情報を閲覧`.
    static func what(_ event: HistoryEvent) -> String {
        let data = event.item?.japanese ?? "情報"
        return switch event.kind {
        case .cardRefused: "カードを受け付けず"
        case .proof: "本人確認"
        case .sessionEnded: "照会せずに終了"
        case .intent: "\(data)の照会(結果の記録なし)"
        case .outcome: "\(data)の\(event.act == .withdrawGrant ? "同意取消の通知" : "照会")"
        case .disclosure: "\(data)の提供"
        case .consentGiven: "\(data)の提供に同意"
        case .consentRefused: "\(data)の提供に不同意"
        case .consentWithdrawn: "\(data)の提供の同意を取消"
        case .identityCompared: "氏名・生年月日の照合"
        case .checkInClosed: "受付の終了"
        case .viewed: "\(data)を閲覧"
        case .historyRead: "閲覧・提供履歴を閲覧"
        case .administratorAct: "管理者の操作"
        case .storeOpened, .storeCut, .storeClosed: "履歴の保管"
        case .clockStepped: "時計の変更"
        }
    }

    /// How it ended, and why where a word says so.
    static func result(_ event: HistoryEvent) -> String {
        let outcome = event.outcome?.japanese ?? "-"
        guard let tries = event.triesLeft else { return outcome }
        return "\(outcome)(残り\(tries)回)"
    }

    /// What an institution asked of the clearinghouse, by the words of its journal; a word that is
    /// not known here stands as it is.
    package static func request(_ word: String, item: String?) -> String {
        switch word {
        case "check": "資格の確認"
        case "details": "資格の確認(券面の番号)"
        case "batch": "資格の確認(一括)"
        case "emergency": "緊急時の閲覧"
        case "registration": "利用登録"
        case "withdrawal": "同意取消の通知"
        default: DisclosedItem(rawValue: item ?? word).map { "\($0.japanese)の提供" } ?? word
        }
    }

    /// How the holder was proved, by the word of the clearinghouse's journal.
    package static func way(_ word: String) -> String {
        switch word {
        case "pin": "暗証番号"
        case "face": "顔認証"
        case "visualCheck": "目視"
        case "spoken": "口頭の同意(災害時)"
        default: word
        }
    }
}

extension DisclosedItem {
    /// As papers name it.
    package var japanese: String {
        switch self {
        case .qualification: "資格情報"
        case .drugs: "薬剤情報"
        case .checkups: "特定健診等情報"
        case .expenses: "医療費通知情報"
        case .history: "閲覧・提供履歴"
        }
    }
}

extension DisclosurePurpose {
    /// As papers name it.
    var japanese: String {
        switch self {
        case .treatment: "診療等"
        case .ownAccess: "本人の閲覧"
        case .review: "履歴の確認"
        case .administration: "運用"
        }
    }
}

extension ActorRole {
    /// As papers name it.
    package var japanese: String {
        switch self {
        case .patient: "ご本人"
        case .parent: "代理(親権者・法定代理人)"
        case .carer: "代理(家族・介助者)"
        case .reception: "受付"
        case .clinician: "医師・薬剤師等"
        case .administrator: "管理者"
        case .system: "システム"
        }
    }
}

extension VerificationWay {
    /// As papers name it.
    var japanese: String {
        switch self {
        case .pin: HistoryWords.way("pin")
        case .face: HistoryWords.way("face")
        case .visualCheck: HistoryWords.way("visualCheck")
        }
    }
}

extension EventOutcome {
    /// As papers name it.
    var japanese: String {
        switch self {
        case .succeeded: "済"
        case .failed: "不一致"
        case .locked: "ロック"
        case .problem: "該当なし・拒否"
        case .wrongAnswer: "回答を不採用"
        case .unknown: "不明"
        }
    }
}
