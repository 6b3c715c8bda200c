import Records

/// A medicine that derived people take; names say that they are invented (カクウ).
struct DerivedMedicine: Sendable {
    let name: String
    let ingredient: Ingredient
    let usage: String
    let amount: Int
    let unit: String
    /// The price of a day, in sen (a hundredth of a yen).
    let daySen: Int
    var mark: DrugMark?
    var isBrand = false
    var drugClass = DrugClass.internal

    /// What so many days cost, in yen.
    func yen(times: Int) -> Int { daySen * times / 100 }

    /// The row of a prescription.
    func line(rp: Int, times: Int) -> DrugLine {
        guard let amount = DecimalText(String(amount)) else {
            preconditionFailure("a whole number is a decimal text")
        }
        var line = DrugLine(
            drugClass: drugClass, name: name,
            quantity: DrugQuantity(amount: amount, unit: unit, times: times, counted: .days))
        (line.rp, line.ingredient, line.usage) = (rp, ingredient, usage)
        line.marks = mark.map { [$0] } ?? []
        return line
    }

    /// Taken month after month.
    static let lasting = [
        DerivedMedicine(
            name: "アムロジピン錠5mg「カクウ」",
            ingredient: Ingredient(name: "アムロジピンベシル酸塩", code: "2171022"),
            usage: "1日1回朝食後服用", amount: 1, unit: "錠", daySen: 1010),
        DerivedMedicine(
            name: "カクウスタチン錠10mg",
            ingredient: Ingredient(name: "アトルバスタチンカルシウム水和物", code: "2189015"),
            usage: "1日1回夕食後服用", amount: 1, unit: "錠", daySen: 4780, isBrand: true),
        DerivedMedicine(
            name: "メトホルミン塩酸塩錠250mg「カクウ」",
            ingredient: Ingredient(name: "メトホルミン塩酸塩", code: "3962002"),
            usage: "1日3回毎食後服用", amount: 3, unit: "錠", daySen: 3030),
        DerivedMedicine(
            name: "ランソプラゾールOD錠15mg「カクウ」",
            ingredient: Ingredient(name: "ランソプラゾール", code: "2329023"),
            usage: "1日1回朝食後服用", amount: 1, unit: "錠", daySen: 1740),
        DerivedMedicine(
            name: "ゾルピデム酒石酸塩錠5mg「カクウ」",
            ingredient: Ingredient(name: "ゾルピデム酒石酸塩", code: "1129009"),
            usage: "1日1回就寝前服用", amount: 1, unit: "錠", daySen: 1010, mark: .psychotropic),
    ]

    /// Taken for some days.
    static let passing = [
        [
            DerivedMedicine(
                name: "ロキソプロフェンナトリウム錠60mg「カクウ」",
                ingredient: Ingredient(name: "ロキソプロフェンナトリウム水和物", code: "1149019"),
                usage: "1日3回毎食後服用", amount: 3, unit: "錠", daySen: 3030),
            DerivedMedicine(
                name: "レバミピド錠100mg「カクウ」",
                ingredient: Ingredient(name: "レバミピド", code: "2329021"), usage: "1日3回毎食後服用",
                amount: 3, unit: "錠", daySen: 3030),
        ],
        [
            DerivedMedicine(
                name: "アモキシカクウカプセル250mg",
                ingredient: Ingredient(name: "アモキシシリン水和物", code: "6131001"),
                usage: "1日3回毎食後服用", amount: 3, unit: "カプセル", daySen: 4500)
        ],
        [
            DerivedMedicine(
                name: "フェキソフェナジン塩酸塩錠60mg「カクウ」",
                ingredient: Ingredient(name: "フェキソフェナジン塩酸塩", code: "4490023"),
                usage: "1日2回朝夕食後服用", amount: 2, unit: "錠", daySen: 2500)
        ],
    ]
}
