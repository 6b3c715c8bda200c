import APDU
import TestWorlds
import VirtualCard

extension Situation {
    /// Every situation, in the order of the pages.
    static let all: [Situation] = pins + pads + faces + staff + cards + ages + answers

    private static let pins: [Situation] = [
        .init("pin-right", "暗証番号が正しい", "the PIN is right", ends: .accepted("agrees")) {
            $0.pinTriesAfter = 3
        },
        .init("pin-wrong", "暗証番号の誤り", "the PIN is wrong", ends: .problem("wrong-pin")) {
            $0.act = .pin("0000")
            $0.pinTriesAfter = 2
        },
        .init(
            "pin-wrong-again", "2回目の誤り", "the PIN is wrong again", ends: .problem("wrong-pin")
        ) {
            $0.pinTries = 2
            $0.act = .pin("0000")
            $0.pinTriesAfter = 1
        },
        .init(
            "pin-last-try", "残り1回、同意なし", "one try is left, and nobody agreed to spend it",
            ends: .problem("last-try")
        ) {
            $0.pinTries = 1
            $0.pinTriesAfter = 1
        },
        .init(
            "pin-last-try-right", "残り1回に同意、正しい", "the last try, agreed to, is right",
            ends: .accepted("agrees")
        ) {
            $0.pinTries = 1
            $0.act = .pin("1234", lastTry: true)
            $0.pinTriesAfter = 3
        },
        .init(
            "pin-last-try-wrong", "残り1回に同意、誤り", "the last try, agreed to, is wrong",
            ends: .problem("pin-locked")
        ) {
            $0.pinTries = 1
            $0.act = .pin("0000", lastTry: true)
            $0.pinTriesAfter = 0
        },
        .init(
            "pin-locked", "暗証番号がロック済み", "the PIN is locked", ends: .problem("pin-locked")
        ) {
            $0.pinTries = 0
            $0.pinTriesAfter = 0
        },
        .init(
            "pin-three-digits", "3桁の入力", "three digits instead of four",
            ends: .problem("pin-malformed")
        ) {
            $0.act = .pin("123")
            $0.pinTriesAfter = 3
        },
        .init(
            "pin-paused", "誤りが続いたリーダー", "ten PINs failed on this reader",
            ends: .problem("pin-paused")
        ) {
            $0.isPaused = true
            $0.pinTriesAfter = 3
        },
    ]

    private static let pads: [Situation] = [
        .init(
            "pad-right", "リーダーのキーで正しい暗証番号", "the right PIN, on the reader's keys",
            ends: .accepted("agrees")
        ) {
            $0.act = .pad(.digits("1234"))
            $0.pinTriesAfter = 3
        },
        .init(
            "pad-wrong", "リーダーのキーで暗証番号の誤り", "a wrong PIN, on the reader's keys",
            ends: .problem("wrong-pin")
        ) {
            $0.act = .pad(.digits("0000"))
            $0.pinTriesAfter = 2
        },
        .init(
            "pad-cancelled", "リーダーで取り消し", "the PIN is cancelled on the reader",
            ends: .problem("pad-cancelled")
        ) {
            $0.act = .pad(.word(.cancelled))
            $0.pinTriesAfter = 3
        },
        .init(
            "pad-timed-out", "リーダーで入力されない", "nobody types on the reader in time",
            ends: .problem("pad-timed-out")
        ) {
            $0.act = .pad(.word(.timedOut))
            $0.pinTriesAfter = 3
        },
        .init(
            "pad-three-digits", "リーダーのキーで3桁の入力", "three digits on the reader's keys",
            ends: .problem("pin-malformed")
        ) {
            $0.act = .pad(.digits("123"))
            $0.pinTriesAfter = 3
        },
        .init(
            "pad-last-try", "リーダーのキー、残り1回、同意なし",
            "one try is left on a reader with keys, and nobody agreed to spend it",
            ends: .problem("last-try")
        ) {
            $0.pinTries = 1
            $0.act = .pad(.digits("1234"))
            $0.pinTriesAfter = 1
        },
        .init(
            "pad-last-try-wrong", "リーダーのキー、残り1回に同意、誤り",
            "the last try, agreed to, is wrong on the reader's keys", ends: .problem("pin-locked")
        ) {
            $0.pinTries = 1
            $0.act = .pad(.digits("0000"), lastTry: true)
            $0.pinTriesAfter = 0
        },
    ]

