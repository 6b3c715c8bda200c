import Testing

@testable import Records

@Suite("Looking for somebody by a name that was noted")
struct NotedNameTests {
    @Test(
        "name, alias and kana are found however they are written; ● finds nobody",
        arguments: [
            ("薬師太郎", true), ("薬師　太郎", true), ("ﾔｸｼ ﾀﾛｳ", true), ("やくし たろう", true),
            ("ヤクシタロウ", true), ("薬師 次郎", false), ("", false), (" ", false), ("●師 太郎", false),
            ("●●●●", false), ("Yakushi Taro", true), ("ＹＡＫＵＳＨＩ ＴＡＲＯ", true),
        ])
    func names(noted: String, isFound: Bool) throws {
        var identity = PersonIdentity(
            name: "薬師 太郎", kana: "ヤクシ タロウ", sex: .male, birthDate: try date("1990-07-04"))
        identity.alias = "YAKUSHI TARO"
        #expect(identity.isCalled(noted) == isFound)
        // Whose own name has ● is found by kana alone.
        identity.name = "●師 太郎"
        #expect(identity.isCalled("薬師 太郎") == false && identity.isCalled("ﾔｸｼﾀﾛｳ"))
    }
}

@Suite("The person of the card and the person of the answer")
struct IdentityComparisonTests {
    func compare(
        _ card: String, _ answer: String, alias: String? = nil,
        sexes: (Sex, Sex) = (.female, .female),
        births: (String, String) = ("1980-05-03", "1980-05-03")
    ) throws -> IdentityComparison {
        var person = PersonIdentity(
            name: answer, sex: sexes.1, birthDate: try #require(LocalDate(births.1)))
        person.alias = alias
        return IdentityComparison(
            PrintedIdentity(
                name: card, birthDate: try #require(LocalDate(births.0)), sex: sexes.0),
            with: person)
    }

    @Test(
        "differences of writing are none",
        arguments: [
            ("見本　花子", "見本 花子"), ("見本花子", "見本　花子"), ("髙橋　邉子", "高橋辺子"),
            ("高﨑　德", "高崎 徳"), ("𠮷田　眞", "吉田真"), ("ミホン　ハナコ", "ﾐﾎﾝ ﾊﾅｺ"),
            ("ガッパ　ヴァン", "ｶﾞｯﾊﾟ ｳﾞｧﾝ"), ("みほん　はなこ", "ミホン ハナコ"),
            ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith"), ("葛\u{E0100}城　一", "葛城一"),
            ("\u{FA19}谷　\u{FA4F}子", "神谷祐子"), ("大\u{FA10}　\u{F9DC}", "大塚隆"), ("綠川", "緑川"),
            ("カ\u{3099}ンマ", "ガンマ"), ("サンプル−ト", "サンプルート"),
        ])
    func same(card: String, answer: String) throws {
        #expect(try compare(card, answer) == .agrees)
        #expect(try compare(answer, card) == .agrees)
    }

    @Test("each variant is another character than the one it is compared as, which is none itself")
    func variants() {
        #expect(NameForm.variants.count > 80)
        for (met, form) in NameForm.variants {
            #expect(met != form && NameForm.variants[form] == nil, "\(met) \(form)")
        }
    }

    @Test("a character that could not be mapped matches any one, and is told")
    func unknown() throws {
        #expect(try compare("見本　花子", "見● 花子") == .agreesWithUnknown)
        #expect(try compare("見〓　花子", "見本 花子") == .agreesWithUnknown)
        #expect(try compare("見本　花子", "● 花子") == .staffDecide)
        #expect(try compare("見本　花子", "見●太郎") == .staffDecide)
    }

    @Test("an alias is a name as well; another name or sex is for staff to decide")
    func different() throws {
        #expect(try compare("スミス　ジョン", "SMITH JOHN", alias: "ｽﾐｽ ｼﾞｮﾝ") == .agrees)
        #expect(try compare("見本　花子", "見本 華子") == .staffDecide)
        #expect(try compare("見本　花", "見本 花子") == .staffDecide)
        #expect(try compare("見本", "", alias: "") == .staffDecide)
        #expect(try compare("見本", "見本", sexes: (.female, .male)) == .staffDecide)
        #expect(try compare("見本", "見本", sexes: (.female, .unset)) == .agrees)
    }

    @Test("another birth date stops everything, whatever else agrees")
    func birthDate() throws {
        for name in ["見本 花子", "別の人"] {
            #expect(
                try compare("見本　花子", name, births: ("1980-05-03", "1980-03-05")) == .stop)
        }
    }
}
