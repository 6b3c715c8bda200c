/// Under which law somebody is insured (法別): the first two of an insurer's eight digits; the
/// six digits of a municipal insurance have none.
package enum InsurerKind: String, CaseIterable, Hashable, Sendable {
    case healthInsuranceAssociation = "01"
    case seamen = "02"
    case dayLabourers = "03"
    case dayLabourersSpecial = "04"
    case corporateSociety = "06"
    case selfDefenceForces = "07"
    case nationalServants = "31"
    case localServants = "32"
    case police = "33"
    case schools = "34"
    case lateStageElderly = "39"
    case specialRetiredSociety = "63"
    case retiredMunicipal = "67"
    case specialRetiredNational = "72"
    case specialRetiredLocal = "73"
    case specialRetiredPolice = "74"
    case specialRetiredSchools = "75"
    /// Municipal: six digits.
    case municipal = "国保"
    /// An association of a trade: six digits, the third of them 3.
    case municipalAssociation = "国保組合"

    /// The kind that a number tells; nothing where its first digits are no known law's.
    package init?(insurerNumber: String) {
        let octets = Array(insurerNumber.utf8)
        switch octets.count {
        case 6: self = octets[2] == UInt8(ascii: "3") ? .municipalAssociation : .municipal
        case 8:
            guard let kind = InsurerKind(rawValue: String(insurerNumber.prefix(2))) else {
                return nil
            }
            self = kind
        default: return nil
        }
    }

    /// In words.
    package var japanese: String {
        switch self {
        case .healthInsuranceAssociation: "全国健康保険協会"
        case .seamen: "船員保険"
        case .dayLabourers: "日雇特例"
        case .dayLabourersSpecial: "日雇特例(特別療養費)"
        case .corporateSociety: "健康保険組合"
        case .selfDefenceForces: "自衛官等"
        case .nationalServants: "国家公務員共済組合"
        case .localServants: "地方公務員等共済組合"
        case .police: "警察共済組合"
        case .schools: "公立学校共済組合・日本私立学校振興共済事業団"
        case .lateStageElderly: "後期高齢者医療広域連合"
        case .specialRetiredSociety: "特定健康保険組合(特例退職)"
        case .retiredMunicipal: "国民健康保険(退職者医療)"
        case .specialRetiredNational: "国家公務員特定共済組合"
        case .specialRetiredLocal: "地方公務員等特定共済組合"
        case .specialRetiredPolice: "警察特定共済組合"
        case .specialRetiredSchools: "公立学校特定共済組合・私学特定共済"
        case .municipal: "国民健康保険"
        case .municipalAssociation: "国民健康保険組合"
        }
    }

    /// Whether nobody's medicines and checkups ever come: self-defence forces, day labourers.
    package var hasNoRecords: Bool {
        switch self {
        case .selfDefenceForces, .dayLabourers, .dayLabourersSpecial: true
        default: false
        }
    }
}

extension Entitlement {
    /// Under which law; nothing where the number does not tell.
    package var insurerKind: InsurerKind? { InsurerKind(insurerNumber: insurerNumber) }
}
