/// Characters of vendors and of Unicode, with those of JIS X 0208 that stand for them.
let substitutes: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [
        ",": "，", "〜": "～", "−": "－", "‖": "∥", "—": "―", "–": "－", "‑": "‐", "¢": "￠",
        "£": "￡", "¬": "￢", "¥": "￥", "‾": "￣", "µ": "μ", "·": "・", "•": "・", "㎎": "ｍｇ", "㎏": "ｋｇ",
        "㎝": "ｃｍ", "㎜": "ｍｍ", "㎞": "ｋｍ", "㎡": "ｍ２", "㏄": "ｃｃ", "㎖": "ｍＬ", "㎍": "μｇ", "㎕": "μＬ",
        "㏖": "ｍｏｌ", "㍑": "リットル", "㌘": "グラム", "㌔": "キロ", "㍉": "ミリ", "㌢": "センチ", "㍍": "メートル",
        "㌫": "パーセント", "㌍": "カロリー", "㈱": "(株)", "㈲": "(有)", "㈹": "(代)", "№": "No.", "℡": "TEL",
        "㍻": "平成", "㍼": "昭和", "㍽": "大正", "㍾": "明治", "㋿": "令和", "㊤": "(上)", "㊥": "(中)", "㊦": "(下)",
        "㊧": "(左)", "㊨": "(右)", "〝": "“", "〟": "”", "™": "TM", "®": "(R)", "©": "(C)", "²": "2",
        "³": "3", "½": "1/2", "¼": "1/4", "¾": "3/4", "＇": "’", "＂": "”", "￤": "｜", "¦": "｜",
        "ゔ": "ヴ",
        "ヷ": "ヴァ", "ヺ": "ヴォ", "〻": "々",
    ]
    for pair in kanji.split(separator: " ") {
        let scalars = Array(pair.unicodeScalars)
        if scalars.count == 2 { table[scalars[0]] = String(Character(scalars[1])) }
    }
    return table
}()

/// Forms of kanji in names and words, each with the form that JIS X 0208 has.
private let kanji = """
    髙高 﨑崎 濵浜 栁柳 德徳 寬寛 靑青 淸清 瀨瀬 橫横 黑黒 敎教 緖緒 綠緑 槪概 鄕郷 郞郎 賴頼 曻昇 昻昂 桒桑 𠮷吉 𣘺橋 𠮟叱 𠀋丈 鷗鴎 俱倶 嚙噛 塡填 頰頬 剝剥 摑掴 繫繋 蟬蝉 瘦痩 凞煕 甯寧 羡羨 薰薫 閒間 \
    靏鶴 靍鶴 﨟臈 冝宜 戶戸 戾戻 步歩 每毎 吳呉 啟啓 晚晩 增増 𣑊栃 𡈽土 硏研 稅税 脫脱 說説 銳鋭 悅悦 閱閲 敓奪 巢巣 焰焔 鹼鹸 麴麹 屛屏 幷并 姸妍 搔掻 簞箪 禱祷 瀆涜 軀躯 醬醤 囊嚢 潑溌 醱醗 蠟蝋 顚顛 \
    屢屡 萊莱 蔣蒋 噓嘘 驒騨
    """

/// Letters with accents, and compatibility ideographs, by what Unicode says they are: text compares
/// as canonically equivalent, so the key of a plain character is found by its other form.
let equivalents: [String: String] = {
    var table: [String: String] = [:]
    let letters =
        Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    for letter in letters.map({ String(Character(Unicode.Scalar($0))) }) {
        for mark in "\u{300}\u{301}\u{302}\u{303}\u{304}\u{306}\u{307}\u{308}".unicodeScalars {
            table[letter + String(mark)] = letter
        }
        for mark in "\u{30A}\u{30B}\u{30C}\u{31B}\u{323}\u{327}\u{328}".unicodeScalars {
            table[letter + String(mark)] = letter
        }
    }
    for ideograph in (0x4E00 as UInt32)...0x9FFF {
        guard let scalar = Unicode.Scalar(ideograph) else { continue }
        table[String(Character(scalar))] = String(Character(scalar))
    }
    return table
}()
