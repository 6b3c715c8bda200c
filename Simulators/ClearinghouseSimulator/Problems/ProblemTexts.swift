/// What a problem says: what happened, and the next lawful step, each in both languages.
package struct ProblemText: Hashable, Sendable {
    /// What happened.
    package var english: String
    /// 何が起きたか.
    package var japanese: String
    /// What may be done next.
    package var nextStep: String
    /// 次にできること.
    package var nextStepJapanese: String

    init(
        _ english: String, _ japanese: String, next nextStep: String, _ nextStepJapanese: String
    ) {
        (self.english, self.japanese) = (english, japanese)
        (self.nextStep, self.nextStepJapanese) = (nextStep, nextStepJapanese)
    }
}

extension ProblemKind {
    /// The sentences of the problem.
    package var text: ProblemText {
        switch self {
        case .malformedBody, .malformedQuery, .unsupportedMediaType, .notFound, .methodNotAllowed,
            .unavailable, .tooManyRequests, .clientUnknown, .clientRevoked, .clientSuspended,
            .wrongClientIdentity:
            requestText
        case .maintenance, .idempotencyKeyMalformed, .idempotencyKeyReused, .numberCheckDigit,
            .batchUnknown, .modeNotActive, .selfDisclosureUnknown, .linkMissing, .linkUnknown,
            .witnessAbsent, .logKeyMalformed:
            serviceText
        case .statementMalformed, .statementWrongAudience, .statementWrongInstitution,
            .statementWrongCertificate, .statementWrongAlgorithm, .statementBadSignature,
            .statementWrongTime, .statementWrongPurpose, .statementWrongWay,
            .statementWrongConsent, .nonceUnknown, .nonceEnded, .nonceUsed:
            statementText
        case .certificateMalformed, .certificateUnknownAuthority, .certificateExpired,
            .certificateNotYetValid, .certificateUnusable, .certificateRevoked,
            .certificateSuspended, .cardNotRegistered:
            cardText
        case .grantMissing, .grantUnknown, .grantEnded, .grantWithdrawn, .itemNotConsented,
            .intentMissing, .sessionMissing, .sessionEnded, .adminUnauthorized, .adminWrongHost,
            .personUnknown:
            accessText
        }
    }

    private var requestText: ProblemText {
        switch self {
        case .unsupportedMediaType:
            ProblemText(
                "The request's body is not JSON.", "要求の本文が JSON ではありません。",
                next: "Send application/json.", "application/json で送信してください。")
        case .malformedQuery:
            ProblemText(
                "The question in the address could not be read.", "アドレスの問合せ部分を読み取れませんでした。",
                next: "Name months as 2026-11, and nothing that the address does not take.",
                "月は 2026-11 の形で指定し、使えない項目は付けないでください。")
        case .notFound:
            ProblemText(
                "There is nothing at this address.", "このアドレスには何もありません。",
                next: "Check the address against the description of the interface.",
                "インターフェイスの説明でアドレスを確認してください。")
        case .methodNotAllowed:
            ProblemText(
                "This address does not take this method.", "このアドレスではこのメソッドを使えません。",
                next: "Use a method that the Allow field names.",
                "Allow に示されたメソッドを使ってください。")
        case .unavailable:
            ProblemText(
                "The clearinghouse cannot answer at the moment.", "現在、資格確認のサービスが応答できません。",
                next: "Note name, birth date, sex and address, and check again later.",
                "氏名・生年月日・性別・住所を控え、後で改めて照会してください。")
        case .tooManyRequests:
            ProblemText(
                "Too many questions are open at once.", "同時に行われている照会が多すぎます。",
                next: "Wait a moment and ask again.", "しばらく待ってから、もう一度照会してください。")
        case .clientUnknown:
            ProblemText(
                "This terminal's certificate is not registered.", "この端末の証明書は登録されていません。",
                next: "Have the terminal registered by its administrator.",
                "管理者に端末の登録を依頼してください。")
        case .clientRevoked:
            ProblemText(
                "This terminal's certificate was revoked.", "この端末の証明書は失効しています。",
                next: "Have a new certificate issued to the terminal by its administrator.",
                "管理者に端末の証明書の再発行を依頼してください。")
        case .clientSuspended:
            ProblemText(
                "This terminal's certificate is suspended.", "この端末の証明書は一時停止されています。",
                next: "Have the suspension taken back by the terminal's administrator.",
                "管理者に端末の証明書の一時停止の解除を依頼してください。")
        case .wrongClientIdentity:
            ProblemText(
                "This identity may not use this address.", "この証明書ではこのアドレスを利用できません。",
                next: "Institutions use the check-in addresses, patients the portal's.",
                "医療機関等は受付用、本人はポータル用のアドレスを使ってください。")
        default:
            ProblemText(
                "The request could not be read.", "要求を読み取れませんでした。",
                next: "Correct the request as the detail says.", "詳細の内容に従って要求を直してください。")
        }
    }

