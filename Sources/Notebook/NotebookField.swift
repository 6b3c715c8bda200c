/// One field of a record: what it may hold (JAHIS 24-104, tables 3-9 to 3-32).
package struct NotebookField: Hashable, Sendable {
    /// Its name in the format.
    package var japanese: String
    /// The most octets in Shift_JIS.
    package var maximumOctets: Int
    var rule: Rule
    var need: Need
    /// The version from which on the field is known.
    var since: Int

    enum Rule: Hashable, Sendable {
        /// Mixed text.
        case text
        /// Letters, digits, point and hyphen.
        case plain
        /// Digits.
        case digits
        /// `YYYYMMDD`, or an era's letter and `YYMMDD`.
        case date
        /// One of some codes.
        case codes([String])
    }

    enum Need: Hashable, Sendable { case always, toPatient, optional }
}

extension NotebookKind {
    /// The record's fields, in order, after its number.
    package var fields: [NotebookField] { notebookFields[self, default: []] }
}

private func field(
    _ japanese: String, _ maximumOctets: Int, _ rule: NotebookField.Rule = .text,
    _ need: NotebookField.Need = .optional, since: Int = 0
) -> NotebookField {
    NotebookField(
        japanese: japanese, maximumOctets: maximumOctets, rule: rule, need: need, since: since)
}

private let creator = field("作成者", 1, .codes(["1", "2", "8", "9"]), .always)
private let rp = field("RP番号", 3, .digits, .always)
private let prefectures = NotebookField.Rule.codes(
    (1...47).map { $0 < 10 ? "0\($0)" : "\($0)" })

private func institution(feeTables: [String]) -> [NotebookField] {
    [
        field("医療機関名称", 120, .text, .always),
        field("都道府県", 2, prefectures, .toPatient),
        field("点数表", 1, .codes(feeTables), .toPatient),
        // May be missing while a new code is pending.
        field("医療機関コード", 7, .plain),
    ]
}

private func supplement(_ name: String, _ maximumOctets: Int) -> [NotebookField] {
    [rp, field(name, maximumOctets, .text, .always), creator]
}

private func note(_ name: String) -> [NotebookField] {
    [field(name, 400, .text, .always), creator]
}

private let notebookFields: [NotebookKind: [NotebookField]] = [
    .patient: [
        field("氏名", 40, .text, .always), field("性別", 1, .codes(["1", "2"]), .always),
        field("生年月日", 8, .date, .always), field("郵便番号", 8, .plain), field("住所", 800),
        field("電話番号", 13, .plain), field("緊急連絡先", 800), field("血液型", 20),
        field("体重", 7, .plain), field("氏名カナ", 40),
    ],
    .patientNote: [
        field("種別", 1, .codes(["1", "2", "3", "9"]), .always),
        field("内容", 120, .text, .always), creator,
    ],
    .overTheCounter: [
        field("薬品名称", 120, .text, .always), field("服用開始日", 8, .date),
        field("服用終了日", 8, .date), creator, field("通番", 3, .digits),
        field("JANコード", 13, .digits),
    ],
    .ingredient: [
        field("通番", 3, .digits, .always), field("成分名", 256, .text, .always),
        field("成分コード種別", 1, .codes(["1", "2"]), .always), field("成分コード", 20, .plain),
        creator,
    ],
    .memo: [field("手帳メモ", 400, .text, .always), field("入力日", 8, .date), creator],
    .date: [field("調剤等年月日", 8, .date, .always), creator],
    .dispenser: institution(feeTables: ["1", "3", "4"]) + [
        field("郵便番号", 8, .plain), field("住所", 800), field("電話番号", 13, .plain), creator,
    ],
    .dispensingStaff: [field("氏名", 40, .text, .always), field("連絡先", 800), creator],
    .prescriber: institution(feeTables: ["1", "3"]) + [creator],
    .doctor: [field("氏名", 40, .text, .always), field("診療科", 80), creator],
    .drug: [
        rp, field("薬品名称", 120, .text, .always), field("用量", 12, .plain, .toPatient),
        field("単位名", 12, .text, .toPatient),
        field("薬品コード種別", 1, .codes(["1", "2", "3", "4", "6"]), .toPatient),
        field("薬品コード", 13, .plain), creator, field("一般名", 120, since: 8),
        field("一般名コード種別", 1, .codes(["1", "2"]), since: 8),
        field("一般名コード", 12, .plain, since: 8),
    ],
    .drugSupplement: supplement("薬品補足情報", 100),
    .drugCaution: supplement("薬品服用注意", 400),
    .usage: [
        rp, field("用法名称", 100), field("調剤数量", 3, .digits, .toPatient),
        field("調剤単位", 100, .text, .toPatient),
        field(
            "剤形", 2, .codes(["1", "2", "3", "4", "5", "6", "7", "9", "10"]), .toPatient),
        field("用法コード種別", 1, .codes(["1", "2"]), .toPatient),
        field("用法コード", 16, .plain), creator,
    ],
    .usageSupplement: supplement("用法補足情報", 100),
    .usageCaution: supplement("処方服用注意", 400),
    .caution: note("服用注意"),
    .provided: [
        field("提供情報", 400, .text, .always),
        field("提供情報種別", 2, .codes(["30", "31", "99"]), .always), creator,
    ],
    .leftOver: note("残薬確認"),
    .remark: note("備考"),
    .written: [field("患者等記入", 400, .text, .always), field("入力日", 8, .date)],
    .ownPharmacist: [
        field("氏名", 40, .text, .always), field("薬局名", 120, .text, .always),
        field("連絡先", 800, .text, .always), field("開始日", 8, .date),
        field("終了日", 8, .date), creator,
    ],
    .split: [
        field("データ固有ID", 14, .digits, .always), field("分割数", 3, .digits, .always),
        field("データ連番", 3, .digits, .always),
    ],
]
