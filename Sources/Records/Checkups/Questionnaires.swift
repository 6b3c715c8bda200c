/// The questionnaires: the standard one (標準的な質問票) in its form of fiscal 2024, three questions
/// that were asked before, and the one of the late-stage elderly (後期高齢者の質問票).
extension CheckupItem {
    /// What is known of a question; nothing for an item that is none.
    var questionDefinition: CheckupItemDefinition? {
        historyQuestion ?? habitQuestion ?? formerQuestion ?? elderlyQuestion
    }

    private var historyQuestion: CheckupItemDefinition? {
        switch self {
        case .pressureDrug: question("服薬1(血圧)", "9N701000000000011")
        case .glucoseDrug: question("服薬2(血糖)", "9N706000000000011")
        case .lipidDrug: question("服薬3(脂質)", "9N711000000000011")
        case .stroke: question("既往歴1(脳血管)", "9N716000000000011")
        case .heartDisease: question("既往歴2(心血管)", "9N721000000000011")
        case .kidneyFailure: question("既往歴3(腎不全・人工透析)", "9N726000000000011")
        case .anaemia: question("貧血", "9N731000000000011")
        default: nil
        }
    }

    private var habitQuestion: CheckupItemDefinition? {
        switch self {
        case .smoking: question("喫煙", "9N736000000000011", .smoking, before2024: .yesNo)
        case .weightSinceTwenty: question("20歳からの体重変化", "9N741000000000011")
        case .exercise: question("30分以上の運動習慣", "9N746000000000011")
        case .walking: question("歩行又は身体活動", "9N751000000000011")
        case .walkingSpeed: question("歩行速度", "9N756000000000011")
        case .chewing: question("咀嚼", "9N872000000000011", .chewing)
        case .eatingSpeed: question("食べ方1(早食い等)", "9N766000000000011", .eatingSpeed)
        case .lateSupper: question("食べ方2(就寝前)", "9N771000000000011")
        case .snacks: question("食べ方3(間食)", "9N782000000000011", .snacks)
        case .breakfast: question("食習慣", "9N781000000000011")
        case .drinking:
            question("飲酒", "9N786000000000011", .drinking, before2024: .drinkingBefore2024)
        case .drinkingAmount:
            question("飲酒量", "9N791000000000011", .amount, before2024: .amountBefore2024)
        case .sleep: question("睡眠", "9N796000000000011")
        case .improvement: question("生活習慣の改善", "9N801000000000011", .improvement)
        case .guidanceBefore: question("特定保健指導の受診歴", "9N808000000000011")
        default: nil
        }
    }

    private var formerQuestion: CheckupItemDefinition? {
        switch self {
        case .weightChange: question("1年間の体重変化", "9N761000000000011")
        case .snacksAfterSupper: question("食べ方3(夜食・間食)", "9N776000000000011")
        case .guidanceWish: question("保健指導の希望", "9N806000000000011")
        default: nil
        }
    }

    /// The JLAC10 codes of these questions are not public. So a code here is `ELDERLYQ` and the
    /// number of the list of answers, which is public: plainly no JLAC10 code.
    private var elderlyQuestion: CheckupItemDefinition? {
        guard let (japanese, scale) = elderlyWords ?? elderlyLifeWords else { return nil }
        let list = scale.rawValue.dropFirst(2)
        return question(japanese, "ELDERLYQ" + padded(Int(list) ?? 0, to: 9), scale)
    }

    private var elderlyWords: (String, CheckupScale)? {
        switch self {
        case .elderlyHealth: ("現在の健康状態", .elderlyHealth)
        case .elderlyContentment: ("毎日の生活の満足度", .elderlyContentment)
        case .elderlyMeals: ("1日3食きちんと食べている", .elderlyMeals)
        case .elderlyHardFood: ("半年前に比べて固いものが食べにくくなった", .elderlyHardFood)
        case .elderlyChoking: ("お茶や汁物等でむせることがある", .elderlyChoking)
        case .elderlyWeightLoss: ("6か月間で2～3kg以上の体重減少", .elderlyWeightLoss)
        case .elderlyWalkingSpeed: ("以前に比べて歩く速度が遅くなった", .elderlyWalkingSpeed)
        case .elderlyFalls: ("この1年間に転んだことがある", .elderlyFalls)
        default: nil
        }
    }

    private var elderlyLifeWords: (String, CheckupScale)? {
        switch self {
        case .elderlyExercise: ("ウォーキング等の運動を週に1回以上している", .elderlyExercise)
        case .elderlyForgetting: ("物忘れがあると言われている", .elderlyForgetting)
        case .elderlyDate: ("今日が何月何日かわからない時がある", .elderlyDate)
        case .elderlyTobacco: ("たばこ", .elderlyTobacco)
        case .elderlyGoingOut: ("週に1回以上は外出している", .elderlyGoingOut)
        case .elderlyCompany: ("ふだんから家族や友人と付き合いがある", .elderlyCompany)
        case .elderlyAdvice: ("体調が悪いときに身近に相談できる人がいる", .elderlyAdvice)
        default: nil
        }
    }
}
