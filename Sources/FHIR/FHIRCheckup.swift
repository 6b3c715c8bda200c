internal import JSON
internal import Records

/// One result of a checkup (JP_Observation_eCheckupGeneral).
struct FHIRCheckup {
    let checkup: Checkup
    let result: CheckupResult
    let id: String
    let sex: Sex
    let facility: JSONValue

    private static let profile =
        "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Observation_eCheckupGeneral"
    private static let interpretations =
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

    var observation: JSONValue {
        resource(
            "Observation", id, profile: Self.profile,
            [
                ("status", "final"), ("code", code), ("subject", FHIRPerson.reference),
                ("effectiveDateTime", .string(checkup.date.description)),
                ("performer", [facility]), value, ("interpretation", interpretation),
                ("method", result.methodJapanese.map { concept([], text: $0) }),
                (
                    "note",
                    result.hasSeveral
                        ? [["text": "同日に複数の結果が登録されています。"]] : nil
                ),
            ])
    }

    private var code: JSONValue {
        let name = result.item?.definition.japanese
        return concept([coding(.checkupItem, result.code, name)], text: name ?? result.code)
    }

    /// The value in its own type; what lies beyond the method's range has none, and says so.
    private var value: (String, JSONValue?) {
        switch result.item?.definition.content(on: checkup.date) {
        case .quantity(let unit, _):
            guard let value = DecimalText(result.value) else {
                let words = result.value == "H" ? "測定範囲の上限を超える" : "測定範囲の下限に満たない"
                return ("dataAbsentReason", concept([], text: words))
            }
            return (
                "valueQuantity",
                [
                    "value": number(value.text), "unit": .string(unit),
                    "system": .string(FHIRSystem.ucum.uri), "code": .string(unit),
                ]
            )
        case .coded(let scale):
            let words = result.printedValue(on: checkup.date)
            return (
                "valueCodeableConcept",
                concept([coding("urn:oid:" + scale.oid, result.value, words)], text: words)
            )
        case .text, nil: return ("valueString", .string(result.value))
        }
    }

    private var interpretation: JSONValue? {
        switch result.value {
        case "H": return [concept([coding(Self.interpretations, "HX", nil)])]
        case "L": return [concept([coding(Self.interpretations, "LX", nil)])]
        default: break
        }
        guard let value = DecimalText(result.value), let item = result.item,
            !item.definition.referral.isEmpty
        else { return nil }
        let met = item.definition.referral.first { $0.isMet(by: value, sex: sex) }
        let code = met.map { $0.mark == .high ? "H" : "L" } ?? "N"
        return [concept([coding(Self.interpretations, code)])]
    }
}
