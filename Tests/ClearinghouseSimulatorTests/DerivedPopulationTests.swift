import ClearinghouseSimulator
import Cryptography
import JSON
import Records
import Testing

@Suite("A million derived people")
struct DerivedPopulationTests {
    let today: LocalDate
    let million: DerivedPopulation

    init() throws {
        today = try #require(LocalDate("2026-11-22"))
        million = try #require(DerivedPopulation(count: 1_000_000))
    }

    /// Some numbers over the whole range.
    static let numbers = [1, 2, 3, 4, 5, 999, 123_456, 500_000, 999_998, 1_000_000]

    func person(_ number: Int, on date: LocalDate? = nil) throws -> Person {
        let id = try #require(million.id(of: number))
        return try #require(million.person(id, on: date ?? today))
    }

    @Test("ids and numbers answer to each other; nobody else is there")
    func ids() {
        for number in Self.numbers {
            let id = million.id(of: number)
            #expect(id.flatMap(million.number(of:)) == number)
            #expect(id.flatMap { million.person($0, on: today)?.id } == id)
        }
        for id in [
            "derived-0000000", "derived-1000001", "derived-1", "derived-00000001", "derived-",
            "derived-000000x", "mado", "", "derived-９９９９９９９",
        ] {
            #expect(million.number(of: id) == nil)
        }
        #expect(million.id(of: 0) == nil && million.id(of: 1_000_001) == nil)
        #expect(DerivedPopulation(count: 0) == nil)
        #expect(DerivedPopulation(count: 10_000_000) == nil)
    }

    @Test("the same seed gives the same person, another seed another one", arguments: numbers)
    func seeds(number: Int) throws {
        let person = try person(number)
        #expect(try self.person(number) == person)
        let others = try #require(DerivedPopulation(count: 1_000_000, seed: 2))
        #expect(others.person(person.id, on: today) != person)
        let fewer = try #require(DerivedPopulation(count: number))
        #expect(fewer.person(person.id, on: today) == person)
    }

    @Test("what is on record stays as time goes by", arguments: numbers)
    func growing(number: Int) throws {
        let now = try person(number)
        for text in ["2021-10-31", "2022-02-28", "2024-02-29", "2026-11-21"] {
            let then: LocalDate? = LocalDate(text)
            let earlier = try person(number, on: then)
            #expect(earlier.identity == now.identity)
            #expect(earlier.drugs == Array(now.drugs.prefix(earlier.drugs.count)))
            #expect(earlier.checkups == Array(now.checkups.prefix(earlier.checkups.count)))
            #expect(earlier.expenses == Array(now.expenses.prefix(earlier.expenses.count)))
        }
    }

