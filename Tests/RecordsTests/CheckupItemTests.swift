import JSON
import Records
import Testing

@Suite("The items of checkups")
struct CheckupItemTests {
    func content(_ content: CheckupContent) -> String {
        switch content {
        case .quantity(let unit, let decimals): "\(unit) .\(decimals)"
        case .coded(let scale): scale.rawValue
        case .text: "text"
        }
    }

    func limits(_ thresholds: [CheckupThreshold]) -> String {
        thresholds.map(\.japanese).joined(separator: " ")
    }

    @Test("each has its codes, unit, decimals or list, and thresholds with the sex they are for")
    func items() throws {
        let written = CheckupItem.allCases.map { item in
            let known = item.definition
            let before = known.contentBefore2024.map { " (\(content($0)))" } ?? ""
            return [
                item.rawValue, known.codes.joined(separator: " "), content(known.content) + before,
                limits(known.guidance), limits(known.referral),
            ]
        }
        #expect(written == (try golden("checkup-items")))
    }

    @Test("each list has the public codes and words")
    func scales() throws {
        let written = Dictionary(
            uniqueKeysWithValues: CheckupScale.allCases.map { scale in
                (scale.rawValue, scale.codes.map { "\($0) \(scale.japanese($0) ?? "")" })
            })
        let expected = Dictionary(
            uniqueKeysWithValues: try golden("checkup-scales").map { ($0[0], Array($0[1...])) })
        #expect(written == expected)
        #expect(CheckupScale.metabolic.oid == "1.2.392.200119.6.1008")
    }

    @Test("a row of the item table tells its words", arguments: CheckupItem.allCases)
    func words(item: CheckupItem) { #expect(!item.definition.japanese.isEmpty) }

    @Test(
        "a code tells the method, where there are several",
        arguments: [
            ("9N016160100000001", String?.some("実測")), ("9N016160200000001", "自己判定"),
            ("9N016160300000001", "自己申告"), ("9A755000000000001", "その他"),
            ("9A751000000000001", "1回目"), ("9A762000000000001", "2回目"),
            ("3F015000002327101", "可視吸光光度法"), ("3F015000002327201", "紫外吸光光度法"),
            ("3F015000002399901", "その他"), ("3F077000002391901", "計算法"),
            ("3D010000001926101", "電位差法"), ("3D046000001906202", "ラテックス凝集比濁法"),
            ("3D046000001920402", "高速液体クロマトグラフィー(HPLC)"),
            ("1A020000000191111", "機械読み取り"), ("1A020000000190111", "目視法"),
            ("2A020000001930101", "自動血球算定装置"), ("8A065000002391901", "計算法"),
            ("9N001000000000001", nil), ("9N701000000000011", nil),
        ])
    func methods(code: String, words: String?) {
        #expect(CheckupResult(code: code, value: "1").methodJapanese == words)
    }

    @Test("every item with several codes tells the methods apart")
    func distinct() {
        for item in CheckupItem.allCases where item.definition.codes.count > 1 {
            let words = item.definition.codes.compactMap { JLAC10($0)?.methodJapanese }
            #expect(Set(words).count == item.definition.codes.count)
        }
    }

    @Test("a code is taken apart as the standard has it")
    func parts() throws {
        let code = try #require(JLAC10("3F015129902327101"))
        #expect(
            [code.analyte, code.identification, code.material, code.method, code.result]
                == ["3F015", "1299", "023", "271", "01"])
        #expect(code.materialJapanese == "血清")
        #expect(JLAC10("3F01512990232710") == nil && JLAC10("3f015129902327101") == nil)
    }

    @Test("answers are those of the form of the year: three lists grew with fiscal 2024")
    func forms() throws {
        func checkup(_ day: String, _ code: String, _ value: String) throws(JSONError) -> Checkup {
            try Checkup(
                [
                    "date": .string(day), "programme": "010", "facility": ["name": "x"],
                    "results": [["code": .string(code), "value": .string(value)]],
                ], at: "$")
        }
        func words(_ day: String, _ code: String, _ value: String) throws -> String {
            let checkup = try checkup(day, code, value)
            return checkup.results[0].printedValue(on: checkup.date)
        }
        let (smoking, drinking) = ("9N736000000000011", "9N786000000000011")
        #expect(try words("2024-03-31", smoking, "2") == "いいえ")
        #expect(try words("2024-04-01", smoking, "2") == "以前は吸っていたが最近1か月間は吸っていない")
        #expect(try words("2023-04-01", drinking, "3") == "ほとんど飲まない(飲めない)")
        #expect(try words("2025-04-01", drinking, "8") == "飲まない(飲めない)")
        // Data that is ahead of its form is kept, and told in the later form's words.
        #expect(try words("2024-03-31", smoking, "3") == "いいえ")
        #expect(try words("2023-04-01", drinking, "4") == "週1~2日")
        #expect(throws: JSONError.self) { try checkup("2025-04-01", smoking, "4") }
    }
}
