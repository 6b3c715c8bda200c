import PDF
import Records

/// The sentences of the list of medicines. The printed sample is hard to read in places; these say
/// what it must mean.
enum DrugWords {
    /// What stands above the symbols of the medicine notebook: how, and both warnings.
    static let notebook = [
        "薬剤情報を電子版お薬手帳へ取り込まれる方は、以下のQRコードを読み込んでください。",
        "ただし、PDFの拡大・縮小や画面の表示、お使いの電子版お薬手帳アプリによっては、"
            + "読み取れない場合があります。",
        "なお、既に同じ薬剤情報を電子版お薬手帳へ登録している場合、重複して登録されることがあるため、"
            + "医療機関等名称及び調剤日を確認の上、読み取ってください。",
    ]
    static let trademark = "QRコードは(株)デンソーウェーブの登録商標です。"

    /// The notes at the end, those on money in the patient's own copy only.
    static func notes(hasAmounts: Bool) -> [Block] {
        [.heading(level: 2, "【注意事項】")]
            + Documents.notes([claims] + (hasAmounts ? amounts : []))
            + Documents.notes(footnotes)
    }

    private static let claims = (
        "※",
        "この薬剤情報は、電子請求された診療報酬明細書・調剤報酬明細書から抽出した医薬品等の情報を表示している"
            + "ため、請求がない場合や紙媒体で請求された場合、医薬品の費用を包括する点数を算定している場合等に"
            + "おいては表示されません。"
    )

    private static let amounts = [
        ("※", "自己負担額及び削減可能額の表示について"),
        (
            "　・",
            "1日単位の薬剤費の合計が500円以上の場合など、一定の条件に当てはまる場合に金額を表示している"
                + "ため、全ての医薬品に対して表示されるものではありません。"
        ),
        (
            "　・",
            "自己負担額は、お薬にかかった金額のみを表示しています。実際の医療機関等の窓口での支払いには、"
                + "お薬代以外の診療や調剤等に要する費用が含まれます。【算出方法: 調剤された医薬品の診療月時点の"
                + "薬価×診療月時点の自己負担割合】"
        ),
        (
            "　・",
            "削減可能額は、あくまでも目安です。ジェネリック医薬品は複数存在しているため、必ずしも記載している"
                + "金額が削減できるとは限りません。"
        ),
        (
            "　・",
            "ジェネリック医薬品には、必ずしも切り替えられるわけではありません。切替えを希望する際は、"
                + "処方される医師、薬剤師等にご相談ください。"
        ),
        ("　・", "保険者から送付される通知とは異なる場合があります。"),
    ]

    private static let footnotes = [
        (
            "¹ ",
            "医薬品名の先頭に右記の記号が記載される場合があります。 "
                + DrugMark.allCases.map { "\($0.prefix):\($0.japanese)" }.joined(separator: "、")
        ),
        ("² ", "処方発行医療機関は、薬局で調剤された医薬品の場合のみ表示されます。"),
        ("³ ", "調剤時の数量、回数、日数等と一致しない場合があります。"),
    ]
}
