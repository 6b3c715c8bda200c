/// A code of an examination (JLAC10, 17 characters): what is examined 5, identification 4,
/// material 3, method 3, kind of result 2.
package struct JLAC10: Hashable, Sendable {
    /// The 17 characters.
    package let code: String

    /// A code of 17 digits and capital letters.
    package init?(_ code: String) {
        guard code.utf8.count == 17,
            code.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            })
        else { return nil }
        self.code = code
    }

    /// What is examined (分析物), `3F015`.
    package var analyte: String { part(0..<5) }
    /// How it is told apart (識別), `0000`.
    package var identification: String { part(5..<9) }
    /// The material (材料), `023`.
    package var material: String { part(9..<12) }
    /// The method of measurement (測定法), `271`.
    package var method: String { part(12..<15) }
    /// The kind of result (結果識別), `01`.
    package var result: String { part(15..<17) }

    /// The material in words; nothing where there is none or it is not known here.
    package var materialJapanese: String? { materials[material] }

    /// How it was measured, in words: the method, or for measurements of the body the
    /// identification; nothing where there is only one way.
    package var methodJapanese: String? {
        ways[analyte + identification] ?? ways[analyte] ?? methods[method]
    }

    private func part(_ range: Range<Int>) -> String {
        String(decoding: Array(code.utf8)[range], as: UTF8.self)
    }
}

private let materials = [
    "001": "尿", "019": "全血(添加物入り)", "022": "血漿", "023": "血清",
]

private let methods = [
    "062": "ラテックス凝集比濁法", "204": "高速液体クロマトグラフィー(HPLC)", "261": "電位差法",
    "271": "可視吸光光度法", "272": "紫外吸光光度法", "301": "自動血球算定装置", "901": "目視法",
    "911": "機械読み取り", "919": "計算法", "999": "その他",
]

/// Ways that a code tells by what is examined.
private let ways = [
    "9N0161601": "実測", "9N0161602": "自己判定", "9N0161603": "自己申告",
    "9A751": "1回目", "9A752": "2回目", "9A755": "その他",
    "9A761": "1回目", "9A762": "2回目", "9A765": "その他",
    "8A065": "計算法", "3F069": "計算法",
]
