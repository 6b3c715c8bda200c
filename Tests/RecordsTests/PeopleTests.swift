import FoundationEssentials
import JSON
import Records
import Testing

/// Everybody of the folder, each on their sample's date or on an ordinary day.
struct Everybody {
    let day: LocalDate
    let people: [Person]

    init() throws {
        let day = try date("2026-11-22")
        self.day = day
        people = try peopleIDs.map { id in
            let file = try personFile(id)
            return try file.person(on: file.asOf ?? day)
        }
    }

    var entitlements: [Entitlement] { people.flatMap(\.qualification.entitlements) }

    subscript(id: String) -> Person {
        get throws { try #require(people.first { $0.id == id }) }
    }
}

@Suite("The people of the folder")
struct PeopleTests {
    let all: Everybody

    init() throws { all = try Everybody() }

    @Test("the README has a row for each file, and no other")
    func readme() throws {
        let url = peopleFolder.appending(path: "README.md")
        let rows = String(decoding: try Data(contentsOf: url), as: UTF8.self)
            .split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains(".json` |") }
            .map { String($0.dropFirst(3).prefix { $0 != "." }) }
        #expect(rows.sorted() == peopleIDs)
        #expect(peopleIDs.count >= 36)
    }

    @Test("every validity, loss reason, ceiling class and share is somebody's")
    func qualifications() {
        #expect(
            Set(all.people.map(\.qualification.validity)) == Set(QualificationValidity.allCases))
        #expect(Set(all.entitlements.compactMap(\.lossReason)) == Set(LossReason.allCases))
        let limits = all.entitlements.compactMap(\.limitCertificate)
        #expect(Set(limits.map(\.limitClass)) == Set(LimitClass.allCases))
        #expect(
            Set(limits.map(\.classification)) == Set(LimitCertificateClassification.allCases))
        #expect(
            Set(all.entitlements.compactMap(\.contributionRatio))
                == Set(ContributionRatio.allCases))
        #expect(
            Set(all.entitlements.compactMap { $0.elderlyRecipient?.ratio })
                == [.twentyPercent, .thirtyPercent])
    }

    @Test("every kind of certificate, insurer, family, illness and ticket is somebody's")
    func kinds() {
        #expect(
            Set(all.entitlements.map(\.classification)) == Set(CardClassification.allCases))
        #expect(Set(all.entitlements.compactMap(\.insurerKind)) == Set(InsurerKind.allCases))
        #expect(Set(all.entitlements.compactMap(\.family)) == Set(FamilyClassification.allCases))
        #expect(all.entitlements.contains { $0.preschool == .preschool })
        #expect(
            Set(all.entitlements.flatMap(\.specificDiseases).map(\.disease))
                == Set(SpecificDisease.allCases))
        #expect(
            Set(all.entitlements.flatMap(\.medicalTickets).map(\.type))
                == Set(TicketType.allCases))
        #expect(Set(all.people.map(\.identity.sex)) == Set(Sex.allCases))
        #expect(
            Set(all.people.compactMap(\.qualification.prescriptionIssue))
                == Set(PrescriptionIssue.allCases))
        #expect(all.people.contains { $0.qualification.note != nil })
    }

    @Test("every class, mark and way of counting a medicine, and every kind of claim and of care")
    func records() {
        let lines = all.people.flatMap(\.drugs).flatMap(\.drugs)
        #expect(Set(lines.map(\.drugClass)) == Set(DrugClass.allCases))
        #expect(Set(lines.flatMap(\.marks)) == Set(DrugMark.allCases))
        #expect(Set(lines.map(\.quantity.counted)) == Set(DrugQuantity.Counted.allCases))
        #expect(Set(all.people.flatMap(\.drugs).map(\.claim)) == Set(ClaimRoute.allCases))
        let rows = all.people.flatMap(\.expenses)
        #expect(Set(rows.map(\.kind)) == Set(ExpenseKind.allCases))
        #expect(rows.contains { $0.isMeal } && rows.contains { $0.amounts.publicYen > 0 })
        let checkups = all.people.flatMap(\.checkups)
        #expect(Set(checkups.map(\.programme)) == Set(CheckupProgramme.allCases))
        let items = Set(checkups.flatMap(\.results).compactMap(\.item))
        #expect(Set(CheckupItem.allCases).subtracting(items) == [])
    }

    @Test("everybody is plainly invented: names, insurers and numbers say so")
    func invented() throws {
        let samples = ["yakushi", "sankino-taro", "sankino-hanako", "iryohi", "mado"]
        let plain = ["模擬", "架空", "サンプル"]
        for person in all.people {
            let about = try personFile(person.id).about
            if !samples.contains(person.id) { #expect(about.contains("模擬")) }
            for entitlement in person.qualification.entitlements {
                let insurer = entitlement.insurerName ?? ""
                #expect(plain.contains { insurer.contains($0) }, "\(person.id)")
                guard !samples.contains(person.id) else { continue }
                // There is no prefecture 99, so no insurer and institution has these numbers.
                let place = entitlement.insurerNumber.suffix(6).prefix(2)
                #expect(place == "99", "\(person.id)")
            }
            guard !samples.contains(person.id) else { continue }
            let places =
                person.drugs.flatMap { [$0.source.dispenser, $0.source.prescriber] }
                + person.expenses.map(\.institution) + person.checkups.map(\.facility)
            for case let code? in places.map({ $0?.institutionCode }) {
                #expect(code.prefecture == nil && code.isRight, "\(person.id)")
            }
        }
    }

    @Test("rules warn of nobody but those who are there for it")
    func warnings() {
        let warned = all.people.filter { person in
            let checkups = CheckupRecord(checkups: person.checkups)
            return !person.qualification.warnings.isEmpty
                || !checkups.warnings(of: person.identity).isEmpty
        }
        #expect(
            Set(warned.map(\.id))
                == ["sankino-taro", "sankino-hanako", "iryohi", "checkup-implausible"])
    }

    @Test(
        "on every date, what the files say can be told",
        arguments: ["2021-10-31", "2024-02-29", "2026-11-22", "2031-12-31"])
    func dates(text: String) throws {
        let today = try date(text)
        for id in peopleIDs where id != "thousands-of-rows" {
            let person = try personFile(id).person(on: today)
            _ = try answered(person.publishedDrugs(on: today))
            _ = try answered(person.publishedCheckups(on: today))
            _ = try answered(#require(person.publishedExpenses(on: today)))
        }
    }
}
