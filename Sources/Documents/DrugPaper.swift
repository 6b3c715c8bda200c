package import PDF
package import Records

extension Paper {
    /// The list of medicines (薬剤情報一覧). `symbols` are those of the medicine notebook, one or
    /// more for each pharmacy and prescriber; without any there is no page of them.
    package static func drugs(
        _ record: DrugRecord, of qualification: Qualification, copy: PaperCopy,
        madeOn day: LocalDate, symbols: [SymbolFigure] = [], style: PaperStyle
    ) throws(FontError) -> Paper {
        let shown = copy == .institution ? record.forInstitution : record
        let list = DrugPaper(record: shown, hasAmounts: copy == .portal)
        let blocks =
            qualificationBlock(qualification, on: day) + list.blocks
            + notebookPage(symbols) + DrugWords.notes(hasAmounts: copy == .portal)
        return try Paper("薬剤情報一覧", madeOn: day, blocks, style)
    }
}

/// The list itself: days newest first, the numbers of medicines running through each day.
private struct DrugPaper {
    let record: DrugRecord
    let hasAmounts: Bool

    var blocks: [Block] {
        opening + [.heading(level: 2, "薬剤情報詳細")]
            + (record.dispensings.isEmpty
                ? [.paragraph(Paragraph("表示期間に表示できる薬剤情報はありません。"))]
                : [.table(table)])
    }

    private var opening: [Block] {
        var sentences: [String] = []
        if let newest = record.publishedTo {
            sentences.append(
                "この薬剤情報一覧は、\(newest.japanese)までに調剤された医薬品情報を表示しています。"
                    + "但し、一部は表示されない場合があります。")
        } else {
            sentences.append("この薬剤情報一覧の作成日に公開されている医薬品情報はありません。")
        }
        var range = record.period.map {
            "【表示期間: \($0.first.japanese)～\($0.last.japanese)】"
        }
        if hasAmounts {
            let saving = record.totals.savingYen.map { "\(grouped($0)) 円" } ?? "—"
            range = (range ?? "") + "ジェネリック医薬品に切り替えた場合の削減可能額の合計 \(saving)"
        }
        return (sentences + [range].compactMap(\.self)).map { .paragraph(Paragraph($0)) }
    }

    private var table: Table {
        let usual = ["年月日", "使用区分", "番号", "医薬品名 ¹\n【用法】", "調剤数量 ³"]
        var head = [TableRow(usual.map { title($0, rows: hasAmounts ? 2 : 1) })]
        if hasAmounts {
            head[0].cells.append(title("ジェネリック医薬品に切り替えた場合", columns: 2))
            head.append(TableRow([title("自己負担額 (円)"), title("削減可能額 (円)")]))
        }
        return Table(
            columns: [7, 8, 5, 39, 13] + (hasAmounts ? [14, 14] : []), head: head,
            rows: record.months.flatMap(rows), size: 8)
    }

    private var columnCount: Int { hasAmounts ? 7 : 5 }

    private func rows(_ month: DrugMonth) -> [TableRow] {
        let heading = TableCell(
            month.month.japanese, scope: .row, columns: columnCount, isStrong: true)
        return [TableRow([heading], keepsWithNext: true)]
            + month.days.flatMap { day in day.blocks.flatMap { rows($0, on: day.date) } }
    }

    private func rows(_ block: DrugBlock, on date: LocalDate) -> [TableRow] {
        let count = block.groups.reduce(0) { $0 + $1.rows.count }
        let day = TableCell(
            "\(date.day)日", scope: .row, rows: count + 1, isAtTop: true, isStrong: true)
        var place = block.source.japanese
        if case .pharmacy(_, .some) = block.source { place += " ²" }
        if let prescribedOn = block.prescribedOn { place += " 処方日 \(prescribedOn.japanese)" }
        let source = TableCell(place, scope: .row, columns: columnCount - 1)
        return [TableRow([day, source], keepsWithNext: true)]
            + block.groups.flatMap { group in
                group.rows.enumerated().map { index, row in
                    let use = TableCell(
                        group.drugClass.japanese, scope: .row, rows: group.rows.count,
                        isAtTop: true)
                    return TableRow((index == 0 ? [use] : []) + cells(row))
                }
            }
    }

    private func cells(_ row: DrugRow) -> [TableCell] {
        let line = row.line
        let words =
            [line.printedName] + (line.usage.map { ["【\($0)】"] } ?? [])
            + (line.instruction.map { ["《\($0)》"] } ?? [])
        let usual = [
            value("\(row.number).", alignment: .trailing), value(words.joined(separator: "\n")),
            value(line.quantity.japanese, alignment: .trailing),
        ]
        guard hasAmounts else { return usual }
        return usual
            + [line.copaymentYen, line.savingYen].map {
                value($0.map(grouped) ?? "", alignment: .trailing)
            }
    }
}

/// The page that the medicine notebook reads.
private func notebookPage(_ symbols: [SymbolFigure]) -> [Block] {
    guard !symbols.isEmpty else { return [] }
    return [.pageBreak, .heading(level: 2, "電子版お薬手帳への取り込み")]
        + DrugWords.notebook.map { .paragraph(Paragraph($0)) }
        + [.symbols(symbols), .paragraph(Paragraph(DrugWords.trademark, mark: "※", size: 7.5))]
}