    private static let faces: [Situation] = [
        .init("face-right", "顔が一致", "the face is the holder's", ends: .accepted("agrees")) {
            $0.act = .face
            $0.pinTriesAfter = 3
        },
        .init(
            "face-with-locked-pin", "暗証番号がロック、顔が一致", "the PIN is locked, the face is the holder's",
            ends: .accepted("agrees")
        ) {
            ($0.pinTries, $0.act, $0.pinTriesAfter) = (0, .face, 0)
        },
        .init("face-other", "顔が不一致", "the face is another's", ends: .problem("face-missed")) {
            ($0.eye, $0.act) = (.otherFace, .face)
        },
        .init(
            "face-tenth-miss", "10回目の不一致", "the tenth face that misses",
            ends: .problem("face-locked")
        ) {
            ($0.eye, $0.act, $0.faceTries) = (.otherFace, .face, 1)
        },
        .init(
            "face-locked", "顔認証がロック済み", "the face way is locked", ends: .problem("face-locked")
        ) {
            ($0.act, $0.faceTries) = (.face, 0)
        },
        .init(
            "face-blurred", "顔がはっきり映らない", "the picture is not clear",
            ends: .problem("face-undecided")
        ) { ($0.eye, $0.act) = (.blurred, .face) },
        .init(
            "face-nobody", "顔が映っていない", "nobody stands before the camera",
            ends: .problem("face-undecided")
        ) { ($0.eye, $0.act) = (.nobody, .face) },
        .init(
            "face-matcher-silent", "照合プログラムが応答しない", "the matcher says nothing in time",
            ends: .problem("face-undecided")
        ) { ($0.eye, $0.act) = (.silentMatcher, .face) },
        .init(
            "face-card-face-down", "カードが裏向き", "the card lies on its face",
            ends: .problem("card-face-unseen")
        ) { ($0.eye, $0.act) = (.cardFaceDown, .face) },
        .init(
            "face-wrong-code", "券面の番号の読み誤り", "the camera misreads the card's number",
            ends: .problem("photo-unreadable")
        ) { ($0.eye, $0.act) = (.wrongCode, .face) },
        .init("face-no-camera", "カメラのない端末", "there is no camera", ends: .problem("no-camera")) {
            ($0.eye, $0.act) = (.absent, .face)
        },
        .init(
            "face-cap", "暗証番号なしの受付が上限", "the day's check-ins without a PIN are used up",
            ends: .problem("without-pin-cap")
        ) { ($0.act, $0.isCapReached) = (.face, true) },
    ]

    private static let staff: [Situation] = [
        .init("visual-check", "目視確認", "staff compare face and photo", ends: .accepted("agrees")) {
            $0.act = .visual()
            $0.pinTriesAfter = 3
        },
        .init(
            "visual-check-pin-locked", "暗証番号がロック、目視確認", "the PIN is locked, staff look",
            ends: .accepted("agrees")
        ) { ($0.pinTries, $0.act, $0.pinTriesAfter) = (0, .visual(), 0) },
        .init(
            "visual-check-face-locked", "顔認証がロック、目視確認", "the face way is locked, staff look",
            ends: .accepted("agrees")
        ) { ($0.faceTries, $0.act) = (0, .visual()) },
        .init(
            "visual-check-without-right", "目視確認の権限がない職員", "staff look who may not",
            ends: .problem("not-allowed")
        ) { $0.act = .visual(by: "clinician") },
        .init(
            "visual-check-cap", "暗証番号なしの受付が上限、目視確認",
            "the day's check-ins without a PIN are used up, staff look",
            ends: .problem("without-pin-cap")
        ) { ($0.act, $0.isCapReached) = (.visual(), true) },
    ]

    private static let cards: [Situation] = [
        .init(
            "face-only-card-pin", "顔認証マイナンバーカード、暗証番号を選択",
            "a card without a PIN, and the PIN is chosen",
            ends: .problem("no-pin")
        ) { $0.form = .faceOnly },
        .init(
            "face-only-card-face", "顔認証マイナンバーカード、顔が一致",
            "a card without a PIN, and the holder's face",
            ends: .accepted("agrees")
        ) { ($0.form, $0.act) = (.faceOnly, .face) },
        .init(
            "face-only-card-visual-check", "顔認証マイナンバーカード、目視確認",
            "a card without a PIN, and staff look",
            ends: .accepted("agrees")
        ) { ($0.form, $0.act) = (.faceOnly, .visual()) },
        .init("phone", "スマートフォン", "a telephone", ends: .problem("phone")) { $0.form = .phone },
        .init(
            "other-card", "マイナンバーカード以外", "another kind of card",
            ends: .problem("not-my-number-card")
        ) { $0.form = .foreign },
        .init("card-mute", "応答のないカード", "the card says nothing", ends: .problem("mute-card")) {
            $0.special = .mute
        },
        .init(
            "card-pulled", "途中で取り出されたカード", "the card is pulled while it is read",
            ends: .problem("card-pulled")
        ) { $0.special = .pulled },
        .init(
            "card-in-use", "ほかのプログラムが使用中", "another program holds the card",
            ends: .problem("card-in-use")
        ) { $0.special = .held },
        .init(
            "card-swapped", "別のカードに替わった", "another card lies there when the PIN is entered",
            ends: .problem("different-card")
        ) { $0.special = .swapped },
        .init(
            "card-not-registered", "健康保険証としての利用登録がない",
            "the card is not registered for health insurance",
            ends: .problem("card-not-registered")
        ) { $0.special = .unbound },
    ]

