/// A closed list of answers to an item (結果コード): the code that travels, and its words. The
/// lists' OIDs begin with `1.2.392.200119.`; codes and words are those of the public table of
/// OIDs, but for the two lists of drinking before fiscal 2024, whose OIDs are assumed.
package enum CheckupScale: String, CaseIterable, Hashable, Sendable {
    // Findings.
    case mealInterval = "6.2202"
    case urine = "6.2102"
    case presence = "6.2001"
    case finding = "6.2002"
    case keithWagener = "6.2110"
    case scheieHypertensive = "6.2111"
    case scheieSclerotic = "6.2112"
    case scott = "6.2113"
    case wongMitchell = "6.18080"
    case davis = "6.18090"
    case creatinineSubject = "6.18110"
    case cardiogramSubject = "6.18120"
    case fundusSubject = "6.18130"
    // Assessments.
    case metabolic = "6.1008"
    case guidance = "6.3001"
    // The standard questionnaire.
    case yesNo = "6.2003"
    case eatingSpeed = "6.2004"
    case drinkingBefore2024 = "6.2005"
    case amountBefore2024 = "6.2006"
    case improvement = "6.2007"
    case chewing = "6.18030"
    case snacks = "6.18040"
    case drinking = "6.24040"
    case amount = "6.24050"
    case smoking = "6.24060"
    // The questionnaire of the late-stage elderly.
    case elderlyHealth = "6.19010"
    case elderlyContentment = "6.19020"
    case elderlyMeals = "6.19030"
    case elderlyHardFood = "6.19040"
    case elderlyChoking = "6.19050"
    case elderlyWeightLoss = "6.19060"
    case elderlyWalkingSpeed = "6.19070"
    case elderlyFalls = "6.19080"
    case elderlyExercise = "6.19090"
    case elderlyForgetting = "6.19100"
    case elderlyDate = "6.19110"
    case elderlyTobacco = "6.19120"
    case elderlyGoingOut = "6.19130"
    case elderlyCompany = "6.19140"
    case elderlyAdvice = "6.19150"

    /// The list's whole OID.
    package var oid: String { "1.2.392.200119." + rawValue }

    /// The words for a code; nothing for a code that is not in the list.
    package func japanese(_ code: String) -> String? {
        guard let number = decimal(Array(code.utf8)), String(number) == code else { return nil }
        let index = number - firstCode
        return words.indices.contains(index) ? words[index] : nil
    }

    /// The codes, in order.
    package var codes: [String] { words.indices.map { String($0 + firstCode) } }

    private var firstCode: Int {
        switch self {
        case .mealInterval: 2
        case .creatinineSubject, .cardiogramSubject, .fundusSubject: 0
        default: 1
        }
    }

    /// The words, in the order of the codes; printed as the seed's samples print them.
    private var words: [String] { findingWords ?? questionWords ?? ["はい", "いいえ"] }

    private var findingWords: [String]? {
        switch self {
        case .mealInterval: ["食後10時間以上", "食後3.5時間以上10時間未満", "食後3.5時間未満"]
        case .urine: ["(-)", "(±)", "(+)", "(++)", "(+++)"]
        case .presence: ["特記すべきことあり", "特記すべきことなし"]
        case .finding: ["所見あり", "所見なし"]
        case .keithWagener: ["0", "Ⅰ", "Ⅱa", "Ⅱb", "Ⅲ", "Ⅳ"]
        case .scheieHypertensive, .scheieSclerotic: ["0", "1", "2", "3", "4"]
        case .scott:
            ["Ⅰ(a)", "Ⅰ(b)", "Ⅱ", "Ⅲ(a)", "Ⅲ(b)", "Ⅳ", "Ⅴ(a)", "Ⅴ(b)", "Ⅵ"]
        case .wongMitchell: ["所見なし", "軽度", "中等度", "重度"]
        case .davis: ["網膜症なし", "単純網膜症", "増殖前網膜症", "増殖網膜症"]
        case .creatinineSubject, .fundusSubject: ["詳細健診以外で実施", "検査結果による対象者"]
        case .cardiogramSubject: ["詳細健診以外で実施", "検査結果による対象者", "不整脈による対象者"]
        case .metabolic: ["基準該当", "予備群該当", "非該当", "判定不能"]
        case .guidance: ["積極的支援", "動機付け支援", "なし(情報提供)", "判定不能"]
        default: nil
        }
    }

    private var questionWords: [String]? {
        switch self {
        case .eatingSpeed: ["速い", "ふつう", "遅い"]
        case .drinkingBefore2024: ["毎日", "時々", "ほとんど飲まない(飲めない)"]
        case .amountBefore2024: ["1合未満", "1~2合未満", "2~3合未満", "3合以上"]
        case .improvement:
            ["意志なし", "意志あり(6か月以内)", "意志あり(近いうち)", "取組済み(6か月未満)", "取組済み(6か月以上)"]
        case .chewing: ["何でも", "かみにくい", "ほとんどかめない"]
        case .snacks: ["毎日", "時々", "ほとんど摂取しない"]
        case .drinking:
            [
                "毎日", "週5~6日", "週3~4日", "週1~2日", "月に1~3日", "月に1日未満", "やめた",
                "飲まない(飲めない)",
            ]
        case .amount: ["1合未満", "1~2合未満", "2~3合未満", "3~5合未満", "5合以上"]
        case .smoking: ["はい", "以前は吸っていたが最近1か月間は吸っていない", "いいえ"]
        case .elderlyHealth: ["よい", "まあよい", "ふつう", "あまりよくない", "よくない"]
        case .elderlyContentment: ["満足", "やや満足", "やや不満", "不満"]
        case .elderlyTobacco: ["吸っている", "吸っていない", "やめた"]
        default: nil
        }
    }
}
