package import PDF
package import Records

extension Paper {
    /// The medical expense notice (医療費通知情報): the patient's own, never an institution's.
    package static func expenses(
        _ record: ExpenseRecord, of qualification: Qualification, madeOn day: LocalDate,
        style: PaperStyle
    ) throws(FontError) -> Paper {
        let blocks =
            qualificationBlock(qualification, on: day) + ExpensePaper(record: record).blocks
            + ExpenseWords.notes
        return try Paper("医療費通知情報", madeOn: day, blocks, style)
    }
}

private struct ExpensePaper {
    let record: ExpenseRecord

    var blocks: [Block] {
        [.paragraph(Paragraph(cutOff)), .heading(level: 2, "医療費の合計"), totals([record.total])]
            + [.heading(level: 2, "年間の合計")]
            + (record.yearTotals.isEmpty
                ? [.paragraph(Paragraph("公開されている期間はありません。"))]
                : [totals(record.yearTotals)])
            + [.heading(level: 2, "医療費の明細")]
            + (record.rows.isEmpty
                ? [.paragraph(Paragraph("この期間の明細はありません。"))]
                : [.paragraph(Paragraph(ExpenseWords.meals, size: 7.5)), rows])
            + [.heading(level: 2, "保険者情報")]
            + (record.coverage.isEmpty
                ? [.paragraph(Paragraph("明細がないため、表示する保険者はありません。"))] : [coverage])
    }

    private var cutOff: String {
        guard let newest = record.publishedTo else {
            return "この医療費通知情報の作成日に公開されている医療費情報はありません。"
        }
        return "この医療費通知情報は、\(newest.japanese)までに受診された医療費情報を表示しています。"
            + "但し、一部の情報は表示されない場合があります。(詳しくは、注意事項をご覧ください)"
    }

    private static let amountTitles = [
        "医療費の総額 (円)", "保険者の負担額 (円)", "その他の公費の負担額 (円)",
        "窓口負担相当額 (円)",
    ].map { title($0) }

    private func totals(_ totals: [ExpenseTotal]) -> Block {
        .table(
            Table(
                columns: [24, 17, 18, 22, 19], head: [TableRow([title("期間")] + Self.amountTitles)],
                rows: totals.map { total in
                    TableRow([label(words(total.period))] + amounts(total.amounts, prefix: ""))
                }))
    }

    private var rows: Block {
        let titles = ["診療年月", "診療区分", "日数・回数", "医療機関等名称"].map { title($0) }
        return .table(
            Table(
                columns: [11, 10.5, 6.5, 29, 10, 10.5, 12, 10.5],
                head: [TableRow(titles + Self.amountTitles)],
                rows: record.rows.map { row in
                    TableRow(
                        [
                            label(row.month.japanese), value(row.kind.japanese),
                            value("\(row.count)", alignment: .trailing),
                            value(row.institution.name),
                        ] + amounts(row.amounts, prefix: row.isMeal ? "* " : ""))
                }, size: 8))
    }

    private var coverage: Block {
        .table(
            Table(
                columns: [60, 40],
                head: [TableRow([title("保険者の名称"), title("医療費の明細の範囲")])],
                rows: record.coverage.map { coverage in
                    TableRow([label(coverage.insurer), value(words(coverage.period))])
                }))
    }

    private func words(_ period: MonthRange) -> String {
        "\(period.first.japanese)～\(period.last.japanese)"
    }

    private func amounts(_ amounts: ExpenseAmounts, prefix: String) -> [TableCell] {
        [amounts.totalYen, amounts.insurerYen, amounts.publicYen, amounts.patientYen].map {
            value(prefix + grouped($0), alignment: .trailing)
        }
    }
}
