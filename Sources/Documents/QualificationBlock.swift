import PDF
import Records

/// The block at the head of every paper (資格情報): who it is of, and how they are insured.
func qualificationBlock(_ qualification: Qualification, on day: LocalDate) -> [Block] {
    let heading = Block.heading(level: 2, "資格情報")
    // Where several were found, the first stands for the person; the insurance is not guessed.
    guard let holder = (qualification.entitlement ?? qualification.entitlements.first)?.holder
    else {
        return [heading, .paragraph(Paragraph("資格情報は確認できませんでした。"))]
    }
    let insurance = qualification.entitlement
    let rows = [
        TableRow([
            label("氏名カナ"), value(holder.kana ?? "-", columns: 5), label("保険者番号"),
            value(insurance?.insurerNumber ?? "-"),
        ]),
        TableRow([
            label("氏名"), value(holder.name, columns: 5), label("被保険者証等記号"),
            value(insurance?.symbol ?? "-"),
        ]),
        TableRow([
            label("生年月日", rows: 2), value(holder.birthDate.japanese, rows: 2),
            label("性別", rows: 2), value(holder.sex.japanese, rows: 2), label("年齢", rows: 2),
            value("\(holder.age(on: day))歳", rows: 2), label("被保険者証等番号"),
            value(insurance?.number ?? "-"),
        ]),
        TableRow([label("枝番"), value(insurance?.branch ?? "-")]),
    ]
    return [heading, .table(Table(columns: [10, 19, 6, 6, 6, 7, 18, 20], rows: rows))]
}

/// A heading cell of its row.
func label(_ text: String, columns: Int = 1, rows: Int = 1) -> TableCell {
    TableCell(text, scope: .row, columns: columns, rows: rows)
}

/// A heading cell of its columns.
func title(_ text: String, columns: Int = 1, rows: Int = 1) -> TableCell {
    TableCell(text, scope: .column, columns: columns, rows: rows, alignment: .centre)
}

/// A cell with a value.
func value(
    _ text: String, columns: Int = 1, rows: Int = 1, alignment: Alignment = .leading
) -> TableCell {
    TableCell(text, columns: columns, rows: rows, alignment: alignment)
}

/// Notes, each behind its mark.
func notes(_ notes: [(mark: String, text: String)], size: Double = 7.5) -> [Block] {
    notes.map { .paragraph(Paragraph($0.text, mark: $0.mark, size: size, isNote: true)) }
}