    @Test("each of them reads as a person of a file does: within the format, and without warnings")
    func valid() throws {
        for number in stride(from: 1, through: 1_000_000, by: 9973) {
            let person = try person(number)
            let drugs = person.publishedDrugs(on: today)
            let checkups = person.publishedCheckups(on: today)
            let expenses = try #require(person.publishedExpenses(on: today))
            #expect(try PersonIdentity(parsing: person.identity.json.canonical) == person.identity)
            #expect(
                try Qualification(parsing: person.qualification.json.canonical)
                    == person.qualification)
            #expect(try DrugRecord(parsing: drugs.json.canonical) == drugs)
            #expect(try CheckupRecord(parsing: checkups.json.canonical) == checkups)
            #expect(try ExpenseRecord(parsing: expenses.json.canonical) == expenses)
            #expect(person.qualification.isQualified && person.qualification.warnings.isEmpty)
            #expect(drugs.warnings.isEmpty && expenses.warnings.isEmpty)
            #expect(checkups.warnings(of: person.identity).isEmpty)
            #expect(person.drugs.allSatisfy { $0.date <= today })
            // What was paid is the share that held on the day.
            guard let visit = person.drugs.first, let row = person.expenses.first else { continue }
            let then = million.person(person.id, on: visit.date)?.qualification.entitlement
            let ratio = try #require(then?.ratio(on: visit.date))
            #expect(row.amounts.patientYen == row.amounts.totalYen * ratio.percent / 100)
        }
    }

    @Test("they are of all ages, insurers and shares, and most have something on record")
    func variety() throws {
        let people = try stride(from: 1, through: 1_000_000, by: 2477).map { try person($0) }
        let entitlements = people.compactMap(\.qualification.entitlement)
        let ages = people.map { $0.identity.age(on: today) }
        let (youngest, oldest) = (ages.min() ?? 0, ages.max() ?? 0)
        #expect(youngest >= 0 && youngest < 12 && oldest > 90 && oldest < 110)
        #expect(
            Set(entitlements.compactMap(\.insurerKind)).isSuperset(of: [
                .municipal, .lateStageElderly, .corporateSociety, .healthInsuranceAssociation,
            ]))
        #expect(Set(entitlements.compactMap { $0.ratio(on: today) }).count == 3)
        #expect(Set(entitlements.map(\.number)).count == people.count)
        #expect(people.filter { !$0.drugs.isEmpty }.count > people.count / 2)
        #expect(people.filter { !$0.checkups.isEmpty }.count > people.count / 5)
        #expect(entitlements.allSatisfy { $0.insurerName?.contains("模擬") == true })
    }

    @Test("a number of a certificate finds its one person")
    func byNumber() throws {
        let population = try Population(
            ["hanako", "taro"].map { try PersonFile(parsing: World.file($0)) }, derived: million)
        let id = try #require(million.id(of: 123_456))
        let number = try #require(million.person(id, on: today)?.qualification.entitlement?.number)
        #expect(population.ids(withNumber: number) == ["hanako", "taro", id])
        #expect(population.ids(withNumber: "1") == ["hanako", "taro"])
        #expect(population.contains(id) && population.contains("taro"))
        #expect(!population.contains("derived-1000001") && population.file(of: id) == nil)
    }

    @Test("without a card, the details of a certificate find the derived person, and nobody else")
    func details() async throws {
        let world = try await World(derived: million)
        let id = try #require(million.id(of: 777_777))
        let person = try #require(million.person(id, on: World.now.dateInJapan))
        let entitlement = try #require(person.qualification.entitlement)
        func validity(birthDate: LocalDate) async throws -> JSONValue? {
            let details = try InsuranceDetails(
                .object(present: [
                    ("insurerNumber", .string(entitlement.insurerNumber)),
                    ("symbol", entitlement.symbol.map(JSONValue.string)),
                    ("number", entitlement.number.map(JSONValue.string)),
                    ("branch", entitlement.branch.map(JSONValue.string)),
                    ("birthDate", .string(birthDate.description)),
                ]), at: "$")
            let answer = try await world.house.check(
                details, intent: JournalEntry.IntentPlace(origin: "test", index: 1),
                asked: World.clinic.asked())
            return try JSONValue(parsing: answer.body)["qualification"]?["validity"]
        }
        let birthDate = person.identity.birthDate
        #expect(try await validity(birthDate: birthDate) == "1")
        #expect(try await validity(birthDate: birthDate.adding(days: 1)) == "4")
    }

    @Test("only some derived people are remembered, and a new date forgets them")
    func memory() throws {
        var population = Population([], derived: million)
        for number in 1...Population.remembered * 2 + 1 {
            let id = try #require(million.id(of: number))
            #expect(try population.person(id, on: today)?.id == id)
        }
        let id = try #require(million.id(of: 1))
        let later = try #require(LocalDate("2031-12-31"))
        #expect(try population.person(id, on: later) == million.person(id, on: later))
        #expect(try population.person("nobody", on: later) == nil)
    }

    @Test("a card of a derived person is bound, and the person is checked in by it")
    func bound() async throws {
        let world = try await World(derived: million)
        let id = try #require(million.id(of: 42))
        try await world.house.bind(world.card.certificate, to: id)
        let answer = try #require(try await world.checkedIn()["answer"])
        let qualification = try Qualification(try #require(answer["qualification"]), at: "$")
        let holder = try #require(qualification.entitlement?.holder)
        #expect(qualification.isQualified)
        #expect(holder == million.person(id, on: World.now.dateInJapan)?.identity)
        await #expect(throws: Refusal(.personUnknown)) {
            try await world.house.bind(world.card.certificate, to: "derived-1000001")
        }
    }
}
