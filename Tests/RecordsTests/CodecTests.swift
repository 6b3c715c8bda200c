import JSON
import Records
import Testing

@Suite("Records as JSON")
struct CodecTests {
    func roundTrips<Record: RecordCodable>(_ record: Record) throws {
        let octets = record.json.canonical
        let back = try Record(parsing: octets)
        #expect(back == record)
        #expect(back.json.canonical == octets)
    }

    @Test("what is written is read back, for everybody", arguments: peopleIDs)
    func people(id: String) throws {
        let file = try personFile(id)
        let today = try file.asOf ?? date("2026-11-22")
        let person = try file.person(on: today)
        try roundTrips(person.identity)
        try roundTrips(person.qualification)
        try roundTrips(person.publishedDrugs(on: today))
        try roundTrips(person.publishedDrugs(on: today).forInstitution)
        try roundTrips(person.publishedCheckups(on: today))
        try roundTrips(try #require(person.publishedExpenses(on: today)))
        for dispensing in person.drugs { try roundTrips(dispensing) }
    }

    /// Every field of the qualification, each with a value of its own.
    static let fullEntitlement = #"""
        {"holder":{"name":"外字 ●子","kana":"ガイジ コ","alias":"別名","aliasKana":"ベツメイ",
        "sex":"3","sexOnBack":"2","birthDate":"1950-01-02","postNumber":"123-4567",
        "address":"架空市"},
        "classification":"A1","insurerNumber":"138057","insurerName":"模擬","symbol":"記号-あ",
        "number":"00012","branch":"01","family":"2","insuredName":"世帯主","qualifiedOn":
        "2020-01-01","disqualifiedOn":"2026-01-01","issuedOn":"2020-01-10","validFrom":"2020-01-01",
        "validUntil":"2026-12-31","contributionRatio":"020","preschool":"1","lossReason":"03",
        "elderlyRecipient":{"issuedOn":"2025-08-01","validFrom":"2025-08-01","validUntil":
        "2026-07-31","ratio":"030"},
        "limitConsent":{"flag":"1","givenAt":"2026-01-01T00:00:00Z"},
        "limitCertificate":{"classification":"02","limitClass":"B09","issuedOn":"2025-08-01",
        "validFrom":"2025-08-01","validUntil":"2026-07-31","longTermFrom":"2025-12-01"},
        "limitChange":"1","specificDiseaseConsent":{"flag":"0"},
        "specificDiseases":[{"disease":"1","issuedOn":"2025-08-01","validFrom":"2025-08-01",
        "validUntil":"2026-07-31","selfPayYen":10000}],
        "medicalTickets":[{"type":"01","validFrom":"2026-01-01","validUntil":"2026-01-31",
        "issueNumber":"12","month":"2026-01","designated":{"name":"病院","code":"1319900013"},
        "designation":"0","prescriber":{"name":"医院"},"injuries":["感冒"],"treatment":"02",
        "selfPayYen":0,"districtContact":"甲","handlingContact":"乙","use":"01","socialInsurance":"02",
        "consistency":"1","infection":"02","elderlyCare":"02","prefecturalExpenses":"02",
        "remarks":["備考"]}],
        "consents":{"checkups":{"flag":"1","givenAt":"2023-02-21T08:48:35Z",
        "until":"2023-02-22T08:48:35Z"},"drugs":{"flag":"2"},"treatment":{"flag":"3"},
        "surgery":{"flag":"0"}},"referenceNumber":"P-1"}
        """#

    @Test("every field of an entitlement travels")
    func entitlement() throws {
        let value = try JSONValue(parsing: Array(Self.fullEntitlement.utf8))
        let entitlement = try Entitlement(value, at: "$")
        #expect(entitlement.json == value)
        var qualification = Qualification(validity: .validUnregistered, entitlements: [entitlement])
        qualification.confirmedOn = try date("2026-01-15")
        qualification.note = ProcessingNote(code: "OQC-1", message: "有効期限が近い")
        qualification.prescriptionIssue = .paper
        try roundTrips(qualification)
        #expect(!qualification.isQualified)
    }

    @Test("no field of an entitlement may be of another type, and none may be unknown")
    func entitlementFields() throws {
        let value = try JSONValue(parsing: Array(Self.fullEntitlement.utf8))
        for key in try #require(value.objectValue).keys {
            let broken = replacing(value, [key], with: true)
            do throws(JSONError) {
                _ = try Entitlement(broken, at: "$.x")
                Issue.record("\(key) was read from a truth value")
            } catch {
                guard case .unexpected(let path, _) = error else {
                    Issue.record("\(key): \(error)")
                    continue
                }
                #expect(path == "$.x.\(key)")
            }
        }
        #expect(throws: JSONError.unexpected(path: "$.more", reason: "is not a known field")) {
            try Entitlement(replacing(value, ["more"], with: 1), at: "$")
        }
        #expect(throws: JSONError.unexpected(path: "$.holder", reason: "is missing")) {
            try Entitlement(replacing(value, ["holder"], with: .null), at: "$")
        }
    }

    @Test("a whole record that is not an object, or repeats a key, is refused")
    func wholeRecords() {
        for text in ["[]", "1", "{}x", #"{"dispensings":[],"dispensings":[]}"#, #"{"drugs":[]}"#] {
            #expect(throws: JSONError.self) { try DrugRecord(parsing: Array(text.utf8)) }
        }
        #expect(throws: JSONError.self) {
            try MonthRange(["first": "2022-01", "last": "2021-12"], at: "$")
        }
    }

    @Test("a checkup's value must be of its item's kind, and no code may occur twice")
    func checkupValues() throws {
        func result(_ code: String, _ value: String) throws(JSONError) -> CheckupResult {
            try CheckupResult(["code": .string(code), "value": .string(value)], at: "$")
        }
        #expect(try result("9N001000000000001", "173.6").item == .height)
        #expect(try result("9N001000000000001", "H").value == "H")
        #expect(throws: JSONError.self) { try result("9N001000000000001", "tall") }
        let day = try date("2026-01-01")
        #expect(try result("9N501000000000011", "2").printedValue(on: day) == "予備群該当")
        #expect(throws: JSONError.self) { try result("9N501000000000011", "5") }
        #expect(throws: JSONError.self) { try result("9N501000000000011", "02") }
        #expect(throws: JSONError.self) { try result("9N001", "1") }
        // An item that is not in the table is kept as it came.
        #expect(try result("9N999000000000011", "1").item == nil)
        let twice: JSONValue = [
            "date": "2026-01-01", "programme": "010", "facility": ["name": "x"],
            "results": [
                ["code": "9N001000000000001", "value": "1"],
                ["code": "9N001000000000001", "value": "2"],
            ],
        ]
        #expect(throws: JSONError.self) { try Checkup(twice, at: "$") }
    }
}
