import Documents
import PaperJudge
import Testing

@Suite("The paper of who saw what")
struct HistoryPaperTests {
    @Test(
        "newest first, each in words; an intent that was closed is told once, an open one as such")
    func rows() throws {
        let rows = try Sample.history.file.rows().filter { $0.count == 6 }
        #expect(
            rows == [
                ["日時", "だれが", "なにを", "目的", "本人確認", "結果"],
                [
                    "2026/11/23 09:36", "医師・薬剤師等 doctor", "特定健診等情報の照会(結果の記録なし)", "診療等",
                    "暗証番号", "-",
                ],
                ["2026/11/23 09:30", "医師・薬剤師等 doctor", "薬剤情報の提供", "診療等", "暗証番号", "済"],
                ["2026/11/23 09:30", "ご本人", "特定健診等情報の提供に不同意", "-", "-", "-"],
                ["2026/11/23 09:30", "ご本人", "薬剤情報の提供に同意", "-", "-", "-"],
                ["2026/11/23 09:30", "ご本人", "資格情報の照会", "診療等", "暗証番号", "済"],
                ["2026/11/23 09:30", "ご本人", "本人確認", "-", "暗証番号", "不一致(残り2回)"],
            ])
        let none = try cells(Sample.noHistory.paper).map(\.text)
        #expect(none.contains("この期間の履歴はありません。"))
    }

    @Test("the form asks for all that a claim needs, and names the institution alone")
    func declaration() throws {
        let rows = try Sample.declaration.file.rows().filter { $0.count == 2 }
        #expect(rows.first == ["提出先", "窓口医院"])
        let names = Set(rows.map { $0[0] })
        for name in ["保険の種別", "保険者の名称", "一部負担金の割合", "氏名カナ", "生年月日", "住所", "署名", "患者さんとの関係"] {
            #expect(names.contains(name), "\(name)")
        }
        #expect(try Sample.declaration.paper.pageCount == 1)
        #expect(try Sample.largeDeclaration.paper.pageCount <= 2)
    }
}
