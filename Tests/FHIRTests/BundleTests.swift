import JSON
import Records
import Testing

@testable import FHIR

@Suite("FHIR bundles")
struct BundleTests {
    @Test(
        "every person's bundle has what the profiles demand, and is read back",
        arguments: [true, false])
    func everybody(forInstitution: Bool) throws {
        for (id, person) in try people() {
            let made = try bundle(person, forInstitution: forInstitution)
            let octets = made.json.canonical
            #expect(octets == made.json.canonical)
            let limits = JSONLimits(octets: 64 << 20)
            let parsed = try JSONValue(parsing: octets, limits: limits)
            let faults = RequiredElements(parsed).faults
            #expect(faults == [], "\(id)")
            let reading = try FHIRReading(parsed)
            #expect(reading.name == person.identity.name, "\(id)")
            #expect(reading.birthDate == person.identity.birthDate)
            let lines = person.drugs.flatMap { dispensing in
                dispensing.drugs.map { (dispensing.date, $0) }
            }
            #expect(reading.medicines.count == lines.count)
            for (medicine, (date, line)) in zip(reading.medicines, lines) {
                #expect(medicine.name == line.printedName && medicine.date == date)
                #expect(
                    medicine.codes == (line.yjCode.map { [.init(system: .yjCode, code: $0)] } ?? [])
                )
                #expect(!forInstitution || medicine.days == line.quantity.days)
            }
            let results = person.checkups.flatMap { checkup in
                checkup.results.map { (checkup.date, $0) }
            }
            #expect(reading.results.count == results.count)
            for (read, (date, result)) in zip(reading.results, results) {
                #expect(read.code?.code == result.code && read.date == date)
                #expect(read.value == result.value || ["L", "H"].contains(result.value), "\(id)")
            }
            #expect(reading.others["Consent"] == (forInstitution ? 2 : nil))
        }
    }

    @Test("no amount of money is in a bundle, and everything says that it is test data")
    func amounts() throws {
        let (_, person) = try #require(try people().first { $0.id == "yakushi.json" })
        for forInstitution in [true, false] {
            let text = try bundle(person, forInstitution: forInstitution).json.canonicalText
            #expect(!text.contains("Yen") && !text.contains("JPY"))
            #expect(text.contains("HTEST"))
            #expect(text.contains("MedicationDispense\"") == forInstitution)
        }
    }

    @Test("OIDs of former systems are read as the addresses of today")
    func systems() throws {
        for system in FHIRSystem.allCases {
            #expect(FHIRSystem(uri: system.uri) == system)
            for former in system.formerURIs { #expect(FHIRSystem(uri: former) == system) }
        }
        #expect(FHIRSystem(uri: "urn:oid:1.2.3") == nil)
        let (_, person) = try #require(try people().first { $0.id == "mado.json" })
        let made = try bundle(person, forInstitution: true).json
        var text = made.canonicalText
        for system in FHIRSystem.allCases {
            if let former = system.formerURIs.first {
                text = text.replacing(system.uri, with: former)
            }
        }
        #expect(text != made.canonicalText)
        let older = try FHIRReading(JSONValue(parsing: Array(text.utf8)))
        #expect(older == (try FHIRReading(made)))
        #expect(older.insurerNumber != nil)
    }

    @Test("a member's number is insurer, symbol, number and branch as the guide joins them")
    func members() throws {
        let birth = try #require(LocalDate("1990-07-04"))
        let person = PersonIdentity(name: "薬師 太郎", kana: "ヤクシ タロウ", sex: .unset, birthDate: birth)
        var entitlement = Entitlement(
            holder: person, classification: .general, insurerNumber: "012345")
        #expect(FHIRPerson.memberID(entitlement) == "00012345:::")
        (entitlement.symbol, entitlement.number) = ("あいう 1-2", "187")
        entitlement.branch = "05"
        #expect(FHIRPerson.memberID(entitlement) == "00012345:あいう１－２:１８７:05")
        let patient = FHIRPerson(person: person, entitlement: entitlement).patient
        #expect(patient["gender"] == "unknown")
        #expect(patient["name"]?.arrayValue?.map { $0["family"] } == ["薬師", "ヤクシ"])
        let bare = FHIRBundle(person).json
        #expect(RequiredElements(bare).faults == [])
    }

    @Test("what is no bundle is refused; what is half one says what it can")
    func hostile() throws {
        for text in [
            "{}", "[]", "null", #"{"resourceType":"Patient"}"#, #"{"resourceType":"Bundle"}"#,
        ] {
            #expect(throws: JSONError.self) {
                try FHIRReading(JSONValue(parsing: Array(text.utf8)))
            }
        }
        let half = #"""
            {"resourceType":"Bundle","entry":[{},{"resource":{}},{"resource":{"resourceType":"Patient",
            "birthDate":"1990","name":[{}]}},{"resource":{"resourceType":"MedicationDispense",
            "daysSupply":{"value":9007199254740991},"quantity":{"value":1e9}}},
            {"resource":{"resourceType":"Observation","code":{"coding":[{"system":3}]}}},
            {"resource":{"resourceType":"Basic"}}]}
            """#
        let reading = try FHIRReading(JSONValue(parsing: Array(half.utf8)))
        #expect(reading.name == nil && reading.birthDate == nil)
        #expect(reading.medicines.count == 1 && reading.medicines[0].quantity == "1e9")
        #expect(reading.results == [FHIRReading.Result(code: nil, date: nil, value: nil)])
        #expect(reading.others == ["Basic": 1])
    }
}
