import JSON
import Records
import Testing

@Suite("Rules over records")
struct RuleTests {
    @Test(
        "check digits that are right",
        arguments: [
            "01131234", "06999999", "33120015", "54016027", "01040013", "138057", "06132013",
            "0110113719", "0110119070", "39999990", "01299999",
        ])
    func rightDigit(number: String) { #expect(CheckDigit.isRight(in: number)) }

    @Test(
        "check digits that are wrong, and what is no number",
        arguments: ["39999999", "01299991", "1312345678", "", "0", "12a4", "  138057", "１２"])
    func wrongDigit(number: String) { #expect(!CheckDigit.isRight(in: number)) }

    @Test("one wrong digit is always found")
    func oneWrongDigit() {
        for place in 0..<8 {
            for digit in "0123456789" {
                var number = Array("01131234")
                guard number[place] != digit else { continue }
                number[place] = digit
                #expect(!CheckDigit.isRight(in: String(number)))
            }
        }
    }

    @Test(
        "decimal texts keep their digits",
        arguments: ["0", "72", "72.0", "0.5", "-1.25", "123456789012345", "0.00001"])
    func decimals(text: String) throws { #expect(try #require(DecimalText(text)).text == text) }

    @Test(
        "what is no decimal text is refused",
        arguments: [
            "", "-", ".", "1.", ".5", "01", "1e3", "+1", "1,000", " 1", "１", "--1", "1.2.3",
            "1234567890123456", "0.1234567890123456",
        ])
    func badDecimals(text: String) { #expect(DecimalText(text) == nil) }

    @Test("decimal texts are compared by value, exactly")
    func comparison() throws {
        func order(_ left: String, _ right: String) throws -> Int {
            try #require(DecimalText(left)).compared(to: #require(DecimalText(right)))
        }
        #expect(try order("72", "72.0") == 0)
        #expect(try order("6.5", "6.45") == 1)
        #expect(try order("-1", "0.00000000000001") == -1)
        #expect(try order("999999999999999", "0.00000000000001") == 1)
        #expect(try order("44.9", "45.0") == -1)
    }

    @Test(
        "▲ and ▽ begin at the printed limit",
        arguments: [
            (CheckupItem.systolicPressure, Sex.male, "140", CheckupMark?.some(.high)),
            (.systolicPressure, .male, "139", nil), (.diastolicPressure, .female, "90", .high),
            (.fastingTriglycerides, .male, "300", .high),
            (.fastingTriglycerides, .male, "299", nil),
            (.hdlCholesterol, .male, "34", .low), (.hdlCholesterol, .male, "35", nil),
            (.ldlCholesterol, .male, "140", .high), (.nonHDLCholesterol, .male, "170", .high),
            (.ast, .male, "51", .high), (.alt, .male, "50", nil), (.gammaGT, .male, "101", .high),
            (.fastingGlucose, .male, "126", .high), (.hba1c, .male, "6.5", .high),
            (.hba1c, .male, "6.49", nil), (.casualGlucose, .male, "125.9", nil),
            (.haemoglobin, .male, "12.0", .low), (.haemoglobin, .male, "12.1", nil),
            (.haemoglobin, .female, "12.0", nil), (.haemoglobin, .female, "11.0", .low),
            (.haemoglobin, .unset, "9", nil), (.egfr, .male, "45.0", nil),
            (.egfr, .male, "44.9", .low), (.height, .male, "999", nil),
            (.bodyMassIndex, .male, "H", nil),
        ])
    func marks(item: CheckupItem, sex: Sex, value: String, mark: CheckupMark?) throws {
        let checkup = Checkup(
            date: try date("2026-01-01"), programme: .specific, facility: Institution(name: "x"),
            results: [CheckupResult(code: item.definition.codes[0], value: value)])
        let table = CheckupTable([checkup], sex: sex)
        let row = try #require(table.rows.first { $0.kind.items.contains(item) })
        #expect(row.cells[0].mark == mark)
        #expect(row.cells[0].japanese == (mark?.rawValue ?? "") + value)
    }

    @Test("health guidance begins at the lower limit, with the sex it is for")
    func guidance() throws {
        let codes = [CheckupItem.waist, .systolicPressure].map(\.definition.codes[0])
        let checkup = Checkup(
            date: try date("2026-01-01"), programme: .specific, facility: Institution(name: "x"),
            results: zip(codes, ["85", "130"]).map { CheckupResult(code: $0, value: $1) })
        let man = CheckupTable([checkup], sex: .male)
        let woman = CheckupTable([checkup], sex: .female)
        #expect(man.row(.waist)?.cells[0].needsGuidance == true)
        #expect(woman.row(.waist)?.cells[0].needsGuidance == false)
        #expect(woman.row(.systolicPressure)?.cells[0].needsGuidance == true)
    }

    @Test("every item has codes of its own, and every row of the table has items")
    func items() {
        let codes = CheckupItem.allCases.flatMap(\.definition.codes)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.utf8.count == 17 })
        for item in CheckupItem.allCases {
            #expect(item.definition.codes.allSatisfy { CheckupItem(code: $0) == item })
        }
        #expect(CheckupTableRow.Kind.allCases.allSatisfy { !$0.items.isEmpty })
    }

    @Test(
        "the share is the insurer's, else the law's; from 70 on without one it is not known",
        arguments: [
            ("2020-04-02", "2027-03-31", ContributionRatio?.some(.twentyPercent)),
            ("2020-04-02", "2027-04-01", .thirtyPercent),
            ("2020-04-01", "2026-03-31", .twentyPercent),
            ("2020-04-01", "2026-04-01", .thirtyPercent),
            ("1960-01-01", "2026-11-22", .thirtyPercent), ("1950-01-01", "2026-11-22", nil),
        ])
    func share(birth: String, day: String, ratio: ContributionRatio?) throws {
        let holder = PersonIdentity(name: "x", sex: .unset, birthDate: try date(birth))
        var entitlement = Entitlement(
            holder: holder, classification: .general, insurerNumber: "01131234")
        #expect(entitlement.ratio(on: try date(day)) == ratio)
        entitlement.contributionRatio = .tenPercent
        #expect(entitlement.ratio(on: try date(day)) == .tenPercent)
        #expect(ContributionRatio.tenPercent.japanese == "1割")
    }

    @Test("numbers run through a day over several dispensings and classes")
    func numbering() throws {
        let quantity = DrugQuantity(
            amount: try #require(DecimalText("1")), unit: "錠", times: 1, counted: .days)
        func line(_ drugClass: DrugClass) -> DrugLine {
            DrugLine(drugClass: drugClass, name: "x", quantity: quantity)
        }
        let day = try date("2026-01-05")
        let record = DrugRecord(
            publishedTo: nil, period: nil,
            dispensings: [
                Dispensing(
                    date: day, source: .inHouse(Institution(name: "a")),
                    drugs: [line(.external), line(.internal), line(.external)]),
                Dispensing(
                    date: day, source: .pharmacy(Institution(name: "b"), prescriber: nil),
                    drugs: [line(.asNeeded)]),
            ])
        let blocks = record.months[0].days[0].blocks
        #expect(blocks.map { $0.groups.map { $0.rows.map(\.number) } } == [[[1, 2], [3]], [[4]]])
        #expect(blocks[0].groups.map(\.drugClass) == [.external, .internal])
        #expect(blocks.map(\.source.japanese) == ["a (院内)", "b"])
    }

    @Test("an overlap needs two prescribers, one ingredient and a shared day")
    func overlaps() throws {
        func dispensing(_ day: String, _ prescriber: String, _ code: String?, days: Int) throws
            -> Dispensing
        {
            var line = DrugLine(
                drugClass: .internal, name: "x",
                quantity: DrugQuantity(
                    amount: try #require(DecimalText("1")), unit: "錠", times: days,
                    counted: .days))
            line.ingredient = Ingredient(name: "成分", code: code)
            return Dispensing(
                date: try date(day),
                source: .pharmacy(
                    Institution(name: "薬局"), prescriber: Institution(name: prescriber)),
                drugs: [line])
        }
        func count(_ dispensings: [Dispensing]) -> Int {
            DrugRecord(publishedTo: nil, period: nil, dispensings: dispensings).overlaps.count
        }
        let first = try dispensing("2026-01-01", "A", "1149019", days: 7)
        #expect(count([try dispensing("2026-01-07", "B", "1149019", days: 1), first]) == 1)
        #expect(count([first, try dispensing("2026-01-08", "B", "1149019", days: 1)]) == 0)
        #expect(count([first, try dispensing("2026-01-07", "A", "1149019", days: 1)]) == 0)
        #expect(count([first, try dispensing("2026-01-07", "B", "2649735", days: 1)]) == 0)
        #expect(count([first, try dispensing("2026-01-07", "B", nil, days: 1)]) == 1)
        // The search is bounded: the newest 2,000 medicines only.
        let many = Array(
            repeating: try dispensing("2026-01-07", "A", "2649735", days: 1), count: 1999)
        let late = try dispensing("2026-01-07", "B", "1149019", days: 1)
        #expect(count(many.dropLast() + [first, late]) == 1)
        #expect(count([first] + many + [late]) == 0)
    }
}
