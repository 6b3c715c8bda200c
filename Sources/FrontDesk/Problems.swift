internal import CheckIns
package import HTTP
internal import JSON
internal import Records
internal import Terminal

// Every problem of the local API: what happened, and the next step, in both languages. The exit
// code of a command follows from its family.
extension Problem {
    /// The families of problems, by what is at fault.
    package enum Family: String, Sendable, CaseIterable {
        case reader, card, clearinghouse, history, refusal
    }

    init(
        _ family: Family, _ name: String, _ status: Int, _ title: String, _ japanese: String,
        _ next: String, _ nextJapanese: String
    ) {
        self.init(
            name, status: status, title: title, titleJapanese: japanese, nextStep: next,
            nextStepJapanese: nextJapanese, extensions: ["family": .string(family.rawValue)])
    }

    /// The family, where the problem names one.
    package var family: Family? { extensions["family"]?.stringValue.flatMap(Family.init) }

    // MARK: Readers and cards

    static let noService = Problem(
        .reader, "no-pcsc-service", 503, "The PC/SC service (pcscd) is not running.",
        "PC/SC サービス（pcscd）が動いていません。",
        "Start it (systemctl start pcscd.socket), then try again.",
        "pcscd を起動してから、もう一度お試しください。")

    static let noReader = Problem(
        .reader, "no-reader", 503, "No card reader is connected.", "カードリーダーが見つかりません。",
        "Connect a reader, or name one that exists with --reader.",
        "カードリーダーを接続してください。")

    static func noSuchReader(_ name: String, among names: [String]) -> Problem {
        let list = names.joined(separator: ", ")
        return Problem(
            .reader, "no-reader", 503, "There is no reader \"\(name)\". There are: \(list).",
            "カードリーダー「\(name)」はありません。あるのは \(list) です。",
            "Name one of these with --reader, or connect that one.",
            "いずれかを指定するか、そのカードリーダーを接続してください。")
    }

    static let noCard = Problem(
        .card, "no-card", 409, "No card lies on the reader.", "カードが置かれていません。",
        "Put the My Number card on the reader.", "マイナンバーカードをリーダーに置いてください。")

    static let cardPulled = Problem(
        .card, "card-pulled", 409, "The card was taken away too early.",
        "カードが途中で取り出されました。", "Put the card back and begin again.",
        "カードを置き直して、最初からやり直してください。")

    static func card(_ refusal: Refusal) -> Problem {
        switch refusal {
        case .notMyNumberCard:
            Problem(
                .card, "not-my-number-card", 409, "This is not a My Number card.",
                "マイナンバーカードではありません。",
                "Use the My Number card, or check the patient's eligibility certificate at the desk.",
                "マイナンバーカードを置くか、窓口で資格確認書をご提示ください。")
        case .mute:
            Problem(
                .card, "mute-card", 409, "The card does not answer.", "カードから応答がありません。",
                "Take the card out of reader and sleeve, wipe its contacts, put it back: until it is taken out this reader serves nobody. If it stays so, try another reader.",
                "カードを取り出し、端子を拭いてから置き直してください。取り出すまで、このリーダーは使えません。続く場合は別のリーダーをお試しください。")
        case .unreadable:
            Problem(
                .card, "unreadable-card", 409, "The card's answer cannot be read.",
                "カードを読み取れませんでした。",
                "Put the card back; if it stays so, the municipal office checks the chip.",
                "置き直してください。続く場合は市区町村の窓口でご確認ください。")
        case .phone:
            Problem(
                .card, "phone", 409,
                "This is a telephone's card; this reader serves plastic cards.",
                "スマートフォンのマイナンバーカードです。このリーダーでは受け付けられません。",
                "Use the plastic card, or a reader for telephones where there is one.",
                "カード本体を置くか、スマートフォン用のリーダーがある場合はそちらをお使いください。")
        case .noCertificate:
            Problem(
                .card, "no-certificate", 409,
                "The card holds no certificate for user authentication.",
                "利用者証明用電子証明書がありません。",
                "The municipal office issues one; staff can check the patient's identity today.",
                "市区町村の窓口で発行できます。本日は窓口で資格確認書をご提示ください。")
        case .foreignAuthority:
            Problem(
                .card, "foreign-authority", 409,
                "The card's certificate comes from an authority that is not trusted here.",
                "この端末が信頼していない認証局の証明書です。",
                "Check the trust anchors of this terminal (trust folder).",
                "この端末の信頼する認証局の設定をご確認ください。")
        case .wrongKeyUsage:
            Problem(
                .card, "wrong-key-usage", 409,
                "The card's certificate may not be used to authenticate.",
                "本人確認に使えない電子証明書です。", "Use another card.",
                "別のカードをお使いください。")
        case .expired:
            Problem(
                .card, "certificate-expired", 409, "The card's certificate has expired.",
                "電子証明書の有効期限が切れています。",
                "The municipal office renews it; today the eligibility certificate is checked.",
                "市区町村の窓口で更新できます。本日は資格確認書をご提示ください。")
        case .notYetValid:
            Problem(
                .card, "certificate-not-yet-valid", 409,
                "The card's certificate is not valid yet.", "電子証明書がまだ有効ではありません。",
                "Check this terminal's clock.", "この端末の時刻をご確認ください。")
        case .inUse:
            Problem(
                .card, "card-in-use", 409, "Another program uses the card.",
                "ほかのプログラムがカードを使用中です。", "Close the other program, then begin again.",
                "ほかのプログラムを終了してから、やり直してください。")
        }
    }

