/// What a limit certificate grants (限度額適用認定証区分).
package enum LimitCertificateClassification: String, DomainCode {
    case limit = "01"
    case limitAndStandardReduction = "02"
    case standardReduction = "03"

    package static let table = "OQSCD011"
    package var japanese: String {
        switch self {
        case .limit: "限度額適用認定証"
        case .limitAndStandardReduction: "限度額適用・標準負担額減額認定証"
        case .standardReduction: "標準負担額減額認定証"
        }
    }
}

/// The income class of a limit certificate (適用区分).
package enum LimitClass: String, DomainCode {
    case a = "A01"
    case i = "A02"
    case u = "A03"
    case e = "A04"
    case o = "A05"
    case oBorder = "A06"
    case active3 = "B01"
    case active2 = "B02"
    case active1 = "B03"
    case general = "B04"
    case low2 = "B05"
    case low1 = "B06"
    case low1Pension = "B07"
    case low1Border = "B08"
    case general2 = "B09"
    case general1 = "B10"

    package static let table = "OQSCD012"
    package var japanese: String {
        switch self {
        case .a: "ア"
        case .i: "イ"
        case .u: "ウ"
        case .e: "エ"
        case .o: "オ"
        case .oBorder: "オ(境)"
        case .active3: "現役並みⅢ"
        case .active2: "現役並みⅡ"
        case .active1: "現役並みⅠ"
        case .general: "一般"
        case .low2: "低所得Ⅱ"
        case .low1: "低所得Ⅰ"
        case .low1Pension: "低所得Ⅰ(老福)"
        case .low1Border: "低所得Ⅰ(境)"
        case .general2: "一般Ⅱ"
        case .general1: "一般Ⅰ"
        }
    }
}

/// The illness of a specific-disease certificate (認定疾病区分).
package enum SpecificDisease: String, DomainCode {
    case chronicRenalFailure = "1"
    case haemophilia = "2"
    case hivFromBloodProducts = "3"

    package static let table = "OQSCD013"
    package var japanese: String {
        switch self {
        case .chronicRenalFailure: "人工透析を実施している慢性腎不全"
        case .haemophilia: "血漿分画製剤を投与している先天性血液凝固第Ⅷ因子障害又は第Ⅸ因子障害"
        case .hivFromBloodProducts: "抗ウイルス剤を投与している後天性免疫不全症候群(血液凝固因子製剤によるもの)"
        }
    }
}

/// Whether the limit certificate changed since it was last asked (変更有無).
package enum LimitChange: String, DomainCode {
    case none = "0"
    case changedOrUndecidable = "1"

    package static let table = "OQSCD014"
    package var japanese: String {
        switch self {
        case .none: "変更なし"
        case .changedOrUndecidable: "変更あり又は判定不能"
        }
    }
}

/// The form a prescription is wanted in (処方箋発行形態).
package enum PrescriptionIssue: String, DomainCode {
    case electronic = "1"
    case paper = "2"

    package static let table = "OQSCD017"
    package var japanese: String {
        switch self {
        case .electronic: "電子処方箋"
        case .paper: "紙の処方箋"
        }
    }
}
