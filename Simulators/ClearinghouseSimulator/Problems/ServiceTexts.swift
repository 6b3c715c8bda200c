extension ProblemKind {
    /// The sentences about modes, keys, batches and links.
    var serviceText: ProblemText {
        switch self {
        case .maintenance:
            ProblemText(
                "The service is being maintained.", "サービスは保守作業中です。",
                next: "Note name, birth date, sex and address, and check again when the"
                    + " maintenance is over.",
                "氏名・生年月日・性別・住所を控え、保守作業の終了後に改めて照会してください。")
        case .idempotencyKeyMalformed:
            ProblemText(
                "The key of idempotency could not be read.", "冪等キーを読み取れませんでした。",
                next: "Send one Idempotency-Key of 1 to 64 printable ASCII characters.",
                "Idempotency-Key は印字可能な ASCII 文字 1〜64 字で、一つだけ送ってください。")
        case .idempotencyKeyReused:
            ProblemText(
                "The key of idempotency was used with another body.",
                "この冪等キーは別の内容の要求で使われています。",
                next: "Send a new key with a new request.", "新しい要求には新しいキーを付けてください。")
        case .numberCheckDigit:
            ProblemText(
                "The check digit of a number is wrong.", "番号の検証番号が一致しません。",
                next: "Compare the number with the card or the paper, and type it again.",
                "券面の番号を確かめて、入力し直してください。")
        case .batchUnknown:
            ProblemText(
                "There is no such batch.", "該当する一括照会がありません。",
                next: "Use the reception number of the answer, within a day.",
                "受付時の受付番号を、1日以内に使ってください。")
        case .modeNotActive:
            ProblemText(
                "The mode that this check needs does not hold here now.",
                "この照会に必要な機能は、現在この機関では有効になっていません。",
                next: "Check by card or by insurance details; have the mode opened if the service"
                    + " is down.",
                "カードまたは被保険者証の情報で照会するか、障害時は機能の開放を依頼してください。")
        case .selfDisclosureUnknown:
            ProblemText(
                "There is no such request for one's own information.",
                "該当する自己情報の取得要求がありません。",
                next: "Ask for the information anew.", "自己情報の取得をもう一度申し込んでください。")
        case .witnessAbsent:
            ProblemText(
                "No witness works here.", "この模擬機関では証人 (witness) が動いていません。",
                next: "Start the clearinghouse with --witness-port.",
                "--witness-port を付けて起動してください。")
        case .logKeyMalformed:
            ProblemText(
                "This is not the verifier key of a log.", "ログの検証鍵を読み取れませんでした。",
                next: "Send name, id and Ed25519 key with plus signs between (C2SP signed-note).",
                "名前・識別子・Ed25519公開鍵を + でつないだ検証鍵を送ってください。")
        default:
            ProblemText(
                "There is no open link with the patient's data.", "本人のデータとの連携がありません。",
                next: "Link the software anew at the portal.", "ポータルで連携をやり直してください。")
        }
    }
}
