import JSON
import Records
import Testing

/// Each file shows what its name says.
@Suite("The stories of the people")
struct PeopleStoryTests {
    let today: LocalDate

    init() throws { today = try date("2026-11-22") }

    func person(_ id: String) throws -> Person { try personFile(id).person(on: today) }

    func drugs(_ id: String) throws -> DrugRecord {
        try answered(person(id).publishedDrugs(on: today))
    }

    func table(_ id: String) throws -> CheckupTable {
        let person = try person(id)
        return CheckupTable(
            try answered(person.publishedCheckups(on: today)).checkups, sex: person.identity.sex)
    }

    @Test("none, one and several qualifications")
    func qualifications() throws {
        #expect(try person("not-found").qualification.entitlements.isEmpty)
        let twins = try person("several-found").qualification.entitlements
        #expect(twins.count == 2 && Set(twins.map(\.holder.name)).count == 2)
        #expect(Set(twins.map(\.number)).count == 1 && twins.allSatisfy { $0.branch == nil })
        #expect(Set(twins.map(\.holder.birthDate)).count == 1)
        let qualified = ["valid-employee", "medical-assistance", "limit-o", "no-records"]
        #expect(try qualified.allSatisfy { try person($0).qualification.isQualified })
        let unqualified = [
            "not-found", "several-found", "invalid-death", "invalid-newer-insurance",
        ]
        #expect(try unqualified.allSatisfy { try !person($0).qualification.isQualified })
        let lost = try person("invalid-newer-insurance").qualification
        #expect(lost.validity == .invalidWithNewer)
        #expect(lost.entitlement?.lossReason == .otherInsurance)
        #expect(try #require(lost.entitlement?.disqualifiedOn) <= today)
    }

    @Test(
        "the share to pay, from the insurer or from the law",
        arguments: [
            ("valid-employee", ContributionRatio?.some(.thirtyPercent)),
            ("preschool-child", .twentyPercent), ("school-child", .thirtyPercent),
            ("newborn-without-kana", .twentyPercent), ("limit-active-3", .thirtyPercent),
            ("limit-general-2", .twentyPercent), ("limit-general-1", .tenPercent),
            ("limit-general", .twentyPercent), ("limit-active-2", .thirtyPercent),
            ("ratio-not-provided", nil), ("elderly-recipient-without-ratio", nil),
        ])
    func share(id: String, ratio: ContributionRatio?) throws {
        #expect(try person(id).qualification.entitlement?.ratio(on: today) == ratio)
    }

    @Test("an unmappable name: the insurer's has ●, the person's own has not, the kana agree")
    func names() throws {
        let person = try person("unmappable-name")
        let holder = try #require(person.qualification.entitlement).holder
        #expect(holder.name == "●● ●子" && !person.identity.name.contains("●"))
        #expect(holder.kana == person.identity.kana)
        let variant = try self.person("variant-characters").identity.name
        #expect(variant.unicodeScalars.contains { $0.value == 0xE0100 })
        #expect(variant.unicodeScalars.contains { $0.value == 0x20BB7 })
        #expect(try self.person("newborn-without-kana").identity.kana == nil)
        let alias = try self.person("alias-and-special-sex").identity
        #expect(alias.alias != nil && alias.sex == .unset && alias.sexOnBack == .female)
    }

    @Test("the longest fields are the longest that are read")
    func lengths() throws {
        let body = try JSONValue(parsing: peopleOctets("longest-fields"))
        let person = try person("longest-fields")
        #expect(person.identity.name.utf8.count == 600)
        #expect((8189...8192).contains(person.checkups[0].results[0].value.utf8.count))
        for path in [["identity", "name"], ["identity", "alias"], ["identity", "address"]] {
            let field = try #require(path.reduce(body) { $0?[$1] }?.stringValue)
            let longer = replacing(body, path, with: .string(field + "a"))
            #expect(throws: JSONError.self) { try PersonFile(parsing: longer.canonical) }
        }
        let record = try drugs("longest-fields")
        #expect(record.totals.copaymentYen == 9_999_999_999)
    }

    @Test("nothing on record gives empty records, not none")
    func nothing() throws {
        let record = try drugs("no-records")
        #expect(record.dispensings.isEmpty && record.publishedTo == YearMonth("2026-10"))
        #expect(record.totals.copaymentYen == nil)
        #expect(try table("no-records").dates.isEmpty)
    }

    @Test("thousands of rows come out whole")
    func thousands() throws {
        let record = try drugs("thousands-of-rows")
        #expect(record.dispensings.flatMap(\.drugs).count == 2160)
        #expect(record.months.count == 60)
        #expect(record.period?.first == YearMonth("2021-11"))
        #expect(record.json.canonical.count < 1 << 20)
    }

    @Test("institutions that are not on the system appear; paper claims and bundled fees do not")
    func claims() throws {
        let offline = try drugs("institutions-not-on-the-system")
        #expect(offline.dispensings.count == 2)
        #expect(offline.dispensings.allSatisfy { $0.source.dispenser.code == nil })
        let expenses = try person("institutions-not-on-the-system").publishedExpenses(on: today)
        #expect(expenses?.rows.count == 2)
        let claims = try drugs("paper-and-bundled-claims")
        #expect(claims.dispensings.count == 1)
        #expect(claims.dispensings[0].drugs[0].ingredient?.code == "2171022")
    }

    @Test("amounts that are absent are not 0, and sums are of what there is")
    func amounts() throws {
        #expect(try drugs("amounts-absent").totals == DrugRecord.empty.totals)
        let part = try drugs("amounts-in-part")
        #expect(part.totals.copaymentYen == 1212 && part.totals.savingYen == 183)
        let days = part.months.flatMap(\.days)
        #expect(days.map(\.totals.copaymentYen) == [702, nil, 510])
        #expect(days.map(\.totals.savingYen) == [183, nil, 0])
    }

