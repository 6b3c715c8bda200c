/// Checkups side by side, as the portal and the papers show them: rows of items, a column for each
/// date, newest first. Marks and words are computed; nothing here is stored.
package struct CheckupTable: Hashable, Sendable, PersonalData {
    /// The dates of the columns, newest first.
    package let dates: [LocalDate]
    /// The rows, in the order printed.
    package let rows: [CheckupTableRow]

    /// The checkups of somebody of this sex, in the order given.
    package init(_ checkups: [Checkup], sex: Sex) {
        dates = checkups.map(\.date)
        let hasAssessment = checkups.contains { $0.programme != .elderly }
        rows = CheckupTableRow.Kind.allCases.filter {
            $0.section != .assessment || hasAssessment
        }.map { kind in
            CheckupTableRow(
                kind: kind, cells: checkups.map { CheckupCell(kind.items, of: $0, sex: sex) })
        }
    }

    /// The row of a kind.
    package func row(_ kind: CheckupTableRow.Kind) -> CheckupTableRow? {
        rows.first { $0.kind == kind }
    }
}

/// One value of the table.
package struct CheckupCell: Hashable, Sendable, PersonalData {
    /// The value in words; nothing where it was not examined.
    package let text: String?
    /// Out of range: see a doctor (受診勧奨).
    package let mark: CheckupMark?
    /// In the range in which health guidance is advised (保健指導).
    package let needsGuidance: Bool
    /// Several results were registered for the day (※).
    package let hasSeveral: Bool

    /// The first of the items that has a result.
    init(_ items: [CheckupItem], of checkup: Checkup, sex: Sex) {
        let found = items.lazy.compactMap { item in
            checkup.result(of: item).map { (item, $0) }
        }.first
        let value = found.flatMap { DecimalText($0.1.value) }
        let definition = found?.0.definition
        text = found?.1.printedValue(on: checkup.date)
        hasSeveral = found?.1.hasSeveral ?? false
        mark = value.flatMap { value in
            definition?.referral.first { $0.isMet(by: value, sex: sex) }?.mark
        }
        needsGuidance =
            value.map { value in
                definition?.guidance.contains { $0.isMet(by: value, sex: sex) } ?? false
            } ?? false
    }

    /// As printed: `▲142`, `144※`, `—` where there is nothing.
    package var japanese: String {
        guard let text else { return "—" }
        return (mark?.rawValue ?? "") + text + (hasSeveral ? "※" : "")
    }
}

/// One row of the table.
package struct CheckupTableRow: Hashable, Sendable, PersonalData {
    /// What the row shows.
    package let kind: Kind
    /// A cell for each date.
    package let cells: [CheckupCell]

    /// The part of the paper a row stands in.
    package enum Section: String, CaseIterable, Hashable, Sendable {
        /// What the doctor noted; printed for the newest date only.
        case interview = "問診"
        /// Reported assessments; the elderly have none.
        case assessment = "判定"
        case basic = "基本項目"
        case detail = "詳細項目"
        /// The doctor's judgement; printed for the newest date only.
        case judgement = "医師の判断"
    }

    /// The rows of the papers, in their order.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case history, subjective, objective
        case metabolicAssessment, guidanceLevel
        case height, weight, waist, visceralFat, bodyMassIndex
        case systolicPressure, diastolicPressure
        case triglycerides, hdlCholesterol, ldlCholesterol, nonHDLCholesterol
        case ast, alt, gammaGT
        case fastingGlucose, hba1c, casualGlucose
        case urineSugar, urineProtein
        case redCells, haemoglobin, haematocrit
        case creatinine, egfr
        case cardiogram
        case fundusKeithWagener, fundusScheieHypertensive, fundusScheieSclerotic, fundusScott
        case fundusWongMitchell, fundusDavis, fundusFinding
        case doctorsJudgement
    }
}

extension CheckupTableRow.Kind {
    /// The items whose result the row shows: the first that there is.
    package var items: [CheckupItem] {
        switch self {
        case .history: [.historyDetail, .history]
        case .subjective: [.subjectiveDetail, .subjective]
        case .objective: [.objectiveDetail, .objective]
        case .triglycerides: [.fastingTriglycerides, .casualTriglycerides]
        case .cardiogram: [.cardiogramFinding, .cardiogram]
        default: CheckupItem(rawValue: rawValue).map { [$0] } ?? []
        }
    }

    /// Where the row stands.
    package var section: CheckupTableRow.Section {
        switch self {
        case .history, .subjective, .objective: .interview
        case .metabolicAssessment, .guidanceLevel: .assessment
        case .height, .weight, .waist, .visceralFat, .bodyMassIndex, .systolicPressure,
            .diastolicPressure, .triglycerides, .hdlCholesterol, .ldlCholesterol,
            .nonHDLCholesterol, .ast, .alt, .gammaGT, .fastingGlucose, .hba1c, .casualGlucose,
            .urineSugar, .urineProtein:
            .basic
        case .redCells, .haemoglobin, .haematocrit, .creatinine, .egfr, .cardiogram,
            .fundusKeithWagener, .fundusScheieHypertensive, .fundusScheieSclerotic, .fundusScott,
            .fundusWongMitchell, .fundusDavis, .fundusFinding:
            .detail
        case .doctorsJudgement: .judgement
        }
    }

    /// The group of rows within the section; nothing where the row stands alone.
    package var group: String? {
        switch self {
        case .height, .weight, .waist, .visceralFat, .bodyMassIndex: "身体測定"
        case .systolicPressure, .diastolicPressure: "血圧"
        case .triglycerides, .hdlCholesterol, .ldlCholesterol, .nonHDLCholesterol: "血中脂質"
        case .ast, .alt, .gammaGT: "肝機能"
        case .fastingGlucose, .hba1c, .casualGlucose: "血糖"
        case .urineSugar, .urineProtein: "尿"
        case .redCells, .haemoglobin, .haematocrit: "貧血"
        case .creatinine, .egfr: "血清"
        case .cardiogram: "心電図検査"
        case .fundusKeithWagener, .fundusScheieHypertensive, .fundusScheieSclerotic,
            .fundusScott, .fundusWongMitchell, .fundusDavis, .fundusFinding:
            "眼底検査"
        case .history, .subjective, .objective, .metabolicAssessment, .guidanceLevel,
            .doctorsJudgement:
            nil
        }
    }

    /// The row's label, as printed.
    package var japanese: String {
        switch self {
        case .history: "既往歴(医師記載)"
        case .subjective: "自覚症状(医師記載)"
        case .objective: "他覚症状(医師記載)"
        case .cardiogram: "所見"
        case .fundusFinding: "その他の所見"
        case .doctorsJudgement: "医師の判断"
        case .triglycerides: "中性脂肪"
        default: items.first?.definition.japanese ?? rawValue
        }
    }

    /// The threshold of referral, as printed beside the label: `▲140以上`; empty where there is
    /// none.
    package var threshold: String {
        (items.first?.definition.referral ?? []).map(\.japanese).joined(separator: " ")
    }
}
