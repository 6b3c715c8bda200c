// What the screens say, and what the voice says of them. {漢字|かんじ} carries its reading; $name is
// filled in.

const ja = {
  language: "English", styles: { standard: "{標準|ひょうじゅん}", large: "{大|おお}きな{文字|もじ}", contrast: "{白黒|しろくろ}" },
  furigana: "ふりがな", voice: ["{音声|おんせい} なし", "{音声|おんせい} {小|しょう}", "{音声|おんせい} {大|だい}"],
  back: "{戻|もど}る", cancel: "やめる", ok: "{確定|かくてい}", clear: "すべて{消|け}す", erase: "1{字|じ}{消|け}す", next: "{次|つぎ}へ",
  end: "{終|お}わる", shuffle: "{数字|すうじ}の{並|なら}びを{変|か}える",
  secondsLeft: "のこり $seconds {秒|びょう}", stillThere: "まもなく{時間切|じかんぎ}れです",
  items: { drugs: "お{薬|くすり}の{情報|じょうほう}", checkups: "{健診|けんしん}の{情報|じょうほう}" },
  itemNotes: {
    drugs: "これまでに{受|う}け{取|と}ったお{薬|くすり}の{名前|なまえ}、{量|りょう}、{日付|ひづけ}、{薬局|やっきょく}です。{例|れい}：ロキソニン{錠|じょう} 3{錠|じょう}、9{月|がつ}3{日|か}。",
    checkups: "{健康診査|けんこうしんさ}の{結果|けっか}です。{例|れい}：{血圧|けつあつ}、{血糖|けっとう}、{体重|たいじゅう}。5{年分|ねんぶん}まであります。",
  },
  ways: { face: "{顔|かお}", pin: "{暗証番号|あんしょうばんごう}", visualCheck: "{職員|しょくいん}を{呼|よ}ぶ" },
  wayNotes: {
    face: "カメラを{見|み}るだけです", pin: "4けたの{数字|すうじ}です（あと$tries{回|かい}）",
    visualCheck: "{職員|しょくいん}がカードの{写真|しゃしん}と{見比|みくら}べます",
  },
  rest: { title: "マイナンバーカードを{置|お}いてください", lines: ["カードリーダーに{置|お}いたまま、{最後|さいご}までお{待|ま}ちください。"],
    say: "マイナンバーカードを、カードリーダーに置いてください。" },
  outOfService: { title: "ただいまご{利用|りよう}になれません", lines: ["{窓口|まどぐち}へお{声|こえ}がけください。"],
    say: "ただいまご利用になれません。窓口へお声がけください。" },
  unpaired: { title: "この{画面|がめん}は{準備|じゅんび}できていません", lines: ["{職員|しょくいん}の{方|かた}へ：{受付画面|うけつけがめん}のファイルをこのブラウザーで{開|ひら}き{直|なお}してください。"],
    say: "この画面は準備できていません。窓口へお声がけください。" },
  lost: { title: "つなぎ{直|なお}しています", lines: ["しばらくお{待|ま}ちください。{続|つづ}くときは{窓口|まどぐち}へお{声|こえ}がけください。"],
    say: "つなぎ直しています。しばらくお待ちください。" },
  reading: { title: "{読|よ}み{取|と}っています。カードはそのままで", lines: [], say: "読み取っています。カードは、そのままにしてください。",
    slow: "まだ{読|よ}み{取|と}っています。カードを{動|うご}かさないでください。",
    slower: "{時間|じかん}がかかっています。ケースから{出|だ}して、{向|む}きを{確|たし}かめて{置|お}き{直|なお}すと{読|よ}めることがあります。" },
  way: { title: "{本人確認|ほんにんかくにん}の{方法|ほうほう}を{選|えら}んでください", lines: [],
    say: "ご本人を確かめる方法を、選んでください。$choices" },
  consent: { title: "$institutionに、$itemを{見|み}せますか", yes: "{見|み}せる", no: "{見|み}せない", all: "まとめて{同意|どうい}する（$items）",
    lines: ["{診察|しんさつ}や{調剤|ちょうざい}のために{医師|いし}や{薬剤師|やくざいし}が{見|み}ます。24{時間|じかん}で{見|み}られなくなります。{見|み}せなくても{受付|うけつけ}できます。"],
    say: "$institutionに、$itemを見せますか。見せる、見せない、のどちらかを選んでください。見せなくても、受付はできます。" },
  pin: { title: "4けたの{暗証番号|あんしょうばんごう}で{確定|かくてい}します", lines: ["$agreed", "あと $tries {回|かい}{入力|にゅうりょく}できます。"],
    agreed: "{見|み}せるもの：$items", agreedNone: "{見|み}せるもの：なし（{資格|しかく}の{確認|かくにん}だけ）",
    wait: "{準備|じゅんび}しています…", digit: "$count けた{入力|にゅうりょく}しました",
    say: "4けたの暗証番号を入力して、確定を押してください。あと$tries回、入力できます。" },
  pad: { title: "リーダーのキーで{暗証番号|あんしょうばんごう}を{入力|にゅうりょく}します", lines: ["$agreed", "あと $tries {回|かい}{入力|にゅうりょく}できます。この{画面|がめん}に{番号|ばんごう}は{出|で}ません。"],
    start: "{入力|にゅうりょく}を{始|はじ}める",
    say: "入力を始めるを押してから、リーダーのキーで4けたの暗証番号を入力してください。あと$tries回、入力できます。" },
  padEntry: { title: "リーダーのキーで{入力|にゅうりょく}してください", lines: ["4けたの{暗証番号|あんしょうばんごう}を{入力|にゅうりょく}したら、リーダーの{確定|かくてい}キーを{押|お}してください。"],
    say: "リーダーのキーで4けたの暗証番号を入力して、リーダーの確定キーを押してください。" },
  wrong: "{暗証番号|あんしょうばんごう}が{違|ちが}います。あと $tries {回|かい}です。",
  lastTry: { title: "あと1{回|かい}です", lines: ["まちがえるとロックされ、{市区町村|しくちょうそん}の{窓口|まどぐち}で{解除|かいじょ}が{必要|ひつよう}です。ほかの{方法|ほうほう}でも{受付|うけつけ}できます。"],
    other: "ほかの{方法|ほうほう}にする", go: "それでも{暗証番号|あんしょうばんごう}を{入|い}れる",
    say: "暗証番号は、あと1回です。まちがえるとロックされ、市区町村の窓口で解除が必要です。ほかの方法を、おすすめします。" },
  face: { title: "{枠|わく}に{顔|かお}を{合|あ}わせてください", lines: ["{眼鏡|めがね}の{反射|はんしゃ}やマスクがあると{読|よ}めないことがあります。"], start: "{撮影|さつえい}する",
    say: "画面の枠に顔を合わせて、撮影を押してください。" },
  staff: { title: "{職員|しょくいん}がまいります", lines: ["カードはそのままで、お{待|ま}ちください。"], say: "職員がまいります。そのままお待ちください。" },
  asking: { title: "{確認|かくにん}しています", lines: ["カードはそのままで。{数秒|すうびょう}かかります。"], say: "確認しています。" },
  done: { title: "{受付|うけつけ}できました。カードをお{取|と}りください", shown: "$item：{見|み}せる（$until まで）", notShown: "$item：{見|み}せない",
    lines: [], say: "受付できました。カードをお取りください。" },
  left: { title: "カードをお{忘|わす}れなく", lines: ["カードリーダーからカードをお{取|と}りください。"], say: "カードをお忘れなく。カードをお取りください。" },
  interrupted: { title: "カードを{置|お}き{直|なお}してください", lines: ["30{秒|びょう}のうちに{同|おな}じカードを{置|お}くと{続|つづ}けられます。"],
    say: "カードが離れました。同じカードを置き直してください。" },
  problem: { lines: ["{窓口|まどぐち}へお{声|こえ}がけください。"], say: "$title $next" },
  own: {
    open: "わたしの{情報|じょうほう}を{見|み}る", openNote: "お{薬|くすり}・{健診|けんしん}・{医療費|いりょうひ}・{見|み}た{人|ひと}の{記録|きろく}（{暗証番号|あんしょうばんごう}がいります）",
    title: "わたしの{情報|じょうほう}", say: "$tabを、表示しました。", end: "{終|お}わる", print: "{印刷|いんさつ}する", paper: "{紙|かみ}の{様式|ようしき}で{印刷|いんさつ}する",
    tabs: { qualification: "{保険証|ほけんしょう}", drugs: "お{薬|くすり}", checkups: "{健診|けんしん}", expenses: "{医療費|いりょうひ}", disclosures: "{見|み}た{人|ひと}", notices: "お{知|し}らせ" },
    loading: "{読|よ}み{込|こ}んでいます…", printing: "{印刷|いんさつ}の{準備|じゅんび}をしています…", noPrint: "この{端末|たんまつ}では{印刷|いんさつ}できません。{窓口|まどぐち}へお{声|こえ}がけください。", from: "いつから", to: "いつまで", earlier: "{前|まえ}の{月|つき}", later: "{次|つぎ}の{月|つき}", showPeriod: "この{期間|きかん}を{見|み}る",
    dates: "{見|み}る{日|ひ}を{選|えら}ぶ", moreTime: "もう{少|すこ}し{見|み}る",
    total: "{合計|ごうけい}", years: "{年|ねん}ごと", months: "{月|つき}ごと", rows: "{明細|めいさい}",
    amounts: { total: "医療費の総額", insurer: "保険者の負担", public: "公費の負担", patient: "窓口負担" },
    rowHeads: ["診療年月", "区分", "日数・回数", "医療機関", "総額", "窓口負担"], period: "期間", month: "月", yen: "$yen円",
    noExpenses: "この{期間|きかん}の{明細|めいさい}はありません。", noDisclosures: "まだ、だれも{見|み}ていません。", noNotices: "お{知|し}らせはありません。",
    when: "日時", who: "医療機関", what: "内容", how: "本人確認", self: "ご本人", unknownTerminal: "—",
    requests: { check: "資格の確認", drugs: "薬剤情報", checkups: "健診情報", withdrawal: "同意の取消し", details: "保険証情報での確認", batch: "予約者の一括確認", emergency: "障害・災害時の照会" },
    wayNames: { pin: "暗証番号", face: "顔認証", visualCheck: "目視", none: "—" }, refused: "提供なし（$because）",
    copayment: "自己負担", saving: "ジェネリックでの差額", savingTotal: "ジェネリックに{変|か}えたときに{減|へ}る{額|がく}の{合計|ごうけい}：$yen円", copaymentTotal: "{自己負担|じこふたん}の{合計|ごうけい}：$yen円",
    scroll: "テンキー：1〜6で{選|えら}ぶ、Enterで{下|した}へ、.で{上|うえ}へ、+で{次|つぎ}のボタン、-で{終|お}わる",
  },
  ownPin: { title: "わたしの{情報|じょうほう}：4けたの{暗証番号|あんしょうばんごう}", lines: ["{受付|うけつけ}とは{別|べつ}に、もう{一度|いちど}{入力|にゅうりょく}します。あと $tries {回|かい}{入力|にゅうりょく}できます。", "{見|み}たことは{履歴|りれき}に{残|のこ}ります。カードを{取|と}ると{画面|がめん}は{消|き}えます。"],
    say: "ご自分の情報を見るために、4けたの暗証番号を入力して、確定を押してください。あと$tries回、入力できます。" },
  ownPad: { title: "わたしの{情報|じょうほう}：リーダーのキーで{暗証番号|あんしょうばんごう}", lines: ["あと $tries {回|かい}{入力|にゅうりょく}できます。この{画面|がめん}に{番号|ばんごう}は{出|で}ません。"],
    say: "入力を始めるを押してから、リーダーのキーで4けたの暗証番号を入力してください。" },
  ownEnd: { title: "{終|お}わりました。カードをお{取|と}りください", lines: ["{表示|ひょうじ}していた{情報|じょうほう}は{消|け}しました。"], say: "終わりました。カードをお取りください。" },
  sheet: {
    age: "$age歳", confirmedOn: "{確認|かくにん}した{日|ひ}：", sentences: null, chips: {}, unknownCharacter: "{氏名|しめい}に、この{端末|たんまつ}で{表|あらわ}せない{文字|もじ}（●）があります。",
    drugs: { byDay: "日ごと", grid: "薬 × 月", none: "この期間のお薬の情報はありません。", overlaps: "同じ成分のお薬が重なっています。医師・薬剤師にご相談ください", overlap: "重複", period: "$from から $to まで", medicine: "お薬", prescribed: "処方 $date", columns: ["No.", "お薬の名前", "使い方", "量"] },
    checkups: { none: "健診の情報はありません。", caption: "健診の結果（新しい順）", item: "項目", threshold: "受診のめやす", legend: "▲ めやす以上 ／ ▽ めやす以下：お医者さんにご相談ください ／ ※ 同じ日に複数の結果があります", chart: "グラフ", close: "グラフを閉じる" },
  },
  timeMore: "{時間|じかん}を{延|の}ばす",
  step: { "not-paired": "この{画面|がめん}は{準備|じゅんび}できていません" },
};

