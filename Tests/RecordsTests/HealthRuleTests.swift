import Records
import Testing

@Suite("Rules of the standard programme: they warn, and overwrite nothing")
struct HealthRuleTests {
    /// Somebody with a large waist (man) and nothing else, changed by `changes`; nothing removes.
    func checkup(
        _ changes: [CheckupItem: String?], on day: String = "2025-06-01"
    ) throws -> Checkup {
        var values: [CheckupItem: String] = [
            .waist: "85", .bodyMassIndex: "24.9", .systolicPressure: "129",
            .diastolicPressure: "84", .fastingTriglycerides: "149", .hdlCholesterol: "40",
            .fastingGlucose: "99", .hba1c: "5.5",
        ]
        for (item, value) in changes { values[item] = value }
        return Checkup(
            date: try date(day), programme: .specific, facility: Institution(name: "x"),
            results: values.map {
                CheckupResult(code: $0.key.definition.codes[0], value: $0.value)
            })
    }

    @Test(
        "the metabolic assessment: waist first, then glucose, pressure and lipids",
        arguments: [
            ([:], "3"), ([.waist: "84.9", .systolicPressure: "180"], "3"),
            ([.waist: "84.9", .visceralFat: "100", .systolicPressure: "180"], "2"),
            ([.fastingGlucose: "110"], "2"), ([.fastingGlucose: "109"], "3"),
            ([.fastingGlucose: nil, .hba1c: "6.0"], "2"),
            ([.fastingGlucose: "100", .hba1c: "9.0"], "3"),
            ([.systolicPressure: "130"], "2"), ([.diastolicPressure: "85"], "2"),
            ([.fastingTriglycerides: "150"], "2"), ([.hdlCholesterol: "39"], "2"),
            ([.hdlCholesterol: "39", .diastolicPressure: "85"], "1"),
            ([.pressureDrug: "1", .lipidDrug: "1"], "1"), ([.glucoseDrug: "1"], "2"),
            ([.glucoseDrug: "2"], "3"), ([.hdlCholesterol: nil], "4"),
            ([.hdlCholesterol: nil, .fastingTriglycerides: "150"], "2"),
            ([.hdlCholesterol: nil, .systolicPressure: "130"], "4"),
            ([.hdlCholesterol: nil, .systolicPressure: "130", .fastingGlucose: "126"], "1"),
            ([.waist: nil], "4"),
        ] as [([CheckupItem: String?], String)])
    func metabolic(changes: [CheckupItem: String?], code: String) throws {
        let rules = HealthRules(try checkup(changes), sex: .male)
        #expect(rules.metabolicAssessment == code)
    }

    @Test(
        "the level of guidance: by waist or by body mass index, smoking, medicines and age",
        arguments: [
            ([:], 50, "3"), ([.systolicPressure: "130"], 50, "2"),
            ([.systolicPressure: "130", .smoking: "1"], 50, "1"),
            ([.systolicPressure: "130", .smoking: "3"], 50, "2"),
            ([.smoking: "1"], 50, "3"),
            ([.systolicPressure: "130", .fastingGlucose: "100"], 50, "1"),
            ([.systolicPressure: "130", .fastingGlucose: "100"], 65, "2"),
            ([.systolicPressure: "130", .fastingGlucose: "100", .lipidDrug: "1"], 50, "3"),
            ([.waist: "84", .systolicPressure: "180"], 50, "3"),
            ([.waist: "84", .bodyMassIndex: "25", .hba1c: "5.6", .fastingGlucose: nil], 50, "2"),
            (
                [
                    .waist: "84", .bodyMassIndex: "25", .fastingGlucose: "100",
                    .hdlCholesterol: "39",
                ],
                50, "2"
            ),
            (
                [
                    .waist: "84", .bodyMassIndex: "25", .fastingGlucose: "100",
                    .hdlCholesterol: "39", .smoking: "1",
                ], 50, "1"
            ),
            (
                [
                    .waist: "84", .bodyMassIndex: "25", .fastingGlucose: "100",
                    .hdlCholesterol: "39", .systolicPressure: "130",
                ], 50, "1"
            ),
            ([.waist: "84", .bodyMassIndex: nil], 50, "4"), ([.waist: nil], 50, "4"),
            ([.hdlCholesterol: nil], 50, "4"),
        ] as [([CheckupItem: String?], Int, String)])
    func guidance(changes: [CheckupItem: String?], age: Int, code: String) throws {
        let rules = HealthRules(try checkup(changes), sex: .male)
        #expect(rules.guidanceLevel(age: age) == code)
    }

    @Test("casual triglycerides count from 175 on since fiscal 2024")
    func casual() throws {
        let changes: [CheckupItem: String?] = [
            .fastingTriglycerides: nil, .casualTriglycerides: "160",
        ]
        func level(_ day: String) throws -> String {
            HealthRules(try checkup(changes, on: day), sex: .male).guidanceLevel(age: 50)
        }
        #expect(try level("2024-03-31") == "2")
        #expect(try level("2024-04-01") == "3")
    }

    @Test("women begin at 90; of somebody whose sex is not registered only what holds for both")
    func sexes() throws {
        func code(_ waist: String, _ sex: Sex) throws -> String {
            HealthRules(try checkup([.waist: waist]), sex: sex).metabolicAssessment
        }
        #expect(try code("89.9", .female) == "3" && code("84.9", .unset) == "3")
        #expect(try code("87", .unset) == "4" && code("90", .unset) == "3")
    }

    @Test("the elderly are not assessed; what is reported otherwise is told and stays")
    func warnings() throws {
        let person = PersonIdentity(name: "x", sex: .male, birthDate: try date("1960-05-05"))
        var checkup = try checkup([.metabolicAssessment: "1", .guidanceLevel: "1"])
        let day = checkup.date
        #expect(
            checkup.warnings(of: person)
                == [.metabolicAssessment(date: day), .guidanceLevel(date: day)])
        #expect(checkup.result(of: .metabolicAssessment)?.value == "1")
        checkup.programme = .elderly
        #expect(checkup.warnings(of: person).isEmpty)
    }

    @Test("numbers that can hardly be meant are told and stay")
    func implausible() throws {
        let person = PersonIdentity(name: "x", sex: .male, birthDate: try date("1960-05-05"))
        let checkup = try checkup([.height: "1.7", .systolicPressure: "901", .ast: "H"])
        #expect(
            checkup.warnings(of: person) == [
                .implausible(item: .height, date: checkup.date),
                .implausible(item: .systolicPressure, date: checkup.date),
            ])
    }

    @Test(
        "eGFR by the formula, man and woman, is not warned about",
        arguments: [
            (Sex.male, "1975-02-20", "1.15", "53.9", true),
            (.male, "1975-02-20", "1.15", "52.7", false),
            (.female, "1974-07-14", "0.68", "70.7", true),
            (.unset, "1975-02-20", "1.15", "10", true),
        ])
    func egfr(sex: Sex, birth: String, creatinine: String, egfr: String, fits: Bool) throws {
        let person = PersonIdentity(name: "x", sex: sex, birthDate: try date(birth))
        let checkup = try checkup(
            [.creatinine: creatinine, .egfr: egfr], on: "2026-07-02")
        #expect(checkup.warnings(of: person).contains(.egfr(date: checkup.date)) == !fits)
    }
}