    @Test("the same ingredient from two institutions overlaps, under two names")
    func overlap() throws {
        let overlaps = try drugs("same-ingredient-twice").overlaps
        #expect(overlaps.count == 1)
        #expect(overlaps.first?.earlier.line.name != overlaps.first?.later.line.name)
        #expect(try drugs("thousands-of-rows").overlaps.isEmpty)
    }

    @Test("numbers run through a day over two pharmacies and an institution")
    func numbering() throws {
        let day = try #require(drugs("two-pharmacies-one-day").months.first?.days.first)
        let numbers = day.blocks.flatMap(\.groups).flatMap(\.rows).map(\.number)
        #expect(day.blocks.count == 3 && numbers == [1, 2, 3, 4])
        let all = try #require(drugs("every-class-and-mark").months.first?.days.first)
        let groups = try #require(all.blocks.first).groups
        #expect(groups.map(\.drugClass.japanese) == ["内服", "屯服", "外用", "注射", "材料", "その他"])
        #expect(groups.flatMap(\.rows).map(\.number) == Array(1...9))
        #expect(try drugs("prescriber-unknown").dispensings[0].source.prescriber == nil)
    }

    @Test("expenses by kind, by insurer, and borne by others")
    func expenses() throws {
        let every = try #require(person("expenses-every-kind").publishedExpenses(on: today))
        #expect(every.rows.count == 8 && every.rows.filter(\.isMeal).count == 2)
        let years = every.yearTotals.map(\.amounts).reduce(.zero, +)
        #expect(years == every.total.amounts)
        let two = try #require(person("expenses-two-insurers").publishedExpenses(on: today))
        #expect(two.coverage.count == 2)
        #expect(two.coverage[0].period.last < two.coverage[1].period.first)
        let free = try #require(person("expenses-nothing-to-pay").publishedExpenses(on: today))
        #expect(free.total.amounts.patientYen == 0 && free.total.amounts.publicYen == 1800)
    }

    @Test(
        "reported assessments",
        arguments: [
            ("checkup-metabolic", "基準該当", "積極的支援"),
            ("checkup-metabolic-at-68", "基準該当", "動機付け支援"),
            ("checkup-on-medicine", "基準該当", "なし(情報提供)"),
            ("checkup-by-body-mass-index", "非該当", "動機付け支援"),
            ("checkup-undecidable", "判定不能", "判定不能"),
            ("checkup-questionnaire", "非該当", "なし(情報提供)"),
        ])
    func assessments(id: String, metabolic: String, guidance: String) throws {
        let table = try table(id)
        #expect(table.row(.metabolicAssessment)?.cells.first?.japanese == metabolic)
        #expect(table.row(.guidanceLevel)?.cells.first?.japanese == guidance)
    }

    @Test("checkups: five of seven, none that the insurer has not sent, ※, L and H, other methods")
    func checkups() throws {
        #expect(try table("checkup-seven-years").dates.count == 5)
        #expect(try person("checkup-seven-years").checkups.count == 7)
        #expect(try table("checkup-insurer-slow").dates.count == 1)
        let several = try table("checkup-several-results")
        #expect(several.row(.triglycerides)?.cells.map(\.japanese) == ["144※", "98"])
        let range = try table("checkup-out-of-range-of-method")
        #expect(range.row(.triglycerides)?.cells.first?.japanese == "H")
        #expect(range.row(.hdlCholesterol)?.cells.first?.mark == nil)
        let methods = try table("checkup-other-methods")
        #expect(methods.row(.systolicPressure)?.cells.first?.japanese == "126")
        #expect(methods.row(.hba1c)?.cells.first?.japanese == "5.5")
        let meal = try table("checkup-after-a-meal")
        #expect(meal.row(.triglycerides)?.cells.first?.japanese == "168")
        #expect(meal.row(.nonHDLCholesterol)?.cells.first?.japanese == "148")
        let detailed = try table("checkup-detailed")
        #expect(detailed.row(.haemoglobin)?.cells.first?.japanese == "▽11.8")
        #expect(detailed.row(.systolicPressure)?.cells.first?.japanese == "▲146")
        #expect(detailed.rows.allSatisfy { $0.cells.count == 1 })
    }

    @Test("the self-defence forces and day labourers have no records, whatever the date")
    func neverRecords() throws {
        for id in peopleIDs {
            let person = try person(id)
            let kinds = person.qualification.entitlements.compactMap(\.insurerKind)
            guard kinds.contains(where: \.hasNoRecords) else { continue }
            #expect(person.drugs.isEmpty && person.checkups.isEmpty)
        }
    }

    @Test("questionnaires are told in words, the elderly's too")
    func questionnaires() throws {
        let elderly = try person("checkup-elderly-questionnaire").checkups[0]
        #expect(elderly.result(of: .elderlyTobacco)?.printedValue(on: elderly.date) == "やめた")
        #expect(elderly.result(of: .elderlyHealth)?.printedValue(on: elderly.date) == "ふつう")
        let former = try person("checkup-former-form").checkups[0]
        #expect(former.result(of: .smoking)?.printedValue(on: former.date) == "いいえ")
        #expect(former.result(of: .drinkingAmount)?.printedValue(on: former.date) == "3合以上")
        let unknown = try person("checkup-unknown-item").checkups[0].results.last
        #expect(unknown?.item == nil && unknown?.value == "0.05")
    }
}

extension DrugRecord {
    fileprivate static let empty = DrugRecord(publishedTo: nil, period: nil, dispensings: [])
}
