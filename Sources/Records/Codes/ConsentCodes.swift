/// Consent to the limit certificate (限度額適用認定証提供同意).
package enum LimitConsent: String, DomainCode {
    case notGiven = "0"
    case given = "1"

    package static let table = "OQSCD001"
    package var japanese: String {
        switch self {
        case .notGiven: "未同意"
        case .given: "同意"
        }
    }
}

/// The state of a consent to medical information (同意区分).
package enum ConsentFlag: String, DomainCode {
    case none = "0"
    case given = "1"
    case expired = "2"
    case unobtainable = "3"

    package static let table = "OQSCD016"
    package var japanese: String {
        switch self {
        case .none: "同意なし"
        case .given: "同意あり"
        case .expired: "有効期限切れ"
        case .unobtainable: "同意取得困難"
        }
    }
}

/// The form of care (診療区分).
package enum CareForm: String, DomainCode {
    case outpatient = "1"
    case homeVisit = "2"
    case online = "3"
    case emergency = "4"

    package static let table = "OQSCD028"
    package var japanese: String {
        switch self {
        case .outpatient: "外来"
        case .homeVisit: "訪問"
        case .online: "オンライン"
        case .emergency: "救急時"
        }
    }
}

/// Which medical information is asked for (情報種別).
package enum InformationKind: String, DomainCode {
    case checkups = "TKK"
    case drugs = "YZK"

    package static let table = "OQSCD029"
    package var japanese: String {
        switch self {
        case .checkups: "健診情報"
        case .drugs: "薬剤情報"
        }
    }
}

/// Whether prescriptions and dispensings of the electronic prescription are wanted too
/// (処方調剤情報区分).
package enum PrescriptionInclusion: String, DomainCode {
    case included = "1"

    package static let table = "OQSCD030"
    package var japanese: String { "処方・調剤情報を含む" }
}

/// Why a consent has run out (期限切れ理由).
package enum ConsentEndReason: String, DomainCode {
    case dependsOnCareForm = "0"
    case cancelledByInstitution = "1"
    case cancelledByPatient = "2"
    case purposeChanged = "3"

    package static let table = "OQSCD031"
    package var japanese: String {
        switch self {
        case .dependsOnCareForm: "診療形態による期限切れ"
        case .cancelledByInstitution: "医療機関による取消"
        case .cancelledByPatient: "患者による取消"
        case .purposeChanged: "用途変更"
        }
    }
}

/// Which information a consent is about (同意情報種別).
package enum ConsentInformationKind: String, DomainCode {
    case specificDiseases = "TSR"
    case checkups = "TKK"
    case drugs = "YZK"
    case treatment = "SRJ"
    case surgery = "SHJ"

    package static let table = "OQSCD036"
    package var japanese: String {
        switch self {
        case .specificDiseases: "特定疾病療養受療証情報"
        case .checkups: "健診情報"
        case .drugs: "薬剤情報"
        case .treatment: "診療情報"
        case .surgery: "手術情報"
        }
    }
}

/// How an institution uses electronic prescriptions (電子処方箋利用区分).
package enum PrescriptionUse: String, DomainCode {
    case notUsed = "0"
    case electronicOnly = "1"
    case both = "2"
    case paperOnly = "3"

    package static let table = "OQSCD038"
    package var japanese: String {
        switch self {
        case .notUsed: "使用しない"
        case .electronicOnly: "電子のみ"
        case .both: "併用"
        case .paperOnly: "紙のみ"
        }
    }
}

/// When the form of the prescription is chosen (処方箋選択時期).
package enum PrescriptionTiming: String, DomainCode {
    case separately = "1"
    case atCheck = "2"

    package static let table = "OQSCD039"
    package var japanese: String {
        switch self {
        case .separately: "別途確認"
        case .atCheck: "資格確認時"
        }
    }
}
