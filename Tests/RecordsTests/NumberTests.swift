import Records
import Testing

@Suite("Numbers: stored ones warn, typed ones are refused")
struct NumberTests {
    @Test(
        "a typed number with a right check digit is read, however it is written",
        arguments: [
            (TypedNumber.insurer, "01131234", "01131234"),
            (.insurer, " 138057 ", "138057"), (.insurer, "  138057", "138057"),
            (.insurer, "00138057", "138057"), (.insurer, "０１１３１２３４", "01131234"),
            (.insurer, "\u{3000}06999999", "06999999"), (.publicFund, "54016027", "54016027"),
            (.institution, "0110113719", "0110113719"), (.branch, "07", "07"),
        ])
    func typed(kind: TypedNumber, text: String, number: String) throws {
        #expect(try kind.read(text) == number)
    }

    @Test(
        "a typed number that cannot be right is refused, and says why",
        arguments: [
            (TypedNumber.insurer, "39999999", TypedNumber.Refusal.checkDigit),
            (.insurer, "01299991", .checkDigit), (.insurer, "01131243", .checkDigit),
            (.insurer, "0113123", .digitCount([6, 8])), (.insurer, "", .digitCount([6, 8])),
            (.insurer, "0113-234", .notDigits), (.insurer, "O1131234", .notDigits),
            (.insurer, "٠١١٣١٢٣٤", .notDigits), (.publicFund, "138057", .digitCount([8])),
            (.institution, "1311111111", .checkDigit), (.branch, "7", .digitCount([2])),
        ])
    func refused(kind: TypedNumber, text: String, refusal: TypedNumber.Refusal) {
        #expect(throws: refusal) { try kind.read(text) }
    }

    @Test("one wrong digit of a typed insurer's number is always refused")
    func oneWrongDigit() throws {
        let right = Array("01131234")
        for place in right.indices {
            for digit in "0123456789" where digit != right[place] {
                var typed = right
                typed[place] = digit
                #expect(throws: TypedNumber.Refusal.self) {
                    try TypedNumber.insurer.read(String(typed))
                }
            }
        }
    }

    @Test("a long text is refused before it is read whole")
    func long() {
        let text = String(repeating: "1", count: 1_000_000)
        #expect(throws: TypedNumber.Refusal.notDigits) { try TypedNumber.insurer.read(text) }
    }

    @Test(
        "the law is told by the first digits, a municipal insurance by their number",
        arguments: [
            ("01131234", InsurerKind?.some(.healthInsuranceAssociation)),
            ("06999999", .corporateSociety), ("39999999", .lateStageElderly),
            ("138057", .municipal), ("133033", .municipalAssociation), ("99131234", nil),
            ("0113123", nil), ("", nil),
        ])
    func kinds(number: String, kind: InsurerKind?) {
        #expect(InsurerKind(insurerNumber: number) == kind)
    }

    @Test("an institution's code tells where it is and what it claims by")
    func institutions() throws {
        let code = try #require(InstitutionCode("0110113719"))
        #expect(code.prefecture == 1 && code.feeTable == .medical && code.isRight)
        #expect(code.shortCode == "0113719")
        let simulated = try #require(InstitutionCode("9949900011"))
        #expect(simulated.prefecture == nil && simulated.feeTable == .dispensing)
        #expect(InstitutionCode("123") == nil && InstitutionCode("12345678９0") == nil)
    }

    @Test("stored numbers with a wrong check digit are kept, and each is told with its place")
    func stored() throws {
        let (person, asOf) = try sample("iryohi")
        #expect(
            person.qualification.warnings == [.checkDigit(field: "entitlements[0].insurerNumber")])
        var record = try #require(person.publishedExpenses(on: asOf))
        record.rows[2].institution.code = "1311111111"
        #expect(record.warnings == [.checkDigit(field: "rows[2].institution.code")])
        let (taro, _) = try sample("sankino-taro")
        var checkups = CheckupRecord(checkups: [taro.checkups[3]])
        checkups.checkups[0].facility.code = "1311111111"
        #expect(
            checkups.warnings(of: taro.identity).first
                == .checkDigit(field: "checkups[0].facility.code"))
    }
}
