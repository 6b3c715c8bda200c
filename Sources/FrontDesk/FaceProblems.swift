internal import CheckIns
internal import HTTP

// Problems of the ways without a PIN, and of comparing the answer with the card.
extension Problem {
    /// A way that is not open to this card here.
    static func closed(_ way: Way, _ closure: WayClosure) -> Problem {
        switch closure {
        case .pinLocked: proof(.pinLocked)
        case .noPIN:
            Problem(
                .card, "no-pin", 409, "This card was issued without a PIN.",
                "暗証番号の設定がない、顔認証マイナンバーカードです。",
                "Use the face, or let staff compare face and photo (--visual-check).",
                "顔認証、または職員による目視で確認してください。")
        case .noCamera:
            Problem(
                .refusal, "no-camera", 409, "Faces are not compared at this terminal.",
                "この端末では顔認証を行えません。", "Use the PIN, or let staff compare face and photo.",
                "暗証番号、または職員による目視で確認してください。")
        case .faceLocked: proof(.faceLocked)
        case .photoUnreadable: proof(.photoUnread(.wrongNumber))
        case .withoutPINCap: proof(.withoutPINCap)
        }
    }

    /// A face that was not, or could not be, found to be the photo's.
    static func face(_ failure: ProofFailure) -> Problem {
        switch failure {
        case .faceMissed(_, triesLeft: let left?) where left > 0:
            Problem(
                .card, "face-missed", 409,
                "The face is not found to be the one on the card; \(left) more misses lock this way.",
                "カードの顔写真と一致しませんでした。あと\(left)回でロックされます。",
                "Take off mask and glasses, look into the camera; or use the PIN, or let staff look.",
                "マスクや眼鏡を外してもう一度お試しください。暗証番号、または職員による目視でも確認できます。")
        case .faceUndecided(let trouble): undecided(trouble)
        case .photoUnread(let trouble): photoUnread(trouble)
        case .withoutPINCap:
            Problem(
                .refusal, "without-pin-cap", 409,
                "Too many were checked in without a PIN at this terminal today.",
                "この端末で暗証番号を使わない受付が、本日の上限に達しました。",
                "Use the PIN, or check the patient's eligibility certificate; the administrator knows the limit.",
                "暗証番号で受付するか、資格確認書をご提示ください。上限は管理者が設定します。")
        default:
            Problem(
                .card, "face-locked", 409,
                "Faces missed too often on this card; the way is locked.",
                "顔認証が続けて一致しなかったため、ロックされています。",
                "Use the PIN, or let staff look; the municipal office unlocks it.",
                "暗証番号、または職員による目視で確認してください。解除は市区町村の窓口で行えます。")
        }
    }

    private static func undecided(_ trouble: FaceTrouble) -> Problem {
        let (title, japanese) =
            switch trouble {
            case .cameraAway: ("The camera does not answer.", "カメラから応答がありません。")
            case .noFace: ("The camera sees no face.", "顔が映っていません。")
            case .blurred: ("The picture is not clear enough.", "顔がはっきり映っていません。")
            case .matcherFailed, .matcherSilent, .matcherNonsense:
                ("The faces could not be compared.", "顔の照合を行えませんでした。")
            }
        return Problem(
            .card, "face-undecided", 409, title + " That counts as no miss.",
            japanese + "失敗の回数には数えません。",
            "Look into the camera again; or use the PIN, or let staff look.",
            "もう一度カメラを見てください。暗証番号、または職員による目視でも確認できます。")
    }

    private static func photoUnread(_ trouble: LookTrouble) -> Problem {
        switch trouble {
        case .cameraAway: undecided(.cameraAway)
        case .nothingSeen:
            Problem(
                .card, "card-face-unseen", 409, "The camera does not see the card's face.",
                "カメラでカードの券面を読み取れません。", "Put the card down with its photo upwards.",
                "顔写真の面を上にして置き直してください。")
        case .wrongNumber, .tooFewTries, .numberLocked, .notOnCard, .cardFailed:
            Problem(
                .card, "photo-unreadable", 409, "The photo in this card cannot be read.",
                "カードの顔写真データを読み取れませんでした。",
                "Use the PIN, or let staff compare face and photo.",
                "暗証番号、または職員による目視で確認してください。")
        }
    }

    /// The answer is about somebody born on another day.
    static let otherPerson = Problem(
        .clearinghouse, "other-person", 409,
        "The answer is about somebody born on another day than the card says; nothing of it is shown.",
        "回答の生年月日がカードと異なります。別の方の情報の可能性があるため、表示しません。",
        "Check the eligibility certificate, and tell the insurer that the number is linked to somebody else.",
        "資格確認書で確認し、保険者に紐付けの誤りがないか照会してください。")

    /// Nobody has said that the person of the answer is the patient.
    static let identityOpen = Problem(
        .refusal, "identity-open", 409,
        "The answer's name has not been found to be the patient's; no record is opened before.",
        "回答の氏名が患者本人のものか確認されていません。確認するまで情報は開けません。",
        "Compare name and birth date with the patient, then say so (madoguchi identity --check-in ID --same yes|no).",
        "患者の氏名と生年月日を確認し、結果を登録してください（madoguchi identity）。")
}