    private static let ages: [Situation] = [
        .init(
            "certificate-ending-soon", "証明書が3か月以内に期限切れ", "the certificate ends within three months",
            ends: .accepted("agrees")
        ) { $0.daysLeft = 30 },
        .init(
            "certificate-in-grace", "証明書が期限切れ（3か月以内）",
            "the certificate ended less than three months ago",
            ends: .accepted("agrees")
        ) { $0.daysLeft = -30 },
        .init(
            "certificate-in-grace-face", "証明書が期限切れ（3か月以内）、顔が一致",
            "the certificate ended less than three months ago, and the face is the holder's",
            ends: .accepted("agrees")
        ) { ($0.daysLeft, $0.act) = (-30, .face) },
        .init(
            "certificate-over", "証明書が期限切れ（3か月超）",
            "the certificate ended more than three months ago",
            ends: .problem("certificate-expired")
        ) { $0.daysLeft = -120 },
        .init(
            "certificate-suspended", "証明書が一時停止中", "the certificate is suspended",
            ends: .problem("certificate-suspended")
        ) { $0.special = .suspended },
        .init(
            "certificate-revoked", "証明書が失効", "the certificate is revoked",
            ends: .problem("certificate-revoked")
        ) { $0.special = .revoked },
        .init(
            "certificate-not-yet", "証明書がまだ有効でない", "the certificate has not begun",
            ends: .problem("certificate-not-yet-valid")
        ) { $0.special = .notYetValid },
        .init(
            "certificate-none", "利用者証明用電子証明書がない", "there is no certificate on the card",
            ends: .problem("no-certificate")
        ) { $0.special = .noCertificate },
        .init(
            "certificate-foreign", "信頼していない認証局", "nobody here trusts the certificate's authority",
            ends: .problem("foreign-authority")
        ) { $0.special = .foreignAuthority },
        .init(
            "certificate-wrong-usage", "本人確認に使えない証明書", "the certificate may not authenticate",
            ends: .problem("wrong-key-usage")
        ) { $0.special = .wrongUsage },
    ]

    private static let answers: [Situation] = [
        .init(
            "consent-refused", "すべての項目に同意しない", "nothing is consented to",
            ends: .accepted("agrees")
        ) { $0.consents = false },
        .init(
            "answer-other-birth-date", "回答の生年月日が異なる",
            "the answer is about somebody born on another day",
            ends: .problem("other-person")
        ) { $0.reply = .otherBirthDate },
        .init(
            "answer-other-name", "回答の氏名が異なる", "the answer has another name",
            ends: .accepted("undecided")
        ) { $0.reply = .otherName },
        .init(
            "answer-other-sex", "回答の性別が異なる", "the answer has the other sex",
            ends: .accepted("undecided")
        ) { $0.reply = .otherSex },
        .init(
            "answer-unknown-sex", "回答の性別が未設定", "the answer leaves the sex open",
            ends: .accepted("agrees")
        ) { $0.reply = .unknownSex },
        .init(
            "answer-unmappable", "回答の氏名に●がある", "a character of the answer's name is unknown",
            ends: .accepted("agreesWithUnknown")
        ) { $0.reply = .unmappable },
        .init(
            "answer-unchecked", "券面を読み取れず照合なし", "nothing of the card could be compared",
            ends: .accepted("unchecked")
        ) { $0.eye = .cardFaceDown },
        .init("answer-invalid", "資格が無効", "the qualification is invalid", ends: .accepted("agrees"))
        {
            $0.reply = .invalid
        },
        .init(
            "answer-not-found", "該当資格なし", "no qualification is found",
            ends: .accepted("unchecked")
        ) { $0.reply = .notFound },
        .init(
            "answer-forged", "回答の署名が正しくない", "the answer's signature is wrong",
            ends: .problem("wrong-answer")
        ) { $0.reply = .forged },
        .init(
            "answer-lost", "回答が届かない", "no answer comes before the question runs out",
            ends: .problem("no-answer-yet")
        ) { $0.reply = .lost },
        .init(
            "clearinghouse-unreachable", "支払基金・国保中央会に接続できない", "the clearinghouse cannot be reached",
            ends: .problem("clearinghouse-unreachable")
        ) {
            $0.reply = .noNonce
            $0.pinTriesAfter = 3
        },
        .init(
            "history-closed", "履歴に記録できない", "the access history cannot be written",
            ends: .problem("history-closed")
        ) { $0.isHistoryClosed = true },
    ]
}
