/// A closed list of answers to an item (結果コード): the code that travels, and its words. The
/// lists' OIDs begin with `1.2.392.200119.`. Public sources give the words of the fundus scales in
/// their order but not their codes, and not the words of `examined`: both are assumptions.
package enum CheckupScale: String, CaseIterable, Hashable, Sendable {
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
    case examined = "6.18120"
    case metabolic = "6.1008"
    case guidance = "6.3001"

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

    private var firstCode: Int { self == .mealInterval ? 2 : 1 }

    /// The words, in the order of the codes; printed as the seed's samples print them.
    private var words: [String] {
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
        case .examined: ["対象", "対象外"]
        case .metabolic: ["基準該当", "予備群該当", "非該当", "判定不能"]
        case .guidance: ["積極的支援", "動機付け支援", "なし(情報提供)", "判定不能"]
        }
    }
}
