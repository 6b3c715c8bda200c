import Records
import Testing

@Suite("Personal data cannot be printed")
struct RedactionTests {
    @Test("no way of printing a person gives anything of them away", arguments: peopleIDs)
    func redacted(id: String) throws {
        let file = try personFile(id)
        let today = try file.asOf ?? date("2026-11-22")
        let person = try file.person(on: today)
        let drugs = person.publishedDrugs(on: today)
        let checkups = person.publishedCheckups(on: today)
        let values: [any Sendable] = [
            file, person, person.identity, person.qualification,
            person.qualification.entitlements, drugs, drugs.months, drugs.dispensings,
            drugs.dispensings.map(\.source), drugs.overlaps, checkups, checkups.checkups,
            CheckupTable(checkups.checkups, sex: person.identity.sex), person.expenses,
            person.contradictions, ["person": person],
        ]
        let secrets = [
            person.identity.name, "1990", "マイスリー", "ロキソ", "173.6", "サンプル", "まど", "架空",
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(describing: value), String(reflecting: value), dumped] {
                for secret in secrets { #expect(!text.contains(secret)) }
            }
        }
        #expect("\(person)" == "Person(…)")
    }
}
