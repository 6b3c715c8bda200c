package import JSON
package import Records

/// What a bundle of somebody else's says: the patient, medicines and results, with codes by
/// system. Addresses and OIDs of systems are both understood; what is not understood is counted.
package struct FHIRReading: Hashable, Sendable, PersonalData {
    /// A code in a known system.
    package struct Code: Hashable, Sendable {
        /// The system.
        package var system: FHIRSystem
        /// The code.
        package var code: String
    }

    /// A medicine.
    package struct Medicine: Hashable, Sendable, PersonalData {
        /// Its codes in known systems.
        package var codes: [Code]
        /// Its name.
        package var name: String
        /// The day it was handed out, or taken from.
        package var date: LocalDate?
        /// Rp number and place in it, where they are told.
        package var group: String?
        package var order: String?
        /// How much in all, and for how many days.
        package var quantity: String?
        package var days: Int?
    }

    /// A result of a checkup.
    package struct Result: Hashable, Sendable, PersonalData {
        /// The item's code in a known system.
        package var code: Code?
        /// The day.
        package var date: LocalDate?
        /// The number, the code or the words.
        package var value: String?
    }

    /// The patient's name in the form it is written with.
    package var name: String?
    /// The birth date.
    package var birthDate: LocalDate?
    /// The insurer's number, as the coverage's payor has it.
    package var insurerNumber: String?
    /// Medicines, in order.
    package var medicines: [Medicine] = []
    /// Results, in order.
    package var results: [Result] = []
    /// Types of resources that say nothing here, with how many there were.
    package var others: [String: Int] = [:]

    /// The most entries read.
    package static let maximumEntries = 50_000

    /// Reads a bundle.
    package init(_ bundle: JSONValue) throws(JSONError) {
        guard bundle["resourceType"] == "Bundle", let entries = bundle["entry"]?.arrayValue,
            entries.count <= Self.maximumEntries
        else {
            throw .unexpected(
                path: "$", reason: "must be a Bundle of at most \(Self.maximumEntries) entries")
        }
        for entry in entries {
            guard let resource = entry["resource"],
                let type = resource["resourceType"]?.stringValue
            else { continue }
            take(resource, type)
        }
    }

    private mutating func take(_ resource: JSONValue, _ type: String) {
        switch type {
        case "Patient":
            let names = resource["name"]?.arrayValue ?? []
            name = (names.first { Self.isWritten($0) } ?? names.first)?["text"]?.stringValue
            birthDate = resource["birthDate"]?.stringValue.flatMap { LocalDate($0) }
        case "Organization":
            let numbers = Self.identifiers(resource, .insurerNumber)
            if let number = numbers.first { insurerNumber = number }
        case "MedicationDispense", "MedicationStatement": medicines.append(Medicine(resource))
        case "Observation": results.append(Result(resource))
        default: others[type, default: 0] += 1
        }
    }

    private static func isWritten(_ name: JSONValue) -> Bool {
        name["extension"]?.arrayValue?.contains { $0["valueCode"] == "IDE" } ?? false
    }

    fileprivate static func identifiers(_ resource: JSONValue, _ system: FHIRSystem) -> [String] {
        (resource["identifier"]?.arrayValue ?? []).filter {
            $0["system"]?.stringValue.flatMap(FHIRSystem.init(uri:)) == system
        }.compactMap { $0["value"]?.stringValue }
    }

    fileprivate static func codes(_ concept: JSONValue?) -> [Code] {
        (concept?["coding"]?.arrayValue ?? []).compactMap { coding in
            guard let system = coding["system"]?.stringValue.flatMap(FHIRSystem.init(uri:)),
                let code = coding["code"]?.stringValue
            else { return nil }
            return Code(system: system, code: code)
        }
    }

    /// A number as it was written.
    fileprivate static func number(_ value: JSONValue?) -> String? {
        switch value {
        case .integer(let number)?: String(number)
        case .decimal(let text)?: text
        default: nil
        }
    }

    /// The day of a date or an instant.
    fileprivate static func day(_ value: JSONValue?) -> LocalDate? {
        value?.stringValue.flatMap { LocalDate($0.prefix(10)) }
    }
}

extension FHIRReading.Medicine {
    fileprivate init(_ resource: JSONValue) {
        let concept = resource["medicationCodeableConcept"]
        codes = FHIRReading.codes(concept)
        let coded = concept?["coding"]?.arrayValue?.first?["display"]?.stringValue
        name = concept?["text"]?.stringValue ?? coded ?? ""
        date =
            FHIRReading.day(resource["whenHandedOver"])
            ?? FHIRReading.day(resource["effectivePeriod"]?["start"])
            ?? FHIRReading.day(resource["effectiveDateTime"])
        group = FHIRReading.identifiers(resource, .groupNumber).first
        order = FHIRReading.identifiers(resource, .orderInGroup).first
        quantity = FHIRReading.number(resource["quantity"]?["value"])
        days = resource["daysSupply"]?["value"]?.integerValue.map { Int($0) }
    }
}

extension FHIRReading.Result {
    fileprivate init(_ resource: JSONValue) {
        code = FHIRReading.codes(resource["code"]).first
        date = FHIRReading.day(resource["effectiveDateTime"])
        value =
            FHIRReading.number(resource["valueQuantity"]?["value"])
            ?? resource["valueCodeableConcept"]?["coding"]?.arrayValue?.first?["code"]?.stringValue
            ?? resource["valueString"]?.stringValue
    }
}
