/// The item table: codes (JLAC10), units (UCUM), decimals, and thresholds with the sex they are
/// for. Thresholds of referral are those the seed prints; of guidance those of the standard
/// programme (標準的な健診・保健指導プログラム).
extension CheckupItem {
    /// What is known of the item.
    package var definition: CheckupItemDefinition { definitions[self] ?? written }

    /// The definition as it stands below.
    fileprivate var written: CheckupItemDefinition {
        bodyDefinition ?? bloodDefinition ?? questionDefinition ?? findingDefinition
    }

    private var bodyDefinition: CheckupItemDefinition? {
        switch self {
        case .height: number("身長", ["9N001000000000001"], "cm", 1)
        case .weight: number("体重", ["9N006000000000001"], "kg", 1)
        case .waist:
            number(
                "腹囲", ["9N016160100000001", "9N016160200000001", "9N016160300000001"], "cm", 1,
                guidance: [atLeast("85", .male), atLeast("90", .female)])
        case .visceralFat:
            number("内臓脂肪面積", ["9N021000000000001"], "cm2", 1, guidance: [atLeast("100")])
        case .bodyMassIndex:
            number("BMI", ["9N011000000000001"], "kg/m2", 1, guidance: [atLeast("25")])
        case .systolicPressure:
            number(
                "収縮期血圧", ["9A755000000000001", "9A752000000000001", "9A751000000000001"],
                "mm[Hg]", 0, guidance: [atLeast("130")], referral: [atLeast("140")])
        case .diastolicPressure:
            number(
                "拡張期血圧", ["9A765000000000001", "9A762000000000001", "9A761000000000001"],
                "mm[Hg]", 0, guidance: [atLeast("85")], referral: [atLeast("90")])
        case .mealInterval: coded("採血時間(食後)", "9N141000000000011", .mealInterval)
        default: nil
        }
    }

    private var bloodDefinition: CheckupItemDefinition? {
        lipidDefinition ?? liverAndSugarDefinition ?? cellsAndKidneyDefinition
    }

    private var lipidDefinition: CheckupItemDefinition? {
        switch self {
        case .fastingTriglycerides:
            number(
                "中性脂肪", methods("3F01500000", "2327101", "2327201", "2399901"), "mg/dL", 0,
                guidance: [atLeast("150")], referral: [atLeast("300")])
        case .casualTriglycerides:
            number(
                "中性脂肪(随時)", methods("3F01512990", "2327101", "2327201", "2399901"), "mg/dL",
                0, guidance: [atLeast("175")], referral: [atLeast("300")])
        case .hdlCholesterol:
            number(
                "HDL-コレステロール", methods("3F07000000", "2327101", "2327201", "2399901"),
                "mg/dL", 0, guidance: [atMost("39")], referral: [atMost("34")])
        case .ldlCholesterol:
            number(
                "LDL-コレステロール",
                methods("3F07700000", "2327101", "2327201", "2399901", "2391901"), "mg/dL", 0,
                guidance: [atLeast("120")], referral: [atLeast("140")])
        case .nonHDLCholesterol:
            number(
                "Non-HDLコレステロール", ["3F069000002391901"], "mg/dL", 0,
                guidance: [atLeast("150")], referral: [atLeast("170")])
        default: nil
        }
    }

    private var liverAndSugarDefinition: CheckupItemDefinition? {
        switch self {
        case .ast:
            number(
                "GOT (AST)", methods("3B03500000", "2327201", "2399901"), "U/L", 0,
                guidance: [atLeast("31")], referral: [atLeast("51")])
        case .alt:
            number(
                "GPT (ALT)", methods("3B04500000", "2327201", "2399901"), "U/L", 0,
                guidance: [atLeast("31")], referral: [atLeast("51")])
        case .gammaGT:
            number(
                "γ-GT (γ-GTP)", methods("3B09000000", "2327101", "2399901"), "U/L", 0,
                guidance: [atLeast("51")], referral: [atLeast("101")])
        case .fastingGlucose:
            number(
                "空腹時血糖",
                methods("3D01000000", "1926101", "2227101", "1927201", "1999901"), "mg/dL", 0,
                guidance: [atLeast("100")], referral: [atLeast("126")])
        case .hba1c:
            number(
                "HbA1c", methods("3D04600000", "1906202", "1920402", "1927102", "1999902"), "%",
                1, guidance: [atLeast("5.6")], referral: [atLeast("6.5")])
        case .casualGlucose:
            number(
                "随時血糖", methods("3D01012990", "1926101", "2227101", "1927201", "1999901"),
                "mg/dL", 0, guidance: [atLeast("100")], referral: [atLeast("126")])
        case .urineSugar: coded("尿糖", methods("1A02000000", "0191111", "0190111"), .urine)
        case .urineProtein: coded("尿蛋白", methods("1A01000000", "0191111", "0190111"), .urine)
        default: nil
        }
    }

