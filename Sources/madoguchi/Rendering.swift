import JSON
import Records

/// How wide a text stands in a terminal: East Asian characters take two columns.
func displayWidth(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { width, scalar in
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x25A0...0x25FF, 0x203B, 0x2014:
            width + 2
        default: width + 1
        }
    }
}

/// A text filled up with spaces to a width.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}

/// Rows in columns.
func table(_ rows: [[String]], indent: String = "  ") -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        rows.map { column < $0.count ? displayWidth($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
        var line = indent
        for (column, cell) in row.enumerated() {
            line += column == row.count - 1 ? cell : padded(cell, to: widths[column]) + "  "
        }
        return line
    }
}

/// A sum in yen with separators: `12,345円`.
func yen(_ amount: Int?) -> String {
    guard let amount else { return "" }
    var digits = String(amount.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits = String(digits.dropLast(3))
    }
    return (amount < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",") + "円"
}

extension Qualification {
    /// The qualification as the desk sees it.
    func lines() -> [String] {
        var rows = [["資格", validity.japanese]]
        for entitlement in entitlements {
            let holder = entitlement.holder
            rows.append(["氏名", holder.name])
            if let kana = holder.kana { rows.append(["カナ", kana]) }
            rows.append(["生年月日", holder.birthDate.description])
            rows.append(["性別", holder.sex.japanese])
            let insurer = entitlement.insurerName ?? ""
            rows.append(["保険者", "\(entitlement.insurerNumber) \(insurer)"])
            let parts = [entitlement.symbol, entitlement.number, entitlement.branch]
            rows.append(["記号・番号・枝番", parts.map { $0 ?? "-" }.joined(separator: " / ")])
            let ratio = confirmedOn.flatMap { entitlement.ratio(on: $0) }
            rows.append(["負担割合", ratio?.japanese ?? "提供なし"])
        }
        if let note { rows.append(["連絡", note.message]) }
        return table(rows)
    }
}

extension DrugRecord {
    /// The medicines by day; amounts where the record has them.
    func lines() -> [String] {
        var lines: [String] = []
        if let period { lines.append("  表示期間: \(period.first)～\(period.last)") }
        for month in months {
            for day in month.days {
                for block in day.blocks {
                    lines.append("  \(day.date) \(block.source.japanese)")
                    for group in block.groups {
                        lines += table(group.rows.map(cells), indent: "    ")
                    }
                }
                if day.totals.copaymentYen != nil || day.totals.savingYen != nil {
                    lines.append(
                        "    計 自己負担 \(yen(day.totals.copaymentYen)) 削減可能 \(yen(day.totals.savingYen))"
                    )
                }
            }
        }
        if dispensings.isEmpty { lines.append("  （該当する情報はありません）") }
        if totals.copaymentYen != nil || totals.savingYen != nil {
            lines.append(
                "  合計 自己負担額 \(yen(totals.copaymentYen)) 削減可能額 \(yen(totals.savingYen))")
        }
        for overlap in overlaps {
            lines.append(
                "  ⚠ 重複: \(overlap.ingredient.name) \(overlap.from)～\(overlap.to)（\(overlap.earlier.source.japanese) と \(overlap.later.source.japanese)）"
            )
        }
        return lines
    }

    private func cells(_ row: DrugRow) -> [String] {
        [
            row.line.drugClass.japanese, "\(row.number).", row.line.printedName,
            row.line.usage.map { "【\($0)】" } ?? "", row.line.quantity.japanese,
            yen(row.line.copaymentYen), yen(row.line.savingYen),
        ]
    }
}

extension CheckupRecord {
    /// The checkups side by side, marks as on the paper.
    func lines(sex: Sex) -> [String] {
        guard !checkups.isEmpty else { return ["  （該当する情報はありません）"] }
        let grid = CheckupTable(checkups, sex: sex)
        var rows = [["項目", "判定値"] + grid.dates.map(\.description)]
        for row in grid.rows {
            rows.append([row.kind.japanese, row.kind.threshold] + row.cells.map(\.japanese))
        }
        return table(rows)
    }
}

extension ExpenseRecord {
    /// The expenses with their totals.
    func lines() -> [String] {
        var rows = [["診療年月", "区分", "日数・回数", "医療機関等", "総額", "保険者", "公費", "窓口負担"]]
        for row in self.rows {
            let star = row.isMeal ? "*" : ""
            rows.append(
                [
                    row.month.description, row.kind.japanese, String(row.count),
                    row.institution.name,
                ]
                    + cells(row.amounts).map { star + $0 })
        }
        for year in yearTotals {
            rows.append(["年間 \(year.period.first)～", "", "", ""] + cells(year.amounts))
        }
        rows.append(["合計 \(total.period.first)～", "", "", ""] + cells(total.amounts))
        return table(rows)
    }

    private func cells(_ amounts: ExpenseAmounts) -> [String] {
        [amounts.totalYen, amounts.insurerYen, amounts.publicYen, amounts.patientYen].map {
            yen($0)
        }
    }
}
