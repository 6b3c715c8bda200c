import PDF
import Records

/// The tables of some checkups side by side.
struct CheckupTables {
    let table: CheckupTable
    let checkups: [Checkup]
    let words: CheckupWords

    /// All results, as far as the first explanation.
    var results: [Block] {
        [.heading(level: 2, words.results)] + newest(.interview) + assessments
            + values(.basic) { $0.section == .basic }
            // The sample's details are on the second page; where that is begun already, they go on.
            + [.room(420)]
            + values(.detail) { $0.section == .detail && $0.group != "心電図検査" && $0.group != "眼底検査" }
            + remarks
            + values(.detail) { $0.group == "心電図検査" || $0.group == "眼底検査" }
            + (words.isJudgedFirst ? newest(.judgement) + sources : sources + newest(.judgement))
    }

    private var sources: [Block] {
        [.paragraph(Paragraph(CheckupExplanations.sources, size: 7.5, isNote: true))]
    }

    private typealias Row = CheckupTableRow

    private func rows(_ isWanted: (Row.Kind) -> Bool) -> [Row] {
        table.rows.filter { isWanted($0.kind) }
    }

    /// What the doctor noted, of the newest date only.
    private func newest(_ section: Row.Section) -> [Block] {
        guard let date = table.dates.first else { return [] }
        let rows = rows { $0.section == section }.map { row in
            TableRow([
                label(row.kind.japanese), value(row.cells.first?.japanese ?? CheckupWords.absent),
            ])
        }
        let head = TableRow([title("実施日"), title(date.slashed)])
        return [.table(Table(columns: [22, 78], head: [head], rows: rows))]
    }

    private var assessments: [Block] {
        let rows = rows { $0.section == .assessment }
        guard !rows.isEmpty else { return [] }
        return [
            .table(
                Table(
                    columns: [41.5] + dateColumns, head: [TableRow([title("実施日")] + dates)],
                    rows: rows.map { row in
                        TableRow([label(named(row.kind))] + cells(row))
                    }))
        ]
    }

    /// A table of values: section, group, item, threshold where any has one, and the dates.
    private func values(_ section: Row.Section, _ isWanted: (Row.Kind) -> Bool) -> [Block] {
        let rows = rows(isWanted)
        guard !rows.isEmpty else { return [] }
        let hasThresholds = rows.contains { !$0.kind.threshold.isEmpty }
        var head = [title("実施日", columns: 3)]
        if hasThresholds { head.append(title("受診勧奨判定値" + words.number(of: .threshold))) }
        var body: [TableRow] = []
        for (index, row) in rows.enumerated() {
            var cells: [TableCell] = []
            if index == 0 { cells.append(label(section.rawValue, rows: rows.count)) }
            let group = row.kind.group
            if index == 0 || rows[index - 1].kind.group != group {
                let count = rows[index...].prefix { $0.kind.group == group }.count
                cells.append(label(group ?? "", rows: count))
            }
            cells.append(label(named(row.kind)))
            if hasThresholds { cells.append(value(row.kind.threshold)) }
            body.append(TableRow(cells + self.cells(row)))
        }
        let labels = hasThresholds ? [5, 9, 21, 14] : [5.0, 11, 24]
        return [
            .table(
                Table(
                    columns: labels + dateColumns, head: [TableRow(head + dates)], rows: body,
                    size: 8))
        ]
    }

    private func named(_ kind: Row.Kind) -> String { kind.japanese + words.mark(kind) }

    private func cells(_ row: Row) -> [TableCell] {
        row.cells.map { cell in
            var printed = value(cell.japanese, alignment: .centre)
            printed.isStrong = cell.mark != nil
            return printed
        }
    }

    private var dates: [TableCell] { table.dates.map { title($0.slashed) } }

    private var dateColumns: [Double] { table.dates.map { _ in 11.5 } }

    private var remarks: [Block] {
        notes(
            (words.hasOptionalWaist ? [("(注1) ", "腹囲は任意項目")] : [])
                + [
                    ("", words.reference),
                    (
                        "※",
                        "がついている結果は、健診機関等により複数の検査結果が登録されているため、実際に受け取られて"
                            + "いる\(words.notice)の結果と異なる場合があります。"
                    ),
                ])
    }

    /// The answers to the questions of the programme; questions of former forms where answered.
    var questionnaire: [Block] {
        let rows = words.questions.filter { item in
            !words.formerQuestions.contains(item)
                || checkups.contains { $0.result(of: item) != nil }
        }.map { item in
            TableRow(
                [label(item.definition.japanese)]
                    + checkups.map { checkup in
                        value(
                            checkup.result(of: item)?.printedValue(on: checkup.date)
                                ?? CheckupWords.absent, alignment: .centre)
                    })
        }
        return [
            .table(
                Table(
                    columns: [38.0] + table.dates.map { _ in 12.5 },
                    head: [TableRow([title("質問項目")] + dates)], rows: rows, size: 8))
        ]
    }
}
