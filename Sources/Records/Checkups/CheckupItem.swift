/// An item of the specific checkup, whatever the method it was measured by.
package enum CheckupItem: String, CaseIterable, Hashable, Sendable {
    case height, weight, waist, visceralFat, bodyMassIndex
    case systolicPressure, diastolicPressure
    case mealInterval
    case fastingTriglycerides, casualTriglycerides, hdlCholesterol, ldlCholesterol
    case nonHDLCholesterol
    case ast, alt, gammaGT
    case fastingGlucose, hba1c, casualGlucose
    case urineSugar, urineProtein
    case redCells, haemoglobin, haematocrit
    case creatinine, egfr
    case anaemiaReason, creatinineSubject, creatinineReason
    case cardiogram, cardiogramFinding, cardiogramSubject, cardiogramReason
    case fundusKeithWagener, fundusScheieHypertensive, fundusScheieSclerotic, fundusScott
    case fundusWongMitchell, fundusDavis, fundusFinding, fundusSubject, fundusReason
    case history, historyDetail, subjective, subjectiveDetail, objective, objectiveDetail
    case metabolicAssessment, guidanceLevel, doctorsJudgement, doctorsName
    // The standard questionnaire (標準的な質問票).
    case pressureDrug, glucoseDrug, lipidDrug
    case stroke, heartDisease, kidneyFailure, anaemia
    case smoking, weightSinceTwenty, exercise, walking, walkingSpeed
    case chewing, eatingSpeed, lateSupper, snacks, breakfast
    case drinking, drinkingAmount, sleep, improvement, guidanceBefore
    /// Asked until fiscal 2023 or earlier.
    case weightChange, snacksAfterSupper, guidanceWish
    // The questionnaire of the late-stage elderly (後期高齢者の質問票).
    case elderlyHealth, elderlyContentment, elderlyMeals, elderlyHardFood, elderlyChoking
    case elderlyWeightLoss, elderlyWalkingSpeed, elderlyFalls, elderlyExercise
    case elderlyForgetting, elderlyDate, elderlyTobacco, elderlyGoingOut, elderlyCompany
    case elderlyAdvice

    /// The item that a code measures.
    package init?(code: String) {
        guard let item = itemsByCode[code] else { return nil }
        self = item
    }
}

/// What is known of an item: its words, codes, content and thresholds.
package struct CheckupItemDefinition: Hashable, Sendable {
    /// The item in Japanese, as the papers print it.
    package let japanese: String
    /// Its JLAC10 codes: one for each method, the preferred first.
    package let codes: [String]
    /// What its values are.
    package let content: CheckupContent
    /// What its values were before fiscal 2024, where that differs.
    package let contentBefore2024: CheckupContent?
    /// From where on health guidance is advised (保健指導判定値).
    package let guidance: [CheckupThreshold]
    /// From where on seeing a doctor is advised (受診勧奨判定値): gives ▲ or ▽.
    package let referral: [CheckupThreshold]

    /// What its values are in a checkup of a date: three lists of answers grew with fiscal 2024.
    package func content(on date: LocalDate) -> CheckupContent {
        guard let contentBefore2024, date.fiscalYear < 2024 else { return content }
        return contentBefore2024
    }
}

extension LocalDate {
    /// The year that began on the 1 April before (年度).
    package var fiscalYear: Int { month < 4 ? year - 1 : year }
}

/// What the values of an item are.
package enum CheckupContent: Hashable, Sendable {
    /// A number in a unit (UCUM), usually printed with so many decimals.
    case quantity(unit: String, decimals: Int)
    /// A code of a list.
    case coded(CheckupScale)
    /// Words.
    case text

    /// Whether a value can be of this content; numbers beyond what the method measures are sent
    /// as `L` and `H`.
    func allows(_ value: String) -> Bool {
        switch self {
        case .quantity: value == "L" || value == "H" || DecimalText(value) != nil
        case .coded(let scale): scale.japanese(value) != nil
        case .text: true
        }
    }

    var rule: String {
        switch self {
        case .quantity: DecimalText.rule + ", or \"L\" or \"H\""
        case .coded(let scale):
            "must be one of " + scale.codes.map { "\"\($0)\"" }.joined(separator: ", ")
        case .text: "must be text"
        }
    }
}

/// A limit from which a value is out of the range (判定値).
package struct CheckupThreshold: Hashable, Sendable {
    /// How a value meets the limit.
    package enum Side: Hashable, Sendable {
        /// At the limit or above (以上).
        case atLeast
        /// At the limit or below (以下).
        case atMost
        /// Below the limit (未満).
        case below
    }

    /// How a value meets it.
    package let side: Side
    /// The limit, as printed.
    package let limit: DecimalText
    /// Whom it is for, where the sexes differ.
    package let sex: Sex?

    /// Whether a value is out of range for somebody of this sex. A limit that differs by sex says
    /// nothing about somebody whose sex is not registered.
    package func isMet(by value: DecimalText, sex: Sex) -> Bool {
        if let own = self.sex, own != sex { return false }
        let order = value.compared(to: limit)
        return switch side {
        case .atLeast: order >= 0
        case .atMost: order <= 0
        case .below: order < 0
        }
    }

    /// The mark that it gives.
    package var mark: CheckupMark { side == .atLeast ? .high : .low }

    /// As printed: `▲140以上`, `▽男12.0以下`.
    package var japanese: String {
        let words = [Side.atLeast: "以上", .atMost: "以下", .below: "未満"]
        return mark.rawValue + (sex?.japanese ?? "") + limit.text + (words[side] ?? "")
    }
}

/// The mark before a value that is out of range.
package enum CheckupMark: String, CaseIterable, Hashable, Sendable {
    /// At the limit or above it.
    case high = "▲"
    /// At the limit or below it.
    case low = "▽"
}

private let itemsByCode: [String: CheckupItem] = Dictionary(
    CheckupItem.allCases.flatMap { item in item.definition.codes.map { ($0, item) } },
    uniquingKeysWith: { first, _ in first })
