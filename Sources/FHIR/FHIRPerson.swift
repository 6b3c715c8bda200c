internal import JSON
internal import Records

/// The patient, the insurance and the insurer (JP_Patient, JP_Coverage, JP_Organization).
struct FHIRPerson {
    let person: PersonIdentity
    let entitlement: Entitlement?

    static let id = "patient"

    static var reference: JSONValue { FHIR.reference("Patient", id) }

    var patient: JSONValue {
        resource(
            "Patient", Self.id, profile: core + "JP_Patient",
            [
                ("identifier", [memberIdentifier]), ("name", .array(names)),
                ("gender", .string(gender)), ("birthDate", .string(person.birthDate.description)),
                ("address", address.map { [$0] }),
            ])
    }

    /// The insured person's own number is the only one that is the same everywhere.
    private var memberIdentifier: JSONValue {
        guard let entitlement else {
            return [
                "system": "urn:madoguchi:simulation:patient",
                "value": .string(person.birthDate.digits),
            ]
        }
        return identifier(.memberID, Self.memberID(entitlement))
    }

    private var gender: String {
        switch person.sex {
        case .male: "male"
        case .female: "female"
        case .unset: "unknown"
        }
    }

    private var names: [JSONValue] {
        [(person.name, "IDE")].map(name) + (person.kana.map { [name($0, "SYL")] } ?? [])
    }

    private func name(_ text: String, _ representation: String) -> JSONValue {
        // Family and given name stand with a blank between them, or nobody knows which is which.
        let parts = text.split(maxSplits: 1) { $0 == " " || $0 == "　" }.map(String.init)
        return .object(present: [
            (
                "extension",
                [
                    [
                        "url":
                            "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                        "valueCode": .string(representation),
                    ]
                ]
            ),
            ("use", "official"), ("text", .string(text)),
            ("family", parts.count == 2 ? .string(parts[0]) : nil),
            ("given", parts.count == 2 ? [.string(parts[1])] : nil),
        ])
    }

    private var address: JSONValue? {
        guard person.address != nil || person.postNumber != nil else { return nil }
        return .object(present: [
            ("text", person.address.map(JSONValue.string)),
            ("postalCode", person.postNumber.map(JSONValue.string)), ("country", "JP"),
        ])
    }

    // MARK: Coverage

    /// `00012345:記号:番号:05`: insurer padded to 8 digits, symbol and number full-width.
    static func memberID(_ entitlement: Entitlement) -> String {
        [
            padded(entitlement.insurerNumber), plain(entitlement.symbol),
            plain(entitlement.number), entitlement.branch ?? "",
        ].joined(separator: ":")
    }

    /// Full-width, and without the blanks and colons that the form does not allow.
    private static func plain(_ text: String?) -> String {
        fullWidth(text ?? "").filter { !$0.isWhitespace && $0 != "\"" }
    }

    private static func padded(_ number: String) -> String {
        String(repeating: "0", count: max(0, 8 - number.utf8.count)) + number
    }

    func coverage(isActive: Bool) -> JSONValue? {
        guard let entitlement else { return nil }
        let quoted = [
            Self.padded(entitlement.insurerNumber), Self.plain(entitlement.symbol),
            Self.plain(entitlement.number), entitlement.branch ?? "00",
        ].map { "\"\($0)\"" }.joined(separator: ",")
        return resource(
            "Coverage", "coverage", profile: core + "JP_Coverage",
            [
                ("extension", extensions(entitlement)),
                (
                    "identifier",
                    [
                        identifier(.memberID, Self.memberID(entitlement)),
                        identifier(.coverageID, quoted),
                    ]
                ),
                ("status", isActive ? "active" : "cancelled"),
                ("type", concept([], text: entitlement.classification.japanese)),
                ("beneficiary", Self.reference),
                (
                    "relationship",
                    entitlement.family.map {
                        concept([coding(.insuredCategory, $0.rawValue, $0.japanese)])
                    }
                ),
                ("period", period(entitlement)),
                ("payor", [FHIR.reference("Organization", "insurer", entitlement.insurerName)]),
            ])
    }

    private func extensions(_ entitlement: Entitlement) -> JSONValue? {
        let base =
            "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPerson"
        let fields = [
            ("Symbol", entitlement.symbol.map(fullWidth)),
            ("Number", entitlement.number.map(fullWidth)), ("SubNumber", entitlement.branch),
        ].compactMap { name, value in
            value.map { ["url": .string(base + name), "valueString": .string($0)] as JSONValue }
        }
        return fields.isEmpty ? nil : .array(fields)
    }

    private func period(_ entitlement: Entitlement) -> JSONValue? {
        let start = entitlement.validFrom ?? entitlement.qualifiedOn
        let end = entitlement.validUntil ?? entitlement.disqualifiedOn
        guard start != nil || end != nil else { return nil }
        return .object(present: [
            ("start", start.map { .string($0.description) }),
            ("end", end.map { .string($0.description) }),
        ])
    }

    var insurer: JSONValue? {
        entitlement.map {
            resource(
                "Organization", "insurer", profile: core + "JP_Organization",
                [
                    ("identifier", [identifier(.insurerNumber, $0.insurerNumber)]),
                    ("name", .string($0.insurerName ?? "保険者番号 \($0.insurerNumber)")),
                ])
        }
    }
}
