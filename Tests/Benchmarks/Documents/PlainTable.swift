import JSON
import PDF

/// A table of sixty rows and seven columns, such as a list of medicines: what other programs that make
/// PDF are given too.
enum PlainTable {
    static let titles = ["年月日", "薬局", "区分", "医薬品名", "用法", "数量", "自己負担額"]

    private static let medicines = [
        "マイスリー錠5mg", "デパス錠0.5mg", "ドグマチール錠50mg", "ロキソプロフェンナトリウム錠60mg", "レバミピド錠100mg",
        "アムロジピン錠5mg",
    ]
    private static let usages = ["1日1回就寝前", "1日3回食後", "1日1回朝食後"]

    static let rows: [[String]] = (0..<60).map { row in
        [
            "2021年9月\(30 - row / 2)日", row % 4 < 2 ? "薬局A" : "薬局B", "内服",
            medicines[row % medicines.count], usages[row % usages.count],
            "\(1 + row % 3)錠 \(7 * (1 + row % 4))日分", "\(40 + 37 * row % 400)円",
        ]
    }

    static let title = "薬剤情報一覧"

    /// The table as a paper of its own, tagged.
    static func paper(_ fonts: FontBook) throws -> PaperDocument.Rendering {
        let table = Table(
            columns: [15, 7, 6, 33, 16, 12, 11],
            head: [TableRow(titles.map { TableCell($0, scope: .column) })],
            rows: rows.map { TableRow($0.map { TableCell($0) }) }, size: 9)
        return try PaperDocument(
            title: title, banner: "シミュレーション", aside: "作成日: 2021年10月11日", day: "2021-10-11",
            blocks: [.heading(level: 1, title), .table(table)]
        ).rendered(with: fonts)
    }

    /// The same for others.
    static var json: JSONValue {
        [
            "title": .string(title), "titles": .array(titles.map(JSONValue.string)),
            "rows": .array(rows.map { .array($0.map(JSONValue.string)) }),
        ]
    }
}
