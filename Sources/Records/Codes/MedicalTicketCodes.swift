/// The kind of a medical assistance ticket (券区分).
package enum TicketType: String, DomainCode {
    case medical = "01"
    case dispensing = "02"

    package static let table = "OQSCD018"
    package var japanese: String {
        switch self {
        case .medical: "医療券"
        case .dispensing: "調剤券"
        }
    }
}

/// What a ticket is for (診療別).
package enum TicketTreatment: String, DomainCode {
    case inpatient = "01"
    case outpatient = "02"
    case dental = "03"
    case dispensing = "04"
    case visitingNurse = "05"

    package static let table = "OQSCD019"
    package var japanese: String {
        switch self {
        case .inpatient: "入院"
        case .outpatient: "入院外"
        case .dental: "歯科"
        case .dispensing: "調剤"
        case .visitingNurse: "訪問看護"
        }
    }
}

/// Whether assistance pays alone or beside an insurance (単独・併用区分).
package enum TicketUse: String, DomainCode {
    case single = "01"
    case combined = "02"

    package static let table = "OQSCD020"
    package var japanese: String {
        switch self {
        case .single: "単独"
        case .combined: "併用"
        }
    }
}

/// Whether the holder has a social insurance (社会保険の状況).
package enum SocialInsuranceStatus: String, DomainCode {
    case exists = "01"
    case none = "02"

    package static let table = "OQSCD021"
    package var japanese: String { self == .exists ? "あり" : "なし" }
}

/// Whether what is known of the social insurance contradicts itself (不整合フラグ).
package enum ConsistencyFlag: String, DomainCode {
    case inconsistent = "1"

    package static let table = "OQSCD022"
    package var japanese: String { "不整合" }
}

/// Whether the law on infections applies (感染症の状況).
package enum InfectionStatus: String, DomainCode {
    case exists = "01"
    case none = "02"

    package static let table = "OQSCD023"
    package var japanese: String { self == .exists ? "あり" : "なし" }
}

/// Whether the holder has the care for late-stage elderly (後期高齢者医療の状況).
package enum ElderlyCareStatus: String, DomainCode {
    case exists = "01"
    case none = "02"

    package static let table = "OQSCD024"
    package var japanese: String { self == .exists ? "あり" : "なし" }
}

/// Whether the prefecture pays something (都道府県費の状況).
package enum PrefecturalExpensesStatus: String, DomainCode {
    case exists = "01"
    case none = "02"

    package static let table = "OQSCD025"
    package var japanese: String { self == .exists ? "あり" : "なし" }
}

/// Whether the designated institution is the one that asks (指定医療機関フラグ).
package enum DesignationFlag: String, DomainCode {
    case same = "0"
    case different = "1"

    package static let table = "OQSCD026"
    package var japanese: String { self == .same ? "一致" : "不一致" }
}