    static func proof(_ failure: ProofFailure) -> Problem {
        switch failure {
        case .wrongPIN(triesLeft: 0), .pinLocked:
            Problem(
                .card, "pin-locked", 409, "The PIN is locked.", "暗証番号がロックされています。",
                "The municipal office unlocks it; today the eligibility certificate is checked.",
                "市区町村の窓口で解除できます。本日は資格確認書をご提示ください。")
        case .wrongPIN(let tries):
            Problem(
                .card, "wrong-pin", 409,
                "The PIN is wrong; \(tries == 1 ? "1 try is" : "\(tries) tries are") left.",
                "暗証番号が違います。あと\(tries)回です。", "Enter the four-digit PIN again.",
                "4桁の暗証番号をもう一度入力してください。")
        case .lastTry:
            Problem(
                .card, "last-try", 409, "Only one try is left; it was not used.",
                "残り1回です。まだ使っていません。",
                "Be sure of the PIN, then agree to use the last try (--spend-last-try).",
                "暗証番号を確かめ、最後の1回を使うことに同意してください。")
        case .pinUnanswered:
            Problem(
                .card, "pin-unanswered", 409,
                "The card did not answer to the PIN; that may have cost a try.",
                "暗証番号にカードが応答しませんでした。回数が減った可能性があります。",
                "Put the card back: the tries left are read anew before the next PIN.",
                "カードを置き直してください。残り回数を読み直してから入力できます。")
        case .pinMalformed:
            Problem(
                .card, "pin-malformed", 400, "A PIN is four digits; nothing was sent to the card.",
                "暗証番号は数字4桁です。カードには送っていません。", "Enter four digits.",
                "4桁の数字を入力してください。")
        case .pad(let trouble): pad(trouble)
        case .paused(let until):
            Problem(
                .card, "pin-paused", 429,
                "Too many PINs failed on this reader; none is taken until \(until.clockInJapan).",
                "このリーダーで暗証番号の誤りが続いたため、\(until.clockInJapan)まで受け付けません。",
                "Check the patient in another way or wait; an administrator may end the pause (madoguchi end-pause).",
                "別の方法で受付するか、お待ちください。管理者は解除できます。")
        case .differentCard:
            Problem(
                .card, "different-card", 409,
                "Another card lies there than the one that was read; no try was lost.",
                "読み取ったカードと別のカードです。回数は減っていません。",
                "Begin again with this card.", "このカードで最初からやり直してください。")
        case .badSignature:
            Problem(
                .card, "bad-signature", 409,
                "The card's signature does not fit its certificate.",
                "カードの署名が証明書と一致しません。",
                "Do not trust this card or reader; call the administrator.",
                "このカードまたはリーダーは使用せず、管理者に連絡してください。")
        case .noSignature:
            Problem(
                .refusal, "no-statement-key", 500, "The terminal's own key could not sign.",
                "端末の署名鍵が使えません。", "Check statementKeyFile in the configuration.",
                "端末の設定（statementKeyFile）をご確認ください。")
        case .inUse: card(.inUse)
        case .faceMissed, .faceLocked, .faceUndecided, .photoUnread, .withoutPINCap:
            face(failure)
        case .mute: card(.mute)
        case .cardFailed:
            Problem(
                .card, "card-failed", 409, "The card stopped in the middle of the proof.",
                "本人確認の途中でカードの応答が止まりました。", "Put the card back and try again.",
                "カードを置き直して、もう一度お試しください。")
        }
    }

