internal import JSON

// The small parts that resources are made of (FHIR R4 data types).

func coding(_ system: FHIRSystem, _ code: String, _ display: String? = nil) -> JSONValue {
    coding(system.uri, code, display)
}

func coding(_ system: String, _ code: String, _ display: String? = nil) -> JSONValue {
    .object(present: [
        ("system", .string(system)), ("code", .string(code)),
        ("display", display.map(JSONValue.string)),
    ])
}

func concept(_ codings: [JSONValue], text: String? = nil) -> JSONValue {
    .object(present: [
        ("coding", codings.isEmpty ? nil : .array(codings)), ("text", text.map(JSONValue.string)),
    ])
}

func identifier(_ system: FHIRSystem, _ value: String) -> JSONValue {
    ["system": .string(system.uri), "value": .string(value)]
}

func reference(_ type: String, _ id: String, _ display: String? = nil) -> JSONValue {
    .object(present: [
        ("reference", .string("\(type)/\(id)")), ("display", display.map(JSONValue.string)),
    ])
}

/// A number with the digits it came with, as JSON writes numbers.
func number(_ text: String) -> JSONValue {
    if !text.contains("."), let whole = Int64(text) { return .integer(whole) }
    return .decimal(text)
}

/// A resource: its type and id, the profile it follows, and the label that it is test data
/// (HTEST): everything here is simulated.
func resource(
    _ type: String, _ id: String, profile: String, _ fields: [(String, JSONValue?)]
) -> JSONValue {
    .object(
        present: [
            ("resourceType", .string(type)), ("id", .string(id)),
            (
                "meta",
                [
                    "profile": [.string(profile)],
                    "security": [
                        coding(
                            "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST",
                            "test health data")
                    ],
                ]
            ),
        ] + fields)
}

let core = "http://jpfhir.jp/fhir/core/StructureDefinition/"

/// ASCII letters, digits and marks as full-width ones.
func fullWidth(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isASCII = (0x21...0x7E).contains(scalar.value)
        result.append(isASCII ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar)
    }
    return String(result)
}