    private var cellsAndKidneyDefinition: CheckupItemDefinition? {
        switch self {
        case .redCells: number("赤血球数", ["2A020000001930101"], "10*4/mm3", 0)
        case .haemoglobin:
            // The seed prints 以下 for referral; a prefecture's table says 未満. The seed counts.
            number(
                "血色素量", ["2A030000001930101"], "g/dL", 1,
                guidance: [atMost("13.0", .male), atMost("12.0", .female)],
                referral: [atMost("12.0", .male), atMost("11.0", .female)])
        case .haematocrit: number("ヘマトクリット値", ["2A040000001930102"], "%", 1)
        case .creatinine:
            number("血清クレアチニン値", methods("3C01500000", "2327101", "2399901"), "mg/dL", 2)
        case .egfr:
            number(
                "eGFR", ["8A065000002391901"], "mL/min/{1.73_m2}", 1,
                guidance: [below("60")], referral: [below("45.0")])
        case .anaemiaReason: words("貧血検査(実施理由)", "2A020161001930149")
        case .creatinineSubject:
            coded("血清クレアチニン(対象者)", "3C015161602399911", .creatinineSubject)
        case .creatinineReason: words("血清クレアチニン(実施理由)", "3C015161002399949")
        default: nil
        }
    }

    private var findingDefinition: CheckupItemDefinition {
        fundusDefinition ?? wordsDefinition
    }

    private var fundusDefinition: CheckupItemDefinition? {
        switch self {
        case .fundusKeithWagener: coded("キースワグナー分類", "9E100166000000011", .keithWagener)
        case .fundusScheieHypertensive:
            coded("シェイエ分類:H", "9E100166100000011", .scheieHypertensive)
        case .fundusScheieSclerotic:
            coded("シェイエ分類:S", "9E100166200000011", .scheieSclerotic)
        case .fundusScott: coded("SCOTT分類", "9E100166300000011", .scott)
        // Which of the two codes is which is inferred from the order of the public table.
        case .fundusWongMitchell: coded("Wong-Mitchell分類", "9E100166600000011", .wongMitchell)
        case .fundusDavis: coded("改変Davis分類", "9E100166500000011", .davis)
        case .fundusFinding: words("眼底検査(その他の所見)", "9E100160900000049")
        case .fundusSubject: coded("眼底検査(対象者)", "9E100161600000011", .fundusSubject)
        case .fundusReason: words("眼底検査(実施理由)", "9E100161000000049")
        default: nil
        }
    }

    private var wordsDefinition: CheckupItemDefinition {
        switch self {
        case .cardiogram: coded("心電図(所見の有無)", "9A110160700000011", .finding)
        case .cardiogramFinding: words("心電図(所見)", "9A110160800000049")
        case .cardiogramSubject: coded("心電図(対象者)", "9A110161600000011", .cardiogramSubject)
        case .cardiogramReason: words("心電図(実施理由)", "9A110161000000049")
        case .history: coded("既往歴", "9N056000000000011", .presence)
        case .historyDetail: words("既往歴(具体的な既往歴)", "9N056160400000049")
        case .subjective: coded("自覚症状", "9N061000000000011", .presence)
        case .subjectiveDetail: words("自覚症状(所見)", "9N061160800000049")
        case .objective: coded("他覚症状", "9N066000000000011", .presence)
        case .objectiveDetail: words("他覚症状(所見)", "9N066160800000049")
        case .metabolicAssessment:
            coded("メタボリックシンドローム判定", "9N501000000000011", .metabolic)
        case .guidanceLevel: coded("保健指導レベル", "9N506000000000011", .guidance)
        case .doctorsJudgement: words("医師の診断(判定)", "9N511000000000049")
        default: words("健康診断を実施した医師の氏名", "9N516000000000049")
        }
    }
}

private let definitions: [CheckupItem: CheckupItemDefinition] = Dictionary(
    uniqueKeysWithValues: CheckupItem.allCases.map { ($0, $0.written) })