    /// A reader with keys of its own.
    private static func pad(_ trouble: PINPadTrouble) -> Problem {
        switch trouble {
        case .cancelled:
            Problem(
                .card, "pad-cancelled", 409,
                "The PIN was cancelled on the reader; no try was used.",
                "リーダーで暗証番号の入力が取り消されました。回数は減っていません。",
                "Enter the PIN on the reader's keys when it asks again, or choose another way.",
                "もう一度リーダーのキーで入力するか、別の方法を選んでください。")
        case .timedOut:
            Problem(
                .card, "pad-timed-out", 409,
                "No PIN was entered on the reader in time; no try was used.",
                "時間内にリーダーで暗証番号が入力されませんでした。回数は減っていません。",
                "Enter the PIN on the reader's keys when it asks again, or choose another way.",
                "もう一度リーダーのキーで入力するか、別の方法を選んでください。")
        case .wanted:
            Problem(
                .card, "pad-wanted", 409,
                "This reader takes the PIN on its own keys; what was typed elsewhere was not used.",
                "このリーダーでは暗証番号をリーダーのキーで入力します。入力された番号は使っていません。",
                "Send an empty PIN and enter it on the reader (or set pinPads to false).",
                "画面では入力せず、リーダーのキーで入力してください。")
        }
    }

    // MARK: The clearinghouse

    /// Trouble before any PIN was asked for.
    static func offline(_ trouble: ClearinghouseTrouble) -> Problem {
        self.trouble(
            trouble,
            "No PIN was asked. Note name, birth date, sex and address, check again later; madoguchi doctor finds the cause.",
            "暗証番号はお聞きしていません。氏名・生年月日・性別・住所を控え、後で確認してください。原因は madoguchi doctor で調べられます。")
    }

    /// Trouble in the middle of something else.
    static func interrupted(_ trouble: ClearinghouseTrouble) -> Problem {
        self.trouble(
            trouble, "Try again later; madoguchi doctor finds the cause.",
            "後でもう一度お試しください。原因は madoguchi doctor で調べられます。")
    }

    private static func trouble(
        _ trouble: ClearinghouseTrouble, _ next: String, _ nextJapanese: String
    ) -> Problem {
        let (name, title, japanese): (String, String, String) =
            switch trouble {
            case .unreachable:
                (
                    "clearinghouse-unreachable", "The clearinghouse cannot be reached.",
                    "支払基金・国保中央会に接続できません。"
                )
            case .tlsRefused:
                (
                    "clearinghouse-tls-refused",
                    "The secure connection to the clearinghouse was refused.",
                    "支払基金・国保中央会との安全な接続が拒否されました。"
                )
            case .slow:
                (
                    "clearinghouse-slow", "The clearinghouse does not answer in time.",
                    "支払基金・国保中央会からの応答がありません。"
                )
            case .garbage:
                (
                    "clearinghouse-garbage", "What the clearinghouse sent is not an answer.",
                    "支払基金・国保中央会の応答が正しくありません。"
                )
            case .clockOff:
                (
                    "clock-off", "This terminal's clock and the clearinghouse's do not agree.",
                    "この端末と支払基金・国保中央会の時刻が合っていません。"
                )
            case .refused:
                (
                    "clearinghouse-refused", "The clearinghouse refuses this terminal.",
                    "支払基金・国保中央会がこの端末を拒否しました。"
                )
            }
        return Problem(
            .clearinghouse, name, 503, title, japanese, next, nextJapanese)
    }

