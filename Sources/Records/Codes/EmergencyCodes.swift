/// What is asked for in an emergency (情報要求種別).
package enum EmergencyRequest: String, DomainCode {
    case summary = "1"
    case everythingForEmergency = "2"
    case everything = "3"
    case drugs = "4"
    case treatmentAndDrugs = "5"
    case checkups = "6"

    package static let table = "OQSCD040"
    package var japanese: String {
        switch self {
        case .summary: "救急用サマリー"
        case .everythingForEmergency: "救急時の全情報"
        case .everything: "全情報"
        case .drugs: "薬剤情報"
        case .treatmentAndDrugs: "診療・薬剤情報"
        case .checkups: "健診情報"
        }
    }
}

/// The kind of a factor by which staff were proved (二要素認証の要素).
package enum FactorKind: String, DomainCode {
    case knowledge = "1"
    case biometric = "2"
    case possession = "3"

    package static let table = "OQSCD041"
    package var japanese: String {
        switch self {
        case .knowledge: "記憶"
        case .biometric: "生体"
        case .possession: "所持"
        }
    }
}

/// A factor by which staff were proved (二要素認証の種類): the kind and the number within it,
/// as the public table repeats its numbers for each kind.
package enum Factor: String, DomainCode {
    case password = "1-01"
    case pin = "1-02"
    case secretQuestion = "1-03"
    case fingerprint = "2-01"
    case face = "2-02"
    case voice = "2-03"
    case vein = "2-04"
    case iris = "2-05"
    case chipCard = "3-01"
    case oneTimePassword = "3-02"
    case otherPossession = "3-03"

    package static let table = "OQSCD042"

    /// The kind of the factor.
    package var kind: FactorKind {
        switch self {
        case .password, .pin, .secretQuestion: .knowledge
        case .fingerprint, .face, .voice, .vein, .iris: .biometric
        case .chipCard, .oneTimePassword, .otherPossession: .possession
        }
    }

    package var japanese: String {
        switch self {
        case .password: "ID・パスワード"
        case .pin: "PIN"
        case .secretQuestion: "秘密の質問"
        case .fingerprint: "指紋"
        case .face: "顔"
        case .voice: "音声"
        case .vein: "静脈"
        case .iris: "虹彩"
        case .chipCard: "ICカード"
        case .oneTimePassword: "ワンタイムパスワード"
        case .otherPossession: "その他の所持"
        }
    }
}

/// Whether a user may look in an emergency (救急時閲覧権限).
package enum EmergencyRight: String, DomainCode {
    case none = "0"
    case granted = "1"

    package static let table = "OQSCD043"
    package var japanese: String {
        switch self {
        case .none: "権限なし"
        case .granted: "権限あり"
        }
    }
}
