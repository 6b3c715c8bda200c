/// Whether the qualification holds (資格有効性).
package enum QualificationValidity: String, DomainCode {
    case valid = "1"
    case invalid = "2"
    case invalidWithNewer = "3"
    case notFound = "4"
    case severalFound = "5"
    case validUnregistered = "6"

    package static let table = "OQSCD006"
    package var japanese: String {
        switch self {
        case .valid: "有効"
        case .invalid: "無効"
        case .invalidWithNewer: "無効(新しい資格あり)"
        case .notFound: "該当資格なし"
        case .severalFound: "複数該当"
        case .validUnregistered: "有効(未登録)"
        }
    }
}

/// Sex as registered (性別).
package enum Sex: String, DomainCode {
    case male = "1"
    case female = "2"
    case unset = "3"

    package static let table = "OQSCD007"
    package var japanese: String {
        switch self {
        case .male: "男"
        case .female: "女"
        case .unset: "未設定"
        }
    }
}

/// Why a qualification was lost (喪失事由).
package enum LossReason: String, DomainCode {
    case death = "01"
    case publicAssistance = "02"
    case otherInsurance = "03"
    case other = "99"

    package static let table = "OQSCD008"
    package var japanese: String {
        switch self {
        case .death: "死亡"
        case .publicAssistance: "生活保護受給開始"
        case .otherInsurance: "医療保険等の資格取得"
        case .other: "その他"
        }
    }
}

/// The insured person, or somebody of the family (本人・家族の別).
package enum FamilyClassification: String, DomainCode {
    case insured = "1"
    case family = "2"

    package static let table = "OQSCD009"
    package var japanese: String {
        switch self {
        case .insured: "本人"
        case .family: "家族"
        }
    }
}

/// What kind of qualification it is (被保険者証区分).
package enum CardClassification: String, DomainCode {
    case general = "01"
    case retired = "02"
    case shortTermGeneral = "03"
    case shortTermRetired = "04"
    case specialMedicalExpenses = "05"
    case specialRetired = "06"
    case selfDefenceForces = "07"
    case medicalAssistance = "A1"

    package static let table = "OQSCD010"
    package var japanese: String {
        switch self {
        case .general: "一般"
        case .retired: "退職"
        case .shortTermGeneral: "短期(一般)"
        case .shortTermRetired: "短期(退職)"
        case .specialMedicalExpenses: "特別療養費支給対象者"
        case .specialRetired: "特例退職"
        case .selfDefenceForces: "自衛官"
        case .medicalAssistance: "医療扶助"
        }
    }
}

/// A child below school age (未就学区分).
package enum PreschoolClassification: String, DomainCode {
    case preschool = "1"

    package static let table = "OQSCD015"
    package var japanese: String { "未就学" }
}

/// What the institution checked with (照会区分).
package enum ReferenceClassification: String, DomainCode {
    case myNumberCard = "1"
    case insuranceDetails = "2"

    package static let table = "OQSCD002"
    package var japanese: String {
        switch self {
        case .myNumberCard: "マイナンバーカード"
        case .insuranceDetails: "被保険者証情報"
        }
    }
}

/// How far an exchange got (処理結果区分).
package enum SegmentOfResult: String, DomainCode {
    case normal = "1"
    case processing = "2"
    case abnormal = "9"

    package static let table = "OQSCD003"
    package var japanese: String {
        switch self {
        case .normal: "正常終了"
        case .processing: "処理中"
        case .abnormal: "異常終了"
        }
    }
}

/// How the check of one person went (処理結果状況).
package enum ProcessingResultStatus: String, DomainCode {
    case normal = "1"
    case error = "2"

    package static let table = "OQSCD004"
    package var japanese: String {
        switch self {
        case .normal: "正常"
        case .error: "エラー"
        }
    }
}

/// The characters a file is written in (文字コード識別).
package enum CharacterCode: String, DomainCode {
    case utf8 = "0"
    case shiftJIS = "1"

    package static let table = "OQSCD005"
    package var japanese: String {
        switch self {
        case .utf8: "UTF-8"
        case .shiftJIS: "Shift_JIS"
        }
    }
}

/// Whether several registrations belong to one person (同一個人の有無).
package enum SameIndividual: String, DomainCode {
    case exists = "1"

    package static let table = "OQSCD027"
    package var japanese: String { "同一個人あり" }
}

/// Whether a value agrees with another (一致区分).
package enum Agreement: String, DomainCode {
    case agrees = "0"
    case differs = "1"

    package static let table = "OQSCD032"
    package var japanese: String {
        switch self {
        case .agrees: "一致"
        case .differs: "不一致"
        }
    }
}
