// What the desk says. $name is filled in. What a record holds stays as it was received.

const ja = {
  language: "English", styles: { standard: "標準", large: "大きな文字", contrast: "白黒反転" },
  signIn: {
    title: "受付デスクにサインイン", id: "職員名", password: "パスワード", go: "サインイン", wait: "確認しています…", code: "認証アプリの6桁のコード",
    forgotten: "パスワードを忘れたときは、管理者に設定し直してもらってください。",
  },
  signOut: "サインアウト", signedOut: "サインアウトしました。表示していた情報は消去しました。",
  lost: ["端末のサービスとの接続が切れました", "安全のため画面を消しました。つながり次第、自動で戻ります。サービスが再起動したときは、もう一度サインインしてください。続くときは管理者に連絡してください。"],
  loading: "読み込んでいます…",
  roles: { reception: "受付", clinician: "医師・薬剤師", administrator: "管理者" },
  lights: { service: "カードの仕組み", on: "動作中", off: "停止", reader: "リーダー", there: "接続", gone: "未接続" },
  states: {
    empty: "カード待ち", reading: "読取中", choosing: "選択中", proving: "本人確認中", interrupted: "カードなし",
    recordingIntent: "確認中", asking: "確認中", recordingOutcome: "確認中", accepted: "完了", other: "案内中",
  },
  list: "きょうの受付", listNone: "きょうの受付はまだありません。患者さんがカードを置くと、ここに並びます。",
  checkIn: { asks: "要確認", open: "同意あり", withdrawn: "同意取消", expired: "期限切れ", closed: "終了" },
  ways: { pin: "暗証番号", face: "顔", visualCheck: "目視" },
  number: "受付 $number", choose: "左の一覧から受付を選んでください（↑↓で移動、Enterで開く）。",
  administrator: "管理者は患者さんの情報を見ません。リーダーの状態は右に表示します。",
  tabs: { qualification: "資格", drugs: "薬剤", checkups: "健診", history: "履歴" },
  notFor: "この情報は医師・歯科医師・薬剤師だけが開けます。", notAgreed: "患者さんの同意がありません。",
  openNote: "開くと閲覧履歴に記録されます。", open: "開く",
  ended: "この受付は$stateです。表示していた情報は消去しました。もう一度見るには、患者さんのカードによる新しい同意が必要です。",
  grantEnded: "この情報の同意は期限が切れました。",
  age: "$age歳", sex: "性別", confirmedOn: "確認日",
  unknownCharacter: "氏名に端末で表せない文字（●）があります。カナ氏名と生年月日でご確認ください。",
  sentences: null, chips: {},
  identity: {
    agrees: "カードの氏名・生年月日と一致しています。",
    agreesWithUnknown: "カードと一致しています（●の文字を除く）。",
    confirmed: "窓口で本人と確認しました。",
    unchecked: "氏名・生年月日を患者さんとご確認ください。",
    undecided: "カードと氏名または性別が違います。患者さんとご確認ください。",
    same: "本人です", other: "別人です",
  },
  history: {
    none: "この患者さんの履歴はまだありません。", when: "日時", who: "だれが", what: "何を", item: "項目", result: "結果", proof: "証明", showProof: "証明を見る", closeProof: "閉じる",
    note: "この端末の閲覧・提供履歴です。開いたことも記録されます。証明は履歴から1行も消えていないことを示します（tlog-proof）。", caption: "閲覧・提供履歴",
    kinds: { cardRefused: "カードを拒否", proof: "本人確認", sessionEnded: "読取り終了", intent: "照会の開始", outcome: "照会の結果", disclosure: "提供・開示", consentGiven: "同意", consentRefused: "不同意", consentWithdrawn: "同意の取消し", identityCompared: "本人の照合", checkInClosed: "受付の終了", viewed: "再表示", historyRead: "履歴の閲覧", administratorAct: "管理者の操作", storeOpened: "履歴を開始", storeCut: "履歴を切詰め", storeClosed: "履歴を終了", clockStepped: "時計の変更" },
    items: { qualification: "資格", drugs: "薬剤", checkups: "健診", expenses: "医療費", history: "履歴" }, patientsSide: { patient: "患者さん本人", parent: "代理（親・法定代理人）", carer: "代理（家族・介助の方）" }, system: "端末",
    outcomes: { succeeded: "成功", failed: "失敗", locked: "ロック", problem: "問題", wrongAnswer: "誤った応答", unknown: "不明" },
  },
  insurance: {
    open: "カードなしの確認", title: "カードなしの確認", note: "保険証・資格確認書に書かれた情報で資格だけを確認します。確認したことは履歴に残ります。",
    insurerNumber: "保険者番号", symbol: "記号", number: "番号", branch: "枝番", birthDate: "生年月日", mode: "調べ方", reason: "この患者さんを確認する理由", check: "確認する",
    wait: "あとで確認する（オフライン）", noted: "一覧に入れました。つながったら確認してください。", close: "閉じる",
    waiting: "オフラインの一覧", waitingNote: "つながったら確認してください。", nobody: "待っている方はいません。",
    since: "受けた時刻", recheck: "確認する", recheckOf: "番号 $number を確認する", drop: "一覧から外す", dropOf: "番号 $number を一覧から外す",
  },
  mode: {
    names: { systemFailure: "システム障害時モード", disaster: "災害時モード" }, on: "$nameです（$reason）。", since: "$staff が $time に切り替えました。", off: "通常に戻す", turnOn: "切り替える", reason: "切り替える理由",
    note: "災害時モードでは口頭の同意で薬剤・健診を開けます。戻すとその受付は終わります。",
    by: { four: "氏名・生年月日・性別・住所", details: "保険者番号・記号・番号" }, name: "氏名またはカナ", address: "住所（途中まで可）", sexes: { 3: "未設定", 1: "男", 2: "女" },
    consent: "薬剤・健診の閲覧への同意", consents: { "": "なし（資格だけ）", oral: "口頭の同意", unobtainable: "同意を得られない（意思を示せず生命に危険）" },
  },
  batch: {
    title: "あすの予約", note: "結果を見ることは履歴に残ります。", lines: "1行に1人：予約番号,保険者番号,記号,番号,枝番,生年月日（2026-11-22）",
    send: "まとめて確認する", progress: "$done / $count 人を確認しました（確認できない方 $errors 人）", show: "結果を見る", heads: ["予約番号", "氏名", "資格"], failed: "確認できません",
    brokenOff: "確認は途中で止まりました（異常終了）。もう一度送ってください。",
  },
  chart: { label: "カルテ番号", save: "つなぐ", unlink: "外す", hint: "32字まで。次の受付にも付きます。" },
  forgotten: "資格情報は端末に残っていません（サービスの再起動で消えます）。もう一度カードで受付すると表示されます。",
  wrongLink: { open: "別人の情報が表示された", ask: "表示された情報は患者さんのものではありませんか。受付を止め、情報を消し、履歴に残します。患者さんには保険者へのお問い合わせ（紐付けの確認）をお願いしてください。", yes: "止める", no: "戻る" },
  paper: { print: "紙の様式で印刷", save: "PDFを保存", working: "帳票を作っています…" },
  admin: {
    title: "管理", tabs: { readers: "リーダー", lockouts: "ロック", staff: "職員", store: "履歴の保管", review: "履歴の点検", modes: "障害・災害" },
    reader: "リーダー", state: "状態", pause: "停止", noReaders: "リーダーがありません。",
    noLockouts: "ロック中の職員はいません。", until: "$time まで", endLockout: "ロックを解く", account: "職員名",
    staff: { id: "職員名", role: "役割", rights: "権限", password: "パスワード", secondFactor: "認証アプリ", set: "設定あり", unset: "なし", add: "職員を追加・パスワードを再設定", newPassword: "新しいパスワード（8〜64バイト）", visualCheck: "目視確認の権限", save: "保存する", remove: "削除", removeAsk: "$id を削除しますか。すぐにサインアウトされます。", yes: "削除する", no: "やめる", turnOn: "認証アプリを設定", turnOff: "認証アプリを外す", secret: "$id の認証アプリに登録してください。二度と表示されません。", done: "閉じる" },
    store: { origin: "ログの名前", entries: "項目数", witnesses: "証人", cosigned: "証人が署名した項目", uncosigned: "まだ署名されていない項目", none: "証人は設定されていません。", troubles: "証人の不調", version: "版", open: "開いている受付", institution: "医療機関コード", terminal: "端末" },
    review: { from: "いつから", to: "いつまで", actor: "職員名", patient: "患者ID", item: "項目", any: "すべて", show: "点検する", note: "点検したことも履歴に残ります。", days: "日ごとの件数", day: "日", checkIns: "受付", disclosures: "提供", failedProofs: "本人確認の失敗", ownViews: "本人の閲覧", historyReads: "履歴の閲覧", administratorActs: "管理操作", entries: "項目", lines: "項目（新しい順、1000件まで）", none: "該当する項目はありません。",
      openings: "確認が必要な閲覧", openingsNote: "診療時間外や予約なしの閲覧です。見たことも履歴に残ります。", openingsShow: "一覧を見る", nothing: "確認が必要な閲覧はありません。", reason: "理由",
      reasons: { afterHours: "時間外", withoutBooking: "予約なし" }, signOff: "$count 件を確認済みにする", remark: "所見（任意）", signedOff: "前回は $by が項目 $entry まで確認しました。",
      noBookings: "予約の有無は調べていません（一覧なし）。", cut: "確認済みにすると続きが表示されます。" },
  },
  drugs: {
    byDay: "日ごと", grid: "薬 × 月", hideOwn: "自院の処方を隠す", none: "この期間の薬剤情報はありません。",
    overlaps: "同じ成分が重なっています", overlap: "重複", period: "$from ～ $to", medicine: "薬剤", prescribed: "処方 $date",
    columns: ["No.", "薬剤名", "用法", "数量"], hidden: "自院の処方を隠しています。重なりの判定には含めています。",
  },
  checkups: {
    none: "健診情報はありません。", caption: "健診結果（新しい順）", item: "項目", threshold: "受診勧奨の値",
    legend: "▲ 基準以上 ／ ▽ 基準以下 ／ ※ 同じ日に複数の結果があり、本人の控えと異なることがあります",
    chart: "グラフ", close: "グラフを閉じる",
  },
  aside: {
    consent: "同意の残り", until: "$time まで", minutes: "$minutes分$seconds秒", hours: "$hours時間$minutes分", over: "期限切れ",
    withdraw: "同意を取り消す", withdrawAsk: "患者さんの申し出により同意を取り消しますか。開いている情報はすぐに消えます。",
    yes: "取り消す", no: "やめる", close: "受付を終える", closeAsk: "この受付を終えますか。以後、情報は開けません。", closeYes: "終える",
    told: "支払基金・国保中央会へ通知しました。", notTold: "通知はまだです。つながり次第、自動で送ります。",
    readers: "リーダー", paused: "暗証番号を $time まで受け付けません。", endPause: "受付を再開する", print: "印刷", reload: "もう一度",
    certificate: "電子証明書の有効期限は $time です。市区町村の窓口で更新できます。",
    certificateOver: "電子証明書は $time に切れました。薬剤・健診は開けません。市区町村の窓口で更新できます。",
  },
  visual: {
    title: "目視確認の依頼", text: "カードの顔写真と患者さんを見比べ、本人であれば承認してください。承認した職員名は履歴に残ります。",
    reason: "理由", approve: "本人と確認しました", forbidden: "目視確認の権限がある職員を呼んでください。",
    reasons: { pinForgotten: "暗証番号を忘れた", pinLocked: "暗証番号がロックされた", faceUnavailable: "顔認証が使えない", readerTrouble: "リーダーの不調" },
    done: "確認しました。", failed: "承認できませんでした。",
  },
};

