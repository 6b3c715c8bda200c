import FoundationEssentials
import JSON
import Records
import Testing

@testable import FHIR

/// Every people file of the simulator, by its name.
func people() throws -> [(id: String, person: Person)] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Simulators/People")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasSuffix(".json") }.map { name in
        let file = try PersonFile(parsing: [UInt8](Data(contentsOf: folder.appending(path: name))))
        let date = try #require(LocalDate(year: 2026, month: 11, day: 22))
        return (name, try file.person(on: date))
    }
}

/// A bundle of everything that a person has, as an institution gets it or as their own.
func bundle(_ person: Person, forInstitution: Bool) throws -> FHIRBundle {
    var bundle = FHIRBundle(person.identity)
    bundle.qualification = person.qualification
    bundle.drugs = DrugRecord(publishedTo: nil, period: nil, dispensings: person.drugs)
    bundle.checkups = CheckupRecord(checkups: person.checkups)
    if forInstitution {
        bundle.institution = Institution(name: "窓口クリニック", code: "1310000003")
        let now = try #require(Instant(rfc3339: "2026-11-22T01:00:00Z"))
        bundle.consents = [
            FHIRConsentNote(.drugs, givenAt: now, until: now.adding(seconds: 86_400)),
            FHIRConsentNote(.checkups, givenAt: now, until: now.adding(seconds: 86_400)),
        ]
    }
    return bundle
}