    static let wrongAnswer = Problem(
        .clearinghouse, "wrong-answer", 502,
        "The clearinghouse's answer failed its checks; nothing of it is shown.",
        "応答の検証に失敗したため、表示しません。", "Try again; if it stays so, call the administrator.",
        "もう一度お試しください。続く場合は管理者に連絡してください。")

    static let noAnswer = Problem(
        .clearinghouse, "no-answer", 504, "No answer came before the question ran out.",
        "時間内に応答がありませんでした。", "Begin again with the card.", "カードで最初からやり直してください。")

    /// The time to wait for a step is over, and the session still asks.
    package static let noAnswerYet = Problem(
        .clearinghouse, "no-answer-yet", 504,
        "The clearinghouse has not answered yet; the session goes on asking.",
        "まだ応答がありません。問合せを続けています。",
        "Look at the session's state (madoguchi status); begin again with the card when it has ended.",
        "状態を確認し（madoguchi status）、終了後にカードで最初からやり直してください。")

    // MARK: Ends and rights

    static func ended(_ reason: EndReason) -> Problem {
        switch reason {
        case .storeClosed: historyClosed
        case .cardPulled: cardPulled
        case .choiceTimedOut, .proofTimedOut:
            Problem(
                .refusal, "timed-out", 408, "Time ran out.", "時間切れになりました。",
                "Begin again with the card.", "カードで最初からやり直してください。")
        }
    }

    static let historyClosed = Problem(
        .history, "history-closed", 503,
        "The access history cannot be written, so nothing is disclosed.",
        "閲覧・提供履歴に記録できないため、表示できません。",
        "Check the disk (space, read-only), then restart the service; madoguchi doctor tells more.",
        "ディスクの空き容量と書込み可否を確認し、サービスを再起動してください。")

    /// The history is there, and something in it cannot be read.
    static func historyUnread(_ reason: String) -> Problem {
        var problem = Problem(
            .history, "history-unread", 500,
            "An entry of the access history is damaged, or cannot be read.",
            "閲覧・提供履歴の記録が破損しているか、読み取れません。",
            "Run madoguchi history verify, which names the place; keep the folder as it is.",
            "madoguchi history verify で箇所を確認し、フォルダーはそのまま保管してください。")
        problem.detail = reason
        return problem
    }

    static let noEntry = Problem(
        .refusal, "no-entry", 404, "The access history has no such entry.", "その番号の記録はありません。",
        "List the entries (madoguchi history list).", "履歴の一覧を確認してください。")

    static let entryErased = Problem(
        .refusal, "entry-erased", 410, "What this entry held was erased.",
        "この記録の内容は消去されています。",
        "List the administrators' acts to see by whom and why.", "管理者の操作の一覧で理由を確認してください。")

    /// It has to be kept until a month.
    static func mustBeKept(_ detail: String) -> Problem {
        var problem = Problem(
            .refusal, "must-be-kept", 409, "This has to be kept for longer.", "保存期間が終わっていません。",
            "Wait until then, or name an earlier month.", "保存期間が終わるまでお待ちください。")
        problem.detail = detail
        return problem
    }

    static let timeUntrusted = Problem(
        .history, "time-untrusted", 409,
        "Nobody vouches for the time: no witness is configured and no time service keeps the clock. "
            + "Nothing was destroyed.",
        "時刻を保証するもの(証人・時刻同期)がないため、何も破棄していません。",
        "Run a time service (systemd-timesyncd; madoguchi doctor says what is missing) or configure "
            + "witnesses, then try again.",
        "時刻同期サービス(systemd-timesyncd)を動かすか、証人を設定して、もう一度実行してください。")

