import JSON
import Records
import Testing

/// What somebody reads who was sent a record: written to JSON, and read back.
func answered<Record: RecordCodable>(_ record: Record) throws -> Record {
    try Record(parsing: record.json.canonical)
}

extension LocalDate {
    /// As the samples print dates: `2021年10月11日`.
    var japanese: String { "\(year)年\(month)月\(day)日" }
}

extension YearMonth {
    /// As the samples print months: `2021年9月`.
    var japanese: String { "\(year)年\(month)月" }
}

@Suite("The heads of the samples")
struct SampleHeadTests {
    @Test("name, birth date, sex, age and numbers are the printed ones", arguments: 0..<4)
    func head(row: Int) throws {
        let printed = try golden("heads")[row]
        let (person, asOf) = try sample(printed[0])
        let qualification = try answered(person.qualification)
        let entitlement = try #require(qualification.entitlement)
        let holder = entitlement.holder
        #expect(qualification.isQualified)
        #expect(
            [
                person.id, asOf.japanese, holder.kana ?? "", holder.name,
                holder.birthDate.japanese, holder.sex.japanese, "\(holder.age(on: asOf))歳",
                entitlement.insurerNumber, entitlement.symbol ?? "-", entitlement.number ?? "-",
                entitlement.branch ?? "-",
            ] == printed)
    }

    @Test("each sample has its head in the table")
    func complete() throws {
        #expect(
            try golden("heads").map(\.[0]) == [
                "yakushi", "sankino-taro", "sankino-hanako", "iryohi",
            ])
    }

    @Test(
        "insurers' numbers with a wrong check digit are kept and told; right ones are not",
        arguments: [
            ("yakushi", true), ("sankino-taro", true), ("sankino-hanako", false),
            ("iryohi", false),
        ])
    func checkDigits(id: String, isRight: Bool) throws {
        let (person, _) = try sample(id)
        let expected: [RecordWarning] =
            isRight ? [] : [.checkDigit(field: "entitlements[0].insurerNumber")]
        #expect(person.qualification.warnings == expected)
    }
}