    private var statementText: ProblemText {
        switch self {
        case .statementWrongAudience:
            startAnew("The statement was made for another service.", "申告は別のサービス宛てに作られています。")
        case .statementWrongInstitution:
            startAnew(
                "The statement names another institution or terminal.",
                "申告に書かれた医療機関または端末が異なります。")
        case .statementWrongCertificate:
            startAnew("The statement is about another card.", "申告は別のカードについてのものです。")
        case .statementWrongAlgorithm:
            startAnew(
                "The statement names an algorithm that the card's key does not have.",
                "申告の署名方式がカードの鍵と一致しません。")
        case .statementBadSignature:
            startAnew(
                "The signature does not belong to this statement and this card.",
                "署名がこの申告とカードのものではありません。")
        case .statementWrongTime:
            ProblemText(
                "The statement's time is too far from the clearinghouse's clock.",
                "申告の時刻が資格確認サービスの時刻と大きくずれています。",
                next: "Set the terminal's clock, then start anew.",
                "端末の時計を合わせてから、やり直してください。")
        case .statementWrongPurpose:
            startAnew("The statement's purpose does not fit the request.", "申告の利用目的が要求と合いません。")
        case .statementWrongWay:
            startAnew(
                "This way of verifying the identity cannot be proved by the card.",
                "この本人確認の方法は、カードの署名では証明できません。")
        case .statementWrongConsent:
            startAnew(
                "The consents in the statement are not possible.", "申告にある同意の内容が成り立ちません。")
        case .nonceUnknown:
            startAnew("The one-time number is not known here.", "この一回限りの番号は発行されていません。")
        case .nonceEnded:
            startAnew("The one-time number has ended.", "一回限りの番号の有効期限が切れました。")
        case .nonceUsed:
            startAnew("The one-time number was used before.", "一回限りの番号はすでに使われています。")
        default:
            startAnew("The statement could not be read.", "申告を読み取れませんでした。")
        }
    }

    private func startAnew(_ english: String, _ japanese: String) -> ProblemText {
        ProblemText(
            english, japanese, next: "Start the check-in anew with the card on the reader.",
            "カードを置いたまま、受付を最初からやり直してください。")
    }

    private var cardText: ProblemText {
        switch self {
        case .certificateUnknownAuthority:
            withoutCard(
                "The card's certificate comes from an authority that is not trusted here.",
                "カードの証明書の発行者が、ここでは信頼されていません。")
        case .certificateExpired:
            renew("The card's certificate has expired.", "カードの利用者証明用電子証明書の有効期限が切れています。")
        case .certificateNotYetValid:
            withoutCard(
                "The card's certificate is not valid yet.", "カードの証明書はまだ有効になっていません。")
        case .certificateUnusable:
            withoutCard(
                "The card's certificate may not be used to prove an identity.",
                "カードの証明書は本人確認に使えません。")
        case .certificateRevoked:
            renew("The card's certificate was revoked.", "カードの利用者証明用電子証明書は失効しています。")
        case .certificateSuspended:
            ProblemText(
                "The card's certificate is suspended: its loss was reported.",
                "紛失等の届出により、カードの利用者証明用電子証明書は一時停止されています。",
                next: "A found card is put into use again at the municipal office; until then use"
                    + " the certificate of qualification.",
                "カードが見つかったときは市区町村の窓口で一時停止を解除してください。"
                    + "それまでは資格確認書を使ってください。")
        case .cardNotRegistered:
            ProblemText(
                "The card is not registered as a health-insurance card.",
                "このカードは健康保険証としての利用登録がされていません。",
                next: "Register it at the portal, or use the certificate of qualification.",
                "ポータルで利用登録をするか、資格確認書を使ってください。")
        default:
            withoutCard("The card's certificate could not be read.", "カードの証明書を読み取れませんでした。")
        }
    }

    private func withoutCard(_ english: String, _ japanese: String) -> ProblemText {
        ProblemText(
            english, japanese,
            next: "Use the certificate of qualification or the patient's own declaration.",
            "資格確認書または被保険者資格申立書を使ってください。")
    }

    private func renew(_ english: String, _ japanese: String) -> ProblemText {
        ProblemText(
            english, japanese,
            next: "Renew it at the municipal office; until then use the certificate of"
                + " qualification.",
            "市区町村の窓口で更新してください。それまでは資格確認書を使ってください。")
    }

    private var accessText: ProblemText {
        switch self {
        case .grantMissing, .grantUnknown:
            cardAgain("There is no such permission to look.", "閲覧の許可が見当たりません。")
        case .grantEnded:
            cardAgain("The permission to look has ended.", "閲覧の許可の期限が切れました。")
        case .grantWithdrawn:
            cardAgain("The patient withdrew the consent.", "患者が同意を取り消しました。")
        case .itemNotConsented:
            cardAgain("The patient did not consent to this item.", "患者はこの情報の提供に同意していません。")
        case .intentMissing:
            ProblemText(
                "The request does not say where its intent stands in the access history.",
                "要求に、閲覧・提供履歴での位置が示されていません。",
                next: "Record the intent first, then name its place.",
                "先に履歴へ記録し、その位置を示してください。")
        case .sessionMissing, .sessionEnded:
            ProblemText(
                "There is no open session at the portal.", "ポータルに利用中のセッションがありません。",
                next: "Sign in again with card and PIN.", "カードと暗証番号でもう一度ログインしてください。")
        case .adminUnauthorized:
            ProblemText(
                "The administration token is missing or wrong.", "管理用のトークンがないか、正しくありません。",
                next: "Send the token of the file admin.token.",
                "admin.token ファイルのトークンを送ってください。")
        case .adminWrongHost:
            ProblemText(
                "The request was not meant for this host.", "要求の宛先ホストが異なります。",
                next: "Use the administration address as it is configured.",
                "設定された管理用アドレスを使ってください。")
        default:
            ProblemText(
                "There is no such person.", "該当する人物がいません。",
                next: "List the people and take one of them.", "一覧にある人物を指定してください。")
        }
    }

    private func cardAgain(_ english: String, _ japanese: String) -> ProblemText {
        ProblemText(
            english, japanese, next: "Ask the patient for a new consent with the card.",
            "カードを使って、患者にあらためて同意を求めてください。")
    }
}
