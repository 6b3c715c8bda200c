/// What the figures of a checkup imply by the rules of the standard programme: for warnings only.
/// Reported assessments are never computed nor overwritten.
package struct HealthRules: Sendable {
    private let checkup: Checkup
    private let sex: Sex

    /// The figures of a checkup of somebody of this sex.
    package init(_ checkup: Checkup, sex: Sex) { (self.checkup, self.sex) = (checkup, sex) }

    /// The assessment of the metabolic syndrome, as a code of its list: 1 基準該当, 2 予備群該当,
    /// 3 非該当, 4 判定不能. A large waist (or visceral fat) with two of glucose, pressure and lipids,
    /// or with one. What is not known makes it undecidable, unless two are known already. A question
    /// of medicines that was not answered counts as no.
    package var metabolicAssessment: String {
        guard let isLarge = isWaistLarge else { return "4" }
        guard isLarge else { return "3" }
        let risks = [
            risk(.glucoseDrug, [atLeast(.fastingGlucose, "110") ?? atLeast(.hba1c, "6.0")]),
            risk(.pressureDrug, pressure), risk(.lipidDrug, lipids(casual: "150")),
        ]
        let count = risks.filter { $0 == true }.count
        if count >= 2 { return "1" }
        if risks.contains(nil) { return "4" }
        return count == 1 ? "2" : "3"
    }

    /// The level of health guidance, as a code of its list: 1 積極的支援, 2 動機付け支援, 3 なし,
    /// 4 判定不能. `age` from 65 on is never 積極的支援; who takes a medicine is in a doctor's hands.
    package func guidanceLevel(age: Int) -> String {
        let drugs: [CheckupItem] = [.pressureDrug, .glucoseDrug, .lipidDrug]
        if drugs.contains(where: { answer($0) == "1" }) { return "3" }
        guard let isLarge = isWaistLarge, let isHeavy = isLarge ? false : isHeavy else {
            return "4"
        }
        guard isLarge || isHeavy else { return "3" }
        let risks = [
            any([atLeast(.fastingGlucose, "100") ?? atLeast(.hba1c, "5.6")]), any(pressure),
            any(lipids(casual: checkup.date.fiscalYear < 2024 ? "150" : "175")),
        ]
        let count = risks.filter { $0 == true }.count
        if count == 0 { return risks.contains(nil) ? "4" : "3" }
        let most = isLarge ? 2 : 3
        let isActive = count >= most || count == most - 1 && isSmoker
        if !isActive, risks.contains(nil) { return "4" }
        return isActive && age < 65 ? "1" : "2"
    }

    // MARK: What is known

    private var isWaistLarge: Bool? {
        if atLeast(.visceralFat, "100") == true { return true }
        switch sex {
        case .male: return atLeast(.waist, "85")
        case .female: return atLeast(.waist, "90")
        case .unset:
            let (lower, upper) = (atLeast(.waist, "85"), atLeast(.waist, "90"))
            return lower == upper ? lower : nil
        }
    }

    private var isHeavy: Bool? { atLeast(.bodyMassIndex, "25") }

    private var isSmoker: Bool { answer(.smoking) == "1" }

    private var pressure: [Bool?] {
        [atLeast(.systolicPressure, "130"), atLeast(.diastolicPressure, "85")]
    }

    private func lipids(casual: String) -> [Bool?] {
        [
            atLeast(.fastingTriglycerides, "150") ?? atLeast(.casualTriglycerides, casual),
            below(.hdlCholesterol, "40"),
        ]
    }

    private func risk(_ drug: CheckupItem, _ signs: [Bool?]) -> Bool? {
        answer(drug) == "1" ? true : any(signs)
    }

    /// True if one is; not known if none is and one is not known.
    private func any(_ signs: [Bool?]) -> Bool? {
        signs.contains(true) ? true : signs.contains(nil) ? nil : false
    }

    private func answer(_ item: CheckupItem) -> String? { checkup.result(of: item)?.value }

    private func number(_ item: CheckupItem) -> DecimalText? {
        answer(item).flatMap(DecimalText.init)
    }

    private func atLeast(_ item: CheckupItem, _ limit: String) -> Bool? {
        guard let limit = DecimalText(limit) else { return nil }
        return number(item).map { $0.compared(to: limit) >= 0 }
    }

    private func below(_ item: CheckupItem, _ limit: String) -> Bool? {
        atLeast(item, limit).map { !$0 }
    }
}