const en = {
  language: "日本語", styles: { standard: "Standard", large: "Large type", contrast: "High contrast" },
  signIn: {
    title: "Sign in to the desk", id: "Staff name", password: "Password", go: "Sign in", wait: "Checking…", code: "The six digits of your telephone's code",
    forgotten: "If you have forgotten your password, an administrator sets a new one.",
  },
  signOut: "Sign out", signedOut: "You are signed out. What was shown has been wiped.",
  lost: ["The terminal's service does not answer", "The page is blank for safety. It comes back by itself as soon as the service does; after a restart, sign in again. If this lasts, call the administrator."],
  loading: "Loading…",
  roles: { reception: "reception", clinician: "clinician", administrator: "administrator" },
  lights: { service: "Card service", on: "running", off: "stopped", reader: "Reader", there: "connected", gone: "not there" },
  states: {
    empty: "waiting for a card", reading: "reading", choosing: "patient is choosing", proving: "proving identity", interrupted: "card was pulled",
    recordingIntent: "checking", asking: "checking", recordingOutcome: "checking", accepted: "done", other: "showing a message",
  },
  list: "Today's check-ins", listNone: "No check-ins today yet. They appear here as patients use their cards.",
  checkIn: { asks: "to confirm", open: "consented", withdrawn: "withdrawn", expired: "expired", closed: "closed" },
  ways: { pin: "PIN", face: "face", visualCheck: "by sight" },
  number: "Check-in $number", choose: "Choose a check-in on the left (↑↓ to move, Enter to open).",
  administrator: "Administrators see no patient data. The readers' state is on the right.",
  tabs: { qualification: "Insurance", drugs: "Medicines", checkups: "Checkups", history: "History" },
  notFor: "Only doctors, dentists and pharmacists may open this.", notAgreed: "The patient did not agree to this.",
  openNote: "Opening it is recorded in the access history.", open: "Open",
  ended: "This check-in is $state. What was shown has been wiped. To see it again, the patient must consent anew with the card.",
  grantEnded: "The consent to this has run out.",
  age: "aged $age", sex: "Sex", confirmedOn: "Checked on",
  unknownCharacter: "The name has a character this terminal cannot show (●). Go by the kana name and the birth date.",
  sentences: {
    1: "The insurance is valid.",
    2: "The insurance is not valid. Ask for a new card or a written confirmation of insurance.",
    3: "This insurance is not valid; there is a newer one. Check with the newer insurer.",
    4: "No insurance was found. Ask for a written confirmation or a patient's declaration.",
    5: "Several insurances were found. Ask the patient which one is to be used.",
    6: "The insurance is valid, but numbers are not registered yet. Check again another day.",
  },
  chips: { "負担割合 提供なし": "copayment rate not provided", "高齢受給者": "elderly recipient 高齢受給者", "未就学": "preschool child 未就学" },
  identity: {
    agrees: "Name and birth date agree with the card.",
    agreesWithUnknown: "They agree with the card, apart from the character ●.",
    confirmed: "Staff confirmed that this is the patient.",
    unchecked: "Confirm name and birth date with the patient.",
    undecided: "Name or sex differ from the card. Ask the patient.",
    same: "Same person", other: "Another person",
  },
  history: {
    none: "There is nothing of this patient yet.", when: "When", who: "Who", what: "What", item: "Item", result: "Result", proof: "Proof", showProof: "Show the proof", closeProof: "Close",
    note: "The access history of this terminal. Opening it is recorded too. A proof shows that no line has gone from the log (tlog-proof).", caption: "Access history",
    kinds: { cardRefused: "card refused", proof: "proof of identity", sessionEnded: "card session ended", intent: "about to ask", outcome: "answer", disclosure: "disclosed", consentGiven: "consented", consentRefused: "refused", consentWithdrawn: "withdrew consent", identityCompared: "identity compared", checkInClosed: "check-in closed", viewed: "looked at again", historyRead: "history read", administratorAct: "administration", storeOpened: "history opened", storeCut: "history cut", storeClosed: "history closed", clockStepped: "clock set" },
    items: { qualification: "insurance", drugs: "medicines", checkups: "checkups", expenses: "expenses", history: "history" }, patientsSide: { patient: "the patient", parent: "parent or guardian", carer: "family or carer" }, system: "the terminal",
    outcomes: { succeeded: "succeeded", failed: "failed", locked: "locked", problem: "problem", wrongAnswer: "wrong answer", unknown: "unknown" },
  },
  insurance: {
    open: "Check without a card", title: "Check without a card", note: "By what stands on an insurance certificate: the qualification only. That you checked is in the history.",
    insurerNumber: "Insurer's number", symbol: "Symbol", number: "Number", branch: "Branch", birthDate: "Birth date", mode: "Look up by", reason: "Why this patient is looked up", check: "Check",
    wait: "Check later (offline)", noted: "Noted. Check when the line is back.", close: "Close",
    waiting: "Offline list", waitingNote: "Check them when the line is back.", nobody: "Nobody waits.",
    since: "Since", recheck: "Check", recheckOf: "Check number $number", drop: "Remove", dropOf: "Remove number $number",
  },
  mode: {
    names: { systemFailure: "System failure mode", disaster: "Disaster mode" }, on: "$name ($reason).", since: "Turned on by $staff at $time.", off: "Back to normal", turnOn: "Turn on", reason: "Why",
    note: "In a disaster, oral consent opens medicines and checkups, until it is turned off.",
    by: { four: "name, birth date, sex, address", details: "insurance numbers" }, name: "Name or kana", address: "Address, or its beginning", sexes: { 3: "not given", 1: "male", 2: "female" },
    consent: "Consent to medicines and checkups", consents: { "": "none (insurance only)", oral: "oral consent", unobtainable: "cannot be asked, life at stake" },
  },
  batch: {
    title: "Tomorrow's bookings", note: "Looking at the results is in the history.", lines: "One a line: booking,insurer,symbol,number,branch,birth date (2026-11-22)",
    send: "Check them all", progress: "$done of $count checked ($errors could not be)", show: "Show the results", heads: ["Booking", "Name", "Insurance"], failed: "could not be checked",
    brokenOff: "The clearinghouse broke the check off. Send the list again.",
  },
  chart: { label: "Chart number", save: "Link", unlink: "Unlink", hint: "32 signs at most; for the next check-ins too." },
  forgotten: "The qualification is not known any more: a restart of the service forgets it. Check in with the card once more.",
  wrongLink: { open: "Somebody else's data was shown", ask: "Is what was shown not this patient's? The check-in stops, what is open is wiped, and the history says so. Ask the patient to have the insurer check the link.", yes: "Stop", no: "Back" },
  paper: { print: "Print the paper form", save: "Save as PDF", working: "Making the paper…" },
  admin: {
    title: "Administration", tabs: { readers: "Readers", lockouts: "Lockouts", staff: "Staff", store: "History store", review: "Review", modes: "Failure, disaster" },
    reader: "Reader", state: "State", pause: "Pause", noReaders: "There is no reader.",
    noLockouts: "Nobody is locked out.", until: "until $time", endLockout: "End the lockout", account: "Staff name",
    staff: { id: "Staff name", role: "Role", rights: "Rights", password: "Password", secondFactor: "Second factor", set: "set", unset: "none", add: "Add somebody, or set another password", newPassword: "New password (8 to 64 octets)", visualCheck: "may confirm by sight", save: "Save", remove: "Remove", removeAsk: "Remove $id? They are signed out at once.", yes: "Remove", no: "Keep", turnOn: "Set a second factor", turnOff: "Take the second factor away", secret: "Enter this into $id's telephone, once. It is not shown again.", done: "Close" },
    store: { origin: "Log", entries: "Entries", witnesses: "Witnesses", cosigned: "Cosigned entries", uncosigned: "Not cosigned yet", none: "No witnesses are configured.", troubles: "Trouble with witnesses", version: "Version", open: "Open check-ins", institution: "Institution", terminal: "Terminal" },
    review: { from: "From", to: "To", actor: "Staff name", patient: "Patient's id", item: "Item", any: "any", show: "Review", note: "That you reviewed is in the history too.", days: "Numbers by day", day: "Day", checkIns: "check-ins", disclosures: "disclosures", failedProofs: "failed proofs", ownViews: "own views", historyReads: "history reads", administratorActs: "administration", entries: "entries", lines: "Entries, newest first, 1000 at most", none: "No such entries.",
      openings: "Openings to look at", openingsNote: "Opened after hours or without a booking. Looking is in the history too.", openingsShow: "Show them", nothing: "There is nothing to look at.", reason: "Why",
      reasons: { afterHours: "after hours", withoutBooking: "no booking" }, signOff: "Sign off $count openings", remark: "Remark (optional)", signedOff: "Last signed off by $by, through entry $entry.",
      noBookings: "Without lists of bookings, those are not looked at.", cut: "More follow when these are signed off." },
  },
  drugs: {
    byDay: "By day", grid: "Medicine × month", hideOwn: "Hide our own", none: "No medicines in this period.",
    overlaps: "The same ingredient at the same time", overlap: "overlap", period: "$from to $to", medicine: "Medicine", prescribed: "prescribed $date",
    columns: ["No.", "Medicine", "Usage", "Quantity"], hidden: "Our own prescriptions are hidden; overlaps still count them.",
  },
  checkups: {
    none: "No checkups.", caption: "Checkups, newest first", item: "Item", threshold: "See a doctor from",
    legend: "▲ at the limit or above / ▽ at the limit or below / ※ several results on one day; the patient's paper may differ",
    chart: "chart", close: "Close the chart",
  },
  aside: {
    consent: "Consent ends in", until: "until $time", minutes: "$minutes min $seconds s", hours: "$hours h $minutes min", over: "ended",
    withdraw: "Withdraw consent", withdrawAsk: "Withdraw the consent at the patient's word? What is open disappears at once.",
    yes: "Withdraw", no: "Keep", close: "Close check-in", closeAsk: "Close this check-in? Nothing more can be opened.", closeYes: "Close",
    told: "The clearinghouse has been told.", notTold: "The clearinghouse is not told yet; that is sent by itself.",
    readers: "Readers", paused: "No PINs are taken until $time.", endPause: "Take PINs again", print: "Print", reload: "Try again",
    certificate: "The card's certificate ends on $time; the municipal office renews it.",
    certificateOver: "The card's certificate ended on $time: no medicines, no checkups. The municipal office renews it.",
  },
  visual: {
    title: "Confirm by sight", text: "Compare the card's photo with the patient, and approve if they are the same person. Your name stays in the history.",
    reason: "Reason", approve: "It is the same person", forbidden: "Call somebody who may confirm by sight.",
    reasons: { pinForgotten: "PIN forgotten", pinLocked: "PIN locked", faceUnavailable: "face cannot be used", readerTrouble: "reader trouble" },
    done: "Confirmed.", failed: "Could not be approved.",
  },
};

export const words = { ja, en };

/** A text with its $names filled in. */
export const fill = (text, values) => text.replace(/\$(\w+)/g, (_, name) => values[name] ?? "");

/** A problem in the reader's language: what happened, and the next step. */
export function problemText(language, problem) {
  const [title, next] = language === "ja"
    ? [problem.titleJapanese, problem.nextStepJapanese] : [problem.title, problem.nextStep];
  return [title, next].filter(Boolean).join(" ");
}

const format = options => (language, moment) =>
  new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { timeZone: "Asia/Tokyo", ...options })
    .format(new Date(moment));
export const clock = format({ hour: "2-digit", minute: "2-digit" });
export const day = format({ year: "numeric", month: "numeric", day: "numeric" });
