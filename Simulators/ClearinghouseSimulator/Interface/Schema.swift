package import JSON
import Records

/// The shape of a JSON value. What a route takes is checked against its schema before anything
/// else reads it, and the served document is written from the same schema: the two cannot differ.
package indirect enum Schema: Hashable, Sendable {
    /// A text of a form, with the bounds of its length in characters.
    case text(TextForm, ClosedRange<Int>)
    /// A text that nothing more is said of.
    case anyText
    /// One of some texts.
    case choice([String])
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// True or false.
    case boolean
    /// Elements of one shape, so many.
    case list(Schema, ClosedRange<Int>)
    /// Named fields and no others.
    case object([Field])
    /// A value or null.
    case nullable(Schema)
    /// A shape with a name of its own in the document.
    case named(Name)
    /// One of several shapes.
    case either([Schema])
    /// An object whose further fields are open: problems, which others may extend.
    case open([Field])

    /// A field of an object.
    package struct Field: Hashable, Sendable {
        /// The key.
        package var key: String
        /// The shape of the value.
        package var schema: Schema
        /// Whether it must be there.
        package var isRequired: Bool
        /// What it says.
        package var about: String?

        /// A required field.
        package static func field(
            _ key: String, _ schema: Schema, _ about: String? = nil
        ) -> Field {
            Field(key: key, schema: schema, isRequired: true, about: about)
        }

        /// A field that may be absent.
        package static func optional(
            _ key: String, _ schema: Schema, _ about: String? = nil
        ) -> Field {
            Field(key: key, schema: schema, isRequired: false, about: about)
        }
    }

    /// A schema with a name: what `Schema.Name.schema` gives.
    package enum Name: String, CaseIterable, Hashable, Sendable {
        case problem = "Problem"
        case intent = "IntentPlace"
        case signed = "SignedStatement"
        case receipt = "Receipt"
        case grant = "Grant"
        case consentedItem = "ConsentedItem"
        case identity = "PersonIdentity"
        case institution = "Institution"
        case qualification = "Qualification"
        case entitlement = "Entitlement"
        case medicalTicket = "MedicalTicket"
        case timedConsent = "TimedConsent"
        case drugs = "DrugRecord"
        case drugsForInstitution = "DrugRecordForInstitution"
        case checkups = "CheckupRecord"
        case expenses = "ExpenseRecord"
        case monthRange = "MonthRange"
        case journalEntry = "JournalEntry"
        case fault = "Fault"
        case insuranceDetails = "InsuranceDetails"
        case fourItems = "FourItems"
        case mode = "Mode"
    }

    /// A code of one of the public tables.
    package static func code<Code: RawRepresentable<String> & CaseIterable>(
        _ type: Code.Type
    ) -> Schema {
        .choice(Code.allCases.map(\.rawValue))
    }

    /// Texts of forms whose length needs no telling.
    package static let date = Schema.text(.date, 10...10)
    /// A month.
    package static let month = Schema.text(.month, 7...7)
    /// A point in time.
    package static let instant = Schema.text(.instant, 20...24)
    /// A SHA-256 value.
    package static let digest = Schema.text(.digest, 64...64)
    /// A patient's id.
    package static let patient = Schema.text(.token, 1...64)
    /// Names and short texts as insurers send them.
    package static let name = Schema.text(.words, 1...600)
    /// Whole yen.
    package static let yen = Schema.integer(0...9_999_999_999)
}

extension Schema {
    /// The schema as JSON Schema (2020-12) has it.
    package var json: JSONValue {
        switch self {
        case .text(let form, let lengths):
            return .object(present: [
                ("type", "string"), ("minLength", JSONValue(lengths.lowerBound)),
                ("maxLength", JSONValue(lengths.upperBound)),
                ("pattern", .string(form.pattern)), ("format", form.format.map(JSONValue.string)),
                ("contentEncoding", form.encoding.map(JSONValue.string)),
            ])
        case .anyText: return ["type": "string"]
        case .choice(let values):
            return ["type": "string", "enum": .array(values.map(JSONValue.string))]
        case .integer(let range):
            return [
                "type": "integer", "minimum": JSONValue(range.lowerBound),
                "maximum": JSONValue(range.upperBound),
            ]
        case .boolean: return ["type": "boolean"]
        case .list(let element, let counts):
            return [
                "type": "array", "items": element.json, "minItems": JSONValue(counts.lowerBound),
                "maxItems": JSONValue(counts.upperBound),
            ]
        case .object(let fields): return Self.json(of: fields, isClosed: true)
        case .open(let fields): return Self.json(of: fields, isClosed: false)
        case .nullable(let schema): return ["anyOf": [schema.json, ["type": "null"]]]
        case .named(let name):
            return ["$ref": .string("#/components/schemas/\(name.rawValue)")]
        case .either(let schemas): return ["anyOf": .array(schemas.map(\.json))]
        }
    }

    private static func json(of fields: [Field], isClosed: Bool) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in fields {
            var schema = field.schema.json.objectValue ?? [:]
            schema["description"] = field.about.map(JSONValue.string)
            properties[field.key] = .object(schema)
        }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.key) }
        return .object(present: [
            ("type", "object"), ("properties", .object(properties)),
            ("required", required.isEmpty ? nil : .array(required)),
            ("additionalProperties", isClosed ? false : nil),
        ])
    }
}
