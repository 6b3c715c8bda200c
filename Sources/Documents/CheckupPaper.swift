package import PDF
package import Records

extension Paper {
    /// The results of checkups of one programme: the specific ones with employers'
    /// (特定健康診査受診結果), or those of the late-stage elderly (後期高齢者健康診査受診結果).
    package static func checkups(
        _ record: CheckupRecord, _ programme: CheckupProgramme, of qualification: Qualification,
        madeOn day: LocalDate, style: PaperStyle
    ) throws(FontError) -> Paper {
        let isElderly = programme == .elderly
        let checkups = record.checkups.filter { ($0.programme == .elderly) == isElderly }
        let sex = (qualification.entitlement ?? qualification.entitlements.first)?.holder.sex
        let paper = CheckupPaper(
            checkups: checkups, words: isElderly ? .elderly : .specific, sex: sex ?? .unset)
        let blocks =
            paper.opening + qualificationBlock(qualification, on: day) + paper.blocks
        return try Paper(paper.words.title, madeOn: day, blocks, style)
    }
}

/// The results, five dates side by side; more dates follow below.
struct CheckupPaper {
    let checkups: [Checkup]
    let words: CheckupWords
    let sex: Sex

    private static let datesAcross = 5

    var opening: [Block] { words.opening.map { .paragraph(Paragraph($0)) } }

    var blocks: [Block] {
        guard !checkups.isEmpty else {
            return [.paragraph(Paragraph("表示できる健診結果はありません。"))] + explanations
        }
        let parts = stride(from: 0, to: checkups.count, by: Self.datesAcross).map { start in
            let part = Array(checkups[start..<min(start + Self.datesAcross, checkups.count)])
            return CheckupTables(
                table: CheckupTable(part, sex: sex), checkups: part, words: words)
        }
        return facilities
            + parts.enumerated().flatMap { index, part in
                (index > 0 ? [.pageBreak] : []) + part.results
            } + [.pageBreak, .heading(level: 2, "質問票")] + parts.flatMap(\.questionnaire)
            + explanations
    }

    private var facilities: [Block] {
        let rows = checkups.map { checkup in
            TableRow([label(checkup.date.slashed), value(checkup.facility.name)])
        }
        let head = TableRow([title("実施日"), title(words.facility)])
        return [
            .heading(level: 2, words.facilities),
            .table(Table(columns: [18, 82], head: [head], rows: rows)),
        ]
    }

    private var explanations: [Block] {
        let rows = CheckupExplanations.items.map { item in
            TableRow([label(item.name), value(item.text)])
        }
        return [.pageBreak, .heading(level: 2, "説明")]
            + notes(words.notes, size: 8.5)
            + (words.isExplainedOnTwoPages ? [.pageBreak] : [])
            + [.heading(level: 2, "検査の説明")]
            + [
                .table(
                    Table(
                        columns: [26, 74], head: [TableRow([title("検査項目"), title("説明")])],
                        rows: rows))
            ]
    }
}
