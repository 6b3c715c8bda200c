package import JSON
package import Records

/// Everything known of a person as one FHIR R4 bundle: JP Core 1.2, the checkup guide (eCheckup)
/// and IHE's consents. Canonical: the same records give the same octets.
package struct FHIRBundle: Hashable, Sendable, PersonalData {
    /// Who it is about.
    package var person: PersonIdentity
    /// What they are entitled to.
    package var qualification: Qualification?
    /// Their medicines.
    package var drugs: DrugRecord?
    /// Their checkups.
    package var checkups: CheckupRecord?
    /// What they agreed to, with the institution it is for.
    package var consents: [FHIRConsentNote] = []
    /// The institution whose copy it is; nothing for the patient's own.
    package var institution: Institution?

    /// A bundle of somebody.
    package init(_ person: PersonIdentity) { self.person = person }

    /// Where resources are said to lie: an address that nobody has.
    package static let base = "http://madoguchi.example/simulation/fhir/"

    /// The bundle as JSON; write it with `canonical`.
    package var json: JSONValue {
        let entries = resources.map { resource -> JSONValue in
            let type = resource["resourceType"]?.stringValue ?? ""
            let id = resource["id"]?.stringValue ?? ""
            return ["fullUrl": .string("\(Self.base)\(type)/\(id)"), "resource": resource]
        }
        return [
            "resourceType": "Bundle", "type": "collection", "entry": .array(entries),
            "meta": [
                "security": [
                    coding(
                        "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST",
                        "test health data")
                ]
            ],
        ]
    }

    private var resources: [JSONValue] {
        let subject = FHIRPerson(person: person, entitlement: qualification?.entitlement)
        var places = FHIRPlaces()
        if let institution { _ = places.reference(institution, id: FHIRPlaces.own) }
        let consented = institution.map { institution in
            consents.map { FHIRConsent(note: $0, institution: institution).consent }
        }
        let medicines = medicines(&places)
        let results = results(&places)
        let head = [
            subject.patient, subject.coverage(isActive: qualification?.isQualified ?? false),
            subject.insurer,
        ]
        return head.compactMap { $0 } + places.resources + (consented ?? []) + medicines + results
    }

    private func medicines(_ places: inout FHIRPlaces) -> [JSONValue] {
        var all: [JSONValue] = []
        for dispensing in drugs?.dispensings ?? [] {
            let dispenser = places.reference(dispensing.source.dispenser)
            var (group, order) = (0, 0)
            var previous: DrugLine?
            for line in dispensing.drugs {
                if let previous, previous.rp == line.rp, previous.usage == line.usage,
                    previous.quantity.times == line.quantity.times
                {
                    order += 1
                } else {
                    (group, order) = (group + 1, 1)
                }
                previous = line
                let medicine = FHIRMedication(
                    dispensing: dispensing, line: line, group: group, order: order,
                    id: "medicine-\(all.count + 1)", dispenser: dispenser)
                all.append(institution == nil ? medicine.statement : medicine.dispense)
            }
        }
        return all
    }

    private func results(_ places: inout FHIRPlaces) -> [JSONValue] {
        var all: [JSONValue] = []
        for checkup in checkups?.checkups ?? [] {
            let facility = places.reference(checkup.facility)
            for result in checkup.results {
                all.append(
                    FHIRCheckup(
                        checkup: checkup, result: result, id: "result-\(all.count + 1)",
                        sex: person.sex, facility: facility
                    ).observation)
            }
        }
        return all
    }
}
