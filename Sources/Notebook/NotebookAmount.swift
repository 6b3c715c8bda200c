internal import Records

/// How much of a medicine was handed out, in the words of a notebook: what 用量 and 調剤数量 mean
/// depends on the form (剤形).
///
/// | form | 用量 | 調剤数量, 調剤単位 |
/// |---|---|---|
/// | 1 内服 | a day | days, 日分 |
/// | 3 屯服 | a dose | doses, 回分 |
/// | 4 注射, 5 外用, 9 材料, 10 その他 | in all | 1, 調剤 |
struct NotebookAmount: Hashable {
    /// The form (剤形).
    var form: Int
    /// The amount (用量); nothing if it does not fit the field.
    var amount: String?
    /// How many times (調剤数量).
    var times: Int
    /// Times of what (調剤単位).
    var unit: String

    /// The most that 調剤数量 holds.
    private static let maximumTimes = 999

    init(_ quantity: DrugQuantity, _ drugClass: DrugClass) {
        let amount = quantity.amount
        switch (drugClass, quantity.counted) {
        case (.internal, .days) where quantity.times <= Self.maximumTimes:
            self.init(form: 1, amount.text, quantity.times, "日分")
        case (.internal, .doses) where quantity.times <= Self.maximumTimes,
            (.asNeeded, .doses) where quantity.times <= Self.maximumTimes:
            self.init(form: 3, amount.text, quantity.times, "回分")
        default:
            let form =
                switch drugClass {
                case .injection: 4
                case .external: 5
                case .material: 9
                // Tablets of which only the sum is known are neither per day nor per dose.
                case .internal, .asNeeded, .other: 10
                }
            self.init(form: form, amount.multiplied(by: quantity.times), 1, "調剤")
        }
    }

    private init(form: Int, _ amount: String?, _ times: Int, _ unit: String) {
        (self.form, self.times, self.unit) = (form, times, unit)
        self.amount = amount.flatMap { Self.fits($0) ? $0 : nil }
    }

    /// Whether a number has at most 6 digits before the point and 5 behind it, and no sign.
    private static func fits(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return !text.hasPrefix("-") && parts[0].utf8.count <= 6
            && (parts.count == 1 || parts[1].utf8.count <= 5)
    }
}
