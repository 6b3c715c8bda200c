package import PDF
package import Records

extension Paper {
    /// The patient's declaration of being insured (被保険者資格申立書), to be filled in by hand where
    /// nothing else shows the qualification. The wording is the project's own.
    package static func declaration(
        institution: String, madeOn day: LocalDate, style: PaperStyle
    ) throws(FontError) -> Paper {
        let blocks: [Block] =
            [
                .paragraph(
                    Paragraph(
                        "マイナンバーカードで資格を確認できなかったため、私の加入している医療保険について、下記のとおり申し立てます。"
                            + "わかる範囲で記入してください。")),
                .table(place(institution, day)),
                .heading(level: 2, "1 医療保険について"), .table(insurance),
                .heading(level: 2, "2 資格を確認できなかった理由"), .table(reasons),
                .heading(level: 2, "3 患者さんについて"), .table(patient),
                .heading(level: 2, "4 署名"), .table(signature),
            ]
            + notes([
                ("※", "記入された内容は、保険者の確認と診療報酬の請求のためだけに使われます。"),
                ("※", "あとで内容が事実と異なるとわかったときは、医療費の精算をお願いすることがあります。"),
                ("※", "窓口では、申し立てられた負担割合で一部負担金をお支払いいただきます。"),
            ])
        return try Paper("被保険者資格申立書", madeOn: day, blocks, style)
    }

    private static func place(_ institution: String, _ day: LocalDate) -> Table {
        Table(
            columns: [25, 75],
            rows: [
                TableRow([label("提出先"), value(institution)]),
                TableRow([label("受診日"), value(day.japanese)]),
            ], size: 10)
    }

    private static let insurance = form([
        ("保険の種別", "□ 会社等の健康保険　□ 共済組合　□ 国民健康保険　□ 国民健康保険組合　□ 後期高齢者医療　□ わからない"),
        ("保険者の名称", ""), ("事業所名(勤務先)", ""),
        ("保険に加入した時期", "□ 1か月以内　□ それより前　(　　　　年　　月ごろ)"),
        ("一部負担金の割合", "□ 1割　□ 2割　□ 3割　□ わからない"),
    ])

    private static let reasons = form([
        ("カードを読み取った結果", "□ 資格なしと表示　□ 該当する資格がない　□ 機器や回線の不具合　□ カードの不具合"),
        ("最近変わったこと", "□ 就職・退職　□ 転居　□ 氏名の変更　□ 扶養の変更　□ なし"),
    ])

    private static let patient = form([
        ("氏名カナ", ""), ("氏名", ""), ("生年月日", "　　　　　年　　　月　　　日"), ("性別", "□ 男　□ 女"),
        ("住所", "〒\n　"), ("電話番号", ""),
    ])

    private static let signature = form([
        ("記入日", "　　　　　年　　　月　　　日"), ("署名", ""),
        ("患者さんとの関係", "□ 本人　□ 本人以外　(　　　　　　　　　)"),
    ])

    /// Rows with room to write.
    private static func form(_ rows: [(name: String, hint: String)]) -> Table {
        Table(
            columns: [25, 75],
            rows: rows.map {
                TableRow([label($0.name), value($0.hint.isEmpty ? "　\n　" : $0.hint)])
            },
            size: 12)
    }
}
