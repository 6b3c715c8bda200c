/// Systems of codes and identifiers, by the addresses that JP Core 1.2 and the checkup guide give
/// them, and by the OIDs that they had before: the address is written, both are read.
package enum FHIRSystem: String, CaseIterable, Hashable, Sendable {
    case yjCode = "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code"
    case hot9 = "http://medis.or.jp/CodeSystem/master-HOT9"
    case hot7 = "http://medis.or.jp/CodeSystem/master-HOT7"
    case hot13 = "http://medis.or.jp/CodeSystem/master-HOT13"
    case genericName = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode"
    case laboratory = "http://medis.or.jp/CodeSystem/master-JLAC10-17digits"
    case usage = "http://jami.jp/CodeSystem/MedicationUsage"
    case unit = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUnitMERIT9Code"
    case insurerNumber = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber"
    case groupNumber = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber"
    case orderInGroup = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex"
    case institution = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
    case insuredCategory = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory"
    case memberID = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID"
    case coverageID = "http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id"
    case checkupItem = "urn:oid:1.2.392.200119.6.1005"
    case checkupProgramme = "urn:oid:1.2.392.200119.6.1002"
    case ucum = "http://unitsofmeasure.org"

    /// The address.
    package var uri: String { rawValue }

    /// The OIDs that stood for it before; nothing where there was none.
    package var formerURIs: [String] {
        switch self {
        case .yjCode: ["urn:oid:1.2.392.100495.20.1.73"]
        case .hot9: ["urn:oid:1.2.392.200119.4.403.1"]
        case .hot7: ["urn:oid:1.2.392.200119.4.403.2"]
        case .hot13: ["urn:oid:1.2.392.200119.4.402.1"]
        case .genericName: ["urn:oid:1.2.392.100495.20.1.81", "urn:oid:1.2.392.100495.20.2.81"]
        case .laboratory: ["urn:oid:1.2.392.200119.4.504"]
        case .usage: ["urn:oid:1.2.392.200250.2.2.20", "urn:oid:1.2.392.200250.2.2.20.20"]
        case .unit: ["urn:oid:1.2.392.100495.20.2.101"]
        case .insurerNumber: ["urn:oid:1.2.392.100495.20.3.61"]
        case .groupNumber: ["urn:oid:1.2.392.100495.20.3.81"]
        case .orderInGroup: ["urn:oid:1.2.392.100495.20.3.82"]
        case .institution: ["urn:oid:1.2.392.100495.20.3.23"]
        case .insuredCategory: ["urn:oid:1.2.392.100495.20.2.62"]
        case .memberID, .coverageID, .checkupItem, .checkupProgramme, .ucum: []
        }
    }

    /// The system that an address or an OID names.
    package init?(uri: String) {
        guard let system = byURI[uri] else { return nil }
        self = system
    }
}

private let byURI: [String: FHIRSystem] = Dictionary(
    FHIRSystem.allCases.flatMap { system in
        ([system.uri] + system.formerURIs).map { ($0, system) }
    }, uniquingKeysWith: { first, _ in first })
