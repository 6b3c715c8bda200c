import Records

/// What the two papers of checkups say in different words.
struct CheckupWords {
    /// What is explained at the end.
    enum Note: Hashable {
        case metabolicAssessment, guidanceLevel, threshold, visceralFat, nonHDL, glucose
    }

    static let absent = "—"

    let title: String
    let opening: [String]
    let facilities: String
    let facility: String
    let results: String
    /// The paper that the patient got from who made the checkup.
    let notice: String
    let hasOptionalWaist: Bool
    /// Whether what the doctor judged stands above where explanations are to be found, as it does
    /// on the sample of the specific checkup.
    let isJudgedFirst: Bool
    /// The printed sample of the specific checkup has a page more.
    let isExplainedOnTwoPages: Bool
    let questions: [CheckupItem]
    let formerQuestions: Set<CheckupItem>
    private let explained: [Note]

    static let specific = CheckupWords(
        title: "特定健康診査受診結果",
        opening: [
            "労働安全衛生法に基づく健康診断(事業者健診)等を受診した際、特定健康診査の基本項目を実施し、かつ事業者が"
                + "保険者にその結果を提供している場合、特定健康診査として記録が表示されます。"
        ],
        facilities: "特定健診機関情報", facility: "特定健診機関名称", results: "特定健診情報",
        notice: "特定健康診査受診結果通知表", hasOptionalWaist: false,
        isJudgedFirst: true, isExplainedOnTwoPages: true,
        questions: items(from: .pressureDrug, through: .guidanceWish),
        formerQuestions: [.weightChange, .snacksAfterSupper, .guidanceWish],
        explained: [
            .metabolicAssessment, .guidanceLevel, .threshold, .visceralFat, .nonHDL, .glucose,
        ])

    static let elderly = CheckupWords(
        title: "後期高齢者健康診査受診結果", opening: [],
        facilities: "後期高齢者健診機関情報", facility: "後期高齢者健診機関名称",
        results: "後期高齢者健診情報", notice: "後期高齢者健康診査", hasOptionalWaist: true,
        isJudgedFirst: false, isExplainedOnTwoPages: false,
        questions: items(from: .elderlyHealth, through: .elderlyAdvice), formerQuestions: [],
        explained: [.threshold, .visceralFat, .nonHDL, .glucose])

    /// ` *3` where it is explained, else nothing.
    func number(of note: Note) -> String {
        explained.firstIndex(of: note).map { " *\($0 + 1)" } ?? ""
    }

    /// The mark behind a row's label.
    func mark(_ kind: CheckupTableRow.Kind) -> String {
        switch kind {
        case .metabolicAssessment: number(of: .metabolicAssessment)
        case .guidanceLevel: number(of: .guidanceLevel)
        case .visceralFat: number(of: .visceralFat)
        case .nonHDLCholesterol: number(of: .nonHDL)
        case .fastingGlucose, .hba1c, .casualGlucose: number(of: .glucose)
        case .waist: hasOptionalWaist ? "(注1)" : ""
        default: ""
        }
    }

    /// Where the marks are explained.
    var reference: String { "*1～*\(explained.count) 別紙「説明」を参照" }

    /// The explanations, each behind its mark.
    var notes: [(mark: String, text: String)] {
        explained.enumerated().map { ("*\($0 + 1) ", CheckupExplanations.text(of: $1)) }
    }

    private static func items(
        from first: CheckupItem, through last: CheckupItem
    ) -> [CheckupItem] {
        let all = CheckupItem.allCases
        guard let start = all.firstIndex(of: first), let end = all.firstIndex(of: last) else {
            return []
        }
        return Array(all[start...end])
    }
}
