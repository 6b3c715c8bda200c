internal import JSON
internal import Records

/// Medicines: as dispensed (JP_MedicationDispense), for an institution; as taken
/// (JP_MedicationStatement), for the patient's own notebook application.
struct FHIRMedication {
    let dispensing: Dispensing
    let line: DrugLine
    /// The group in the dispensing, and the place in the group, from 1.
    let group: Int
    let order: Int
    let id: String
    let dispenser: JSONValue

    var dispense: JSONValue {
        resource(
            "MedicationDispense", id, profile: core + "JP_MedicationDispense",
            [
                ("identifier", identifiers), ("status", "completed"),
                ("medicationCodeableConcept", medicine), ("subject", FHIRPerson.reference),
                ("performer", [["actor": dispenser]]), ("quantity", quantity),
                ("daysSupply", days),
                ("whenHandedOver", .string(dispensing.date.description)),
                ("dosageInstruction", [dosage]), ("note", note),
            ])
    }

    var statement: JSONValue {
        resource(
            "MedicationStatement", id, profile: core + "JP_MedicationStatement",
            [
                ("identifier", identifiers), ("status", "completed"),
                ("medicationCodeableConcept", medicine), ("subject", FHIRPerson.reference),
                ("effectivePeriod", period), ("dateAsserted", .string(dispensing.date.description)),
                ("informationSource", dispenser), ("dosage", [dosage]), ("note", note),
            ])
    }

    private var identifiers: JSONValue {
        [identifier(.groupNumber, String(group)), identifier(.orderInGroup, String(order))]
    }

    private var medicine: JSONValue {
        concept(
            line.yjCode.map { [coding(.yjCode, $0, line.name)] } ?? [], text: line.printedName)
    }

    /// All that was handed out; units that MERIT-9 surely has carry their code.
    private var quantity: JSONValue {
        let code = ["錠": "TAB", "カプセル": "CAP"][line.quantity.unit]
        return .object(present: [
            ("value", number(line.quantity.amount.multiplied(by: line.quantity.times))),
            ("unit", .string(line.quantity.unit)),
            ("system", code == nil ? nil : .string(FHIRSystem.unit.uri)),
            ("code", code.map(JSONValue.string)),
        ])
    }

    private var days: JSONValue? {
        line.quantity.days.map {
            [
                "value": JSONValue($0), "unit": "日", "system": .string(FHIRSystem.ucum.uri),
                "code": "d",
            ]
        }
    }

    private var period: JSONValue {
        let last = line.quantity.days.map { dispensing.date.adding(days: $0 - 1) }
        return .object(present: [
            ("start", .string(dispensing.date.description)),
            ("end", last.map { .string($0.description) }),
        ])
    }

    private var dosage: JSONValue {
        let text = [line.usage, line.instruction].compactMap { $0 }.joined(separator: " ")
        return .object(present: [
            ("text", .string(text.isEmpty ? "用法の記載なし" : text)),
            (
                "timing",
                [
                    "code": concept([], text: line.usage ?? line.drugClass.japanese)
                ]
            ), ("patientInstruction", .string(line.quantity.japanese)),
        ])
    }

    private var note: JSONValue? {
        guard let prescriber = dispensing.source.prescriber else { return nil }
        return [["text": .string("処方発行: \(prescriber.name)")]]
    }
}