const en = {
  language: "日本語", styles: { standard: "Standard", large: "Large letters", contrast: "Black and white" },
  furigana: "Furigana", voice: ["Voice off", "Voice low", "Voice loud"],
  back: "Back", cancel: "Stop", ok: "Confirm", clear: "Clear all", erase: "Erase one", next: "Next",
  end: "Finish", shuffle: "Shuffle the digits",
  secondsLeft: "$seconds seconds left", stillThere: "Time is nearly up",
  items: { drugs: "your medicines", checkups: "your checkups" },
  itemNotes: {
    drugs: "The medicines you were given: name, amount, date and pharmacy. Example: loxoprofen, 3 tablets, 3 September.",
    checkups: "The results of your health checkups, up to five years. Example: blood pressure, blood sugar, weight.",
  },
  ways: { face: "Face", pin: "PIN", visualCheck: "Call staff" },
  wayNotes: {
    face: "You only look into the camera", pin: "Four digits ($tries tries left)",
    visualCheck: "Staff compare you with the photo on your card",
  },
  rest: { title: "Place your My Number card", lines: ["Leave it on the reader until the end."], say: "Please place your My Number card on the reader." },
  outOfService: { title: "Not in service just now", lines: ["Please ask at the desk."], say: "Not in service just now. Please ask at the desk." },
  unpaired: { title: "This screen is not ready", lines: ["For staff: open the kiosk's page file in this browser again."], say: "This screen is not ready. Please ask at the desk." },
  lost: { title: "Connecting again", lines: ["Please wait a moment. If this stays, ask at the desk."], say: "Connecting again. Please wait." },
  reading: { title: "Reading, leave the card", lines: [], say: "Reading. Please leave the card where it is.",
    slow: "Still reading. Please do not move the card.",
    slower: "This takes long. Taking it out of its sleeve and placing it again the right way round may help." },
  way: { title: "How shall we check it is you?", lines: [], say: "Choose how we check that it is you. $choices" },
  consent: { title: "Show $item to $institution?", yes: "Yes, show", no: "No, do not", all: "Agree to all ($items)",
    lines: ["Doctors and pharmacists look at it for your treatment. It closes after 24 hours. You are checked in either way."],
    say: "Show $item to $institution? Choose yes or no. You are checked in either way." },
  pin: { title: "Your 4-digit PIN confirms it", lines: ["$agreed", "$tries tries left."],
    agreed: "To be shown: $items", agreedNone: "To be shown: nothing (qualification only)",
    wait: "Getting ready…", digit: "$count digits entered",
    say: "Enter your four-digit PIN and press confirm. $tries tries are left." },
  pad: { title: "Enter your PIN on the reader's keys", lines: ["$agreed", "$tries tries left. This screen never sees the digits."],
    start: "Start",
    say: "Press start, then enter your four-digit PIN on the reader's keys. $tries tries are left." },
  padEntry: { title: "Enter four digits on the reader", lines: ["Then press the reader's key that confirms."],
    say: "Enter your four-digit PIN on the reader's keys, then press the reader's key that confirms." },
  wrong: "The PIN is wrong. $tries tries left.",
  lastTry: { title: "One try left", lines: ["If it is wrong the PIN locks, and the municipal office has to unlock it. You can check in another way."],
    other: "Use another way", go: "Enter the PIN all the same",
    say: "One try is left. If it is wrong the PIN locks and the municipal office has to unlock it. Another way is better." },
  face: { title: "Put your face in the frame", lines: ["Reflecting glasses or a mask may be in the way."], start: "Take the picture",
    say: "Put your face in the frame and press the button." },
  staff: { title: "Staff are on their way", lines: ["Please leave the card and wait."], say: "Staff are on their way. Please wait." },
  asking: { title: "Checking", lines: ["Leave the card. This takes some seconds."], say: "Checking." },
  done: { title: "Done, take your card", shown: "$item: shown (until $until)", notShown: "$item: not shown", lines: [],
    say: "You are checked in. Please take your card." },
  left: { title: "Your card!", lines: ["Please take your card from the reader."], say: "Do not forget your card." },
  interrupted: { title: "Put the card back", lines: ["The same card within 30 seconds goes on where you were."], say: "The card has moved. Please put the same card back." },
  problem: { lines: ["Please ask at the desk."], say: "$title $next" },
  own: {
    open: "See my own information", openNote: "Medicines, checkups, expenses, who looked (needs your PIN)",
    title: "My information", say: "$tab is shown.", end: "Finish", print: "Print", paper: "Print as the paper form",
    tabs: { qualification: "Insurance", drugs: "Medicines", checkups: "Checkups", expenses: "Expenses", disclosures: "Who looked", notices: "Notices" },
    loading: "Loading…", printing: "Getting ready to print…", noPrint: "This terminal cannot print. Please ask at the desk.", from: "From", to: "To", earlier: "month before", later: "month after", showPeriod: "Show this period",
    dates: "Dates to show", moreTime: "A little longer",
    total: "Total", years: "By year", months: "By month", rows: "Every row",
    amounts: { total: "whole cost", insurer: "insurer's part", public: "public funds", patient: "your part" },
    rowHeads: ["month", "kind", "days, times", "where", "whole cost", "your part"], period: "period", month: "month", yen: "¥$yen",
    noExpenses: "There is nothing in this period.", noDisclosures: "Nobody has looked yet.", noNotices: "There are no notices.",
    when: "when", who: "institution", what: "what", how: "proof of you", self: "yourself", unknownTerminal: "—",
    requests: { check: "insurance check", drugs: "medicines", checkups: "checkups", withdrawal: "consent withdrawn", details: "check by insurance details", batch: "check of bookings", emergency: "in failure or disaster" },
    wayNames: { pin: "PIN", face: "face", visualCheck: "by sight", none: "—" }, refused: "not given ($because)",
    copayment: "you paid", saving: "saved by generics", savingTotal: "Generics would have saved ¥$yen in all", copaymentTotal: "You paid ¥$yen in all",
    scroll: "Ten keys: 1–6 choose, Enter down, . up, + next button, - finish",
  },
  ownPin: { title: "My information: your 4-digit PIN", lines: ["This is a PIN entry of its own. $tries tries left.", "That you looked stays in the history. Taking the card clears the screen."],
    say: "To see your own information, enter your four-digit PIN and press confirm. $tries tries are left." },
  ownPad: { title: "My information: PIN on the reader's keys", lines: ["$tries tries left. This screen never sees the digits."],
    say: "Press start, then enter your four-digit PIN on the reader's keys." },
  ownEnd: { title: "Done. Take your card", lines: ["What was shown is wiped."], say: "That is all. Please take your card." },
  sheet: {
    age: "aged $age", confirmedOn: "Checked on",
    sentences: { 1: "The insurance is valid.", 2: "The insurance is not valid.", 3: "This insurance is not valid; there is a newer one.", 4: "No insurance was found.", 5: "Several insurances were found.", 6: "The insurance is valid, but numbers are not registered yet." },
    chips: { "負担割合 提供なし": "copayment rate not provided", "高齢受給者": "elderly recipient 高齢受給者", "未就学": "preschool child 未就学" }, unknownCharacter: "Your name has a character this terminal cannot show (●).",
    drugs: { byDay: "By day", grid: "Medicine × month", none: "No medicines in this period.", overlaps: "The same ingredient at the same time: ask a doctor or pharmacist", overlap: "overlap", period: "$from to $to", medicine: "Medicine", prescribed: "prescribed $date", columns: ["No.", "Medicine", "Usage", "Quantity"] },
    checkups: { none: "No checkups.", caption: "Checkups, newest first", item: "Item", threshold: "See a doctor from", legend: "▲ at the limit or above / ▽ at the limit or below: ask a doctor / ※ several results on one day", chart: "chart", close: "Close the chart" },
  },
  timeMore: "More time",
  step: { "not-paired": "This screen is not ready" },
};

export const words = { ja, en };

/** A text with its places filled in. */
export const fill = (text, values = {}) =>
  text.replace(/\$(\w+)/g, (whole, name) => values[name] ?? whole);

/** A text without its readings: for the voice and for labels. */
export const plain = text => text.replace(/\{([^|}]*)\|[^}]*\}/g, "$1");

/** A text as nodes, with its readings above. */
export function ruby(text) {
  return text.split(/(\{[^|}]*\|[^}]*\})/).filter(part => part !== "").map(part => {
    const pair = /^\{([^|}]*)\|([^}]*)\}$/.exec(part);
    if (!pair) return document.createTextNode(part);
    const whole = document.createElement("ruby"), reading = document.createElement("rt");
    reading.textContent = pair[2];
    whole.append(pair[1], reading);
    return whole;
  });
}
