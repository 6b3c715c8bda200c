import JSON

/// What each profile demands, path by path; and that references lead somewhere. Shares nothing
/// with the code that writes.
struct RequiredElements {
    private(set) var faults: [String] = []

    private static let required: [String: [String]] = [
        "Patient": ["identifier.value", "name.text", "gender", "birthDate"],
        "Coverage": [
            "status", "beneficiary.reference", "payor.reference", "identifier.system",
            "identifier.value", "type.text",
        ],
        "Organization": ["name"],
        "MedicationDispense": [
            "identifier.system", "identifier.value", "status", "medicationCodeableConcept.text",
            "subject.reference", "whenHandedOver", "quantity.value", "quantity.unit",
            "dosageInstruction.text", "dosageInstruction.timing.code",
        ],
        "MedicationStatement": [
            "status", "medicationCodeableConcept.text", "subject.reference", "dosage.text",
        ],
        "Observation": [
            "status", "code.coding.code", "code.coding.system", "code.text", "subject.reference",
            "effectiveDateTime",
        ],
        "Consent": [
            "status", "scope.coding.code", "category.coding.code", "patient.reference", "dateTime",
            "performer.reference", "organization.reference", "sourceAttachment.title",
            "policy.uri", "provision.type", "provision.actor.role.coding.code",
            "provision.purpose.code", "provision.period.end",
        ],
    ]

    private static let statuses: [String: Set<String>] = [
        "Coverage": ["active", "cancelled"], "MedicationDispense": ["completed"],
        "MedicationStatement": ["completed"], "Observation": ["final"], "Consent": ["active"],
    ]

    init(_ bundle: JSONValue) {
        let entries = bundle["entry"]?.arrayValue ?? []
        if bundle["type"] != "collection" { faults.append("type") }
        var addresses: Set<String> = []
        for entry in entries {
            let resource = entry["resource"] ?? .null
            let place = Self.place(resource)
            if !addresses.insert(place).inserted { faults.append("\(place) stands twice") }
            if entry["fullUrl"]?.stringValue?.hasSuffix(place) != true { faults.append("fullUrl") }
            check(resource, place)
        }
        for entry in entries { checkReferences(entry["resource"] ?? .null, addresses) }
        if entries.filter({ $0["resource"]?["resourceType"] == "Patient" }).count != 1 {
            faults.append("one Patient")
        }
    }

    private static func place(_ resource: JSONValue) -> String {
        "\(resource["resourceType"]?.stringValue ?? "")/\(resource["id"]?.stringValue ?? "")"
    }

    private mutating func check(_ resource: JSONValue, _ place: String) {
        let type = resource["resourceType"]?.stringValue ?? ""
        guard let paths = Self.required[type] else { return faults.append("unknown \(type)") }
        for path in paths + ["meta.profile", "meta.security.code"]
        where Self.values(resource, path.split(separator: ".").map(String.init)).isEmpty {
            faults.append("\(place) lacks \(path)")
        }
        if let known = Self.statuses[type], !known.contains(resource["status"]?.stringValue ?? "") {
            faults.append("\(place) status")
        }
        if type == "Observation" {
            let kinds = resource.objectValue?.keys.filter {
                $0.hasPrefix("value") || $0 == "dataAbsentReason"
            }
            if kinds?.count != 1 { faults.append("\(place) has no one value") }
            if resource["hasMember"] != nil { faults.append("\(place) has members") }
        }
        if type == "MedicationDispense", resource["identifier"]?.arrayValue?.count != 2 {
            faults.append("\(place) needs group and order")
        }
    }

    private mutating func checkReferences(_ value: JSONValue, _ known: Set<String>) {
        switch value {
        case .object(let fields):
            if let target = fields["reference"]?.stringValue, !known.contains(target) {
                faults.append("\(target) is nowhere")
            }
            for field in fields.values { checkReferences(field, known) }
        case .array(let elements): for element in elements { checkReferences(element, known) }
        case .null: faults.append("null")
        case .string(let text): if text.isEmpty { faults.append("empty string") }
        case .bool, .integer, .decimal: break
        }
    }

    /// The values at a path, through arrays.
    private static func values(_ value: JSONValue, _ path: [String]) -> [JSONValue] {
        if let elements = value.arrayValue { return elements.flatMap { values($0, path) } }
        guard let first = path.first else { return [value] }
        return value[first].map { values($0, Array(path.dropFirst())) } ?? []
    }
}