    static let timeNotCosigned = Problem(
        .history, "time-not-cosigned", 409,
        "No witness has said since the start what time it is. Nothing was destroyed.",
        "起動してからどの証人も時刻を示していないため、何も破棄していません。",
        "Wait for a round of the witnesses; madoguchi status says what troubles them. Then try again.",
        "証人の署名を待って(madoguchi status)、もう一度実行してください。")

    static let notAllowed = Problem(
        .refusal, "not-allowed", 403, "This role may not do that.", "この権限では行えません。",
        "Use the token of a role that may.", "権限のある職員のトークンを使用してください。")

    static let noToken = Problem(
        .refusal, "no-token", 401, "A staff token is needed.", "職員のトークンが必要です。",
        "Send it as Authorization: Bearer TOKEN.", "Authorization: Bearer で送ってください。")

    static let noSession = Problem(
        .refusal, "no-session", 400, "The card session is not named.", "カードの受付が指定されていません。",
        "Send the `session` that the claim answered as Madoguchi-Session.",
        "claim の応答の session を Madoguchi-Session で送ってください。")

    static let readerBusy = Problem(
        .refusal, "reader-busy", 409, "Another check-in is under way on this reader.",
        "このリーダーでは別の受付が進行中です。", "Wait until it has ended (madoguchi status), then begin.",
        "終了を待って（madoguchi status）、始めてください。")

    static let wrongState = Problem(
        .refusal, "wrong-state", 409, "The session is not in a state that allows this.",
        "今はこの操作を行えません。", "Ask for the session's state first.", "先に状態を確認してください。")

    static let unknownCheckIn = Problem(
        .refusal, "unknown-check-in", 404, "There is no such check-in.", "その受付はありません。",
        "List the check-ins.", "受付の一覧を確認してください。")

    static func opening(_ refusal: OpeningRefusal) -> Problem {
        switch refusal {
        case .unknownCheckIn: .unknownCheckIn
        case .ended(let state):
            Problem(
                .refusal, "check-in-ended", 409, "The check-in is \(state.rawValue).",
                "この受付は終了しています。", "A new consent needs the card again.",
                "再度の同意にはカードが必要です。")
        case .notConsented(let item):
            Problem(
                .refusal, "not-consented", 403,
                "The patient did not consent to \(item.rawValue), or the consent has ended.",
                "患者の同意がないか、期限が切れています。", "A new consent needs the card again.",
                "再度の同意にはカードが必要です。")
        case .notAllowed: .notAllowed
        case .notKept:
            Problem(
                .history, "end-not-kept", 503,
                "The check-in has ended, but that could not be written: a restart would open it again.",
                "受付は終了しましたが、記録できませんでした。再起動すると再び開きます。",
                "Check the disk of the check-in folder (space, read-only), then ask again.",
                "ディスクの空き容量と書込み可否を確認し、もう一度実行してください。")
        case .viewerGone:
            Problem(
                .refusal, "viewer-gone", 409, "Whoever asked has gone; nothing was shown.",
                "要求した画面が閉じられたため、表示していません。", "Open the record again.",
                "もう一度開いてください。")
        case .identityUndecided, .identityUnchecked: .identityOpen
        case .sameStaff:
            Problem(
                .refusal, "same-staff", 403,
                "Whoever confirmed the patient by sight may not open the records.",
                "目視確認をした職員は、記録を開けません。", "Let another clinician open them.",
                "別の職員が開いてください。")
        case .storeClosed: .historyClosed
        case .modeOff:
            Problem(
                .refusal, "mode-off", 409, "That mode is not on at this terminal.",
                "この端末はそのモードになっていません。", "An administrator turns it on at the desk.",
                "管理者が「管理」で切り替えます。")
        case .clearinghouse(let error): .clearinghouse(error)
        }
    }

    static func portal(_ refusal: PortalRefusal) -> Problem {
        switch refusal {
        case .card(.some(let refusal)): .card(refusal)
        case .card(.none): .noCard
        case .proof(let failure): .proof(failure)
        case .cardGone: .cardPulled
        case .clearinghouse(let error): .clearinghouse(error)
        case .storeClosed: .historyClosed
        }
    }
}
