package import JSON

/// Which kind of care a row of expenses is for (診療区分).
package enum ExpenseKind: String, CaseIterable, Hashable, Sendable {
    case medicalInpatient
    case medicalOutpatient
    case dentalInpatient
    case dentalOutpatient
    case dispensing
    case visitingNurse

    /// As printed: `医科 外来`.
    package var japanese: String {
        switch self {
        case .medicalInpatient: "医科 入院"
        case .medicalOutpatient: "医科 外来"
        case .dentalInpatient: "歯科 入院"
        case .dentalOutpatient: "歯科 外来"
        case .dispensing: "調剤"
        case .visitingNurse: "訪問看護"
        }
    }
}

/// Four amounts in yen that belong together: what care cost and who bore it.
package struct ExpenseAmounts: Hashable, Sendable, PersonalData {
    /// The whole cost (医療費の総額).
    package var totalYen: Int
    /// The insurer's part (保険者の負担額).
    package var insurerYen: Int
    /// Other public funds' part (その他の公費の負担額).
    package var publicYen: Int
    /// What falls to the patient (窓口負担相当額).
    package var patientYen: Int

    /// Amounts.
    package init(totalYen: Int, insurerYen: Int, publicYen: Int, patientYen: Int) {
        (self.totalYen, self.insurerYen) = (totalYen, insurerYen)
        (self.publicYen, self.patientYen) = (publicYen, patientYen)
    }

    /// No expenses.
    package static let zero = ExpenseAmounts(
        totalYen: 0, insurerYen: 0, publicYen: 0, patientYen: 0)

    /// Both together.
    package static func + (left: ExpenseAmounts, right: ExpenseAmounts) -> ExpenseAmounts {
        ExpenseAmounts(
            totalYen: left.totalYen + right.totalYen,
            insurerYen: left.insurerYen + right.insurerYen,
            publicYen: left.publicYen + right.publicYen,
            patientYen: left.patientYen + right.patientYen)
    }

    /// Whether the parts add up to the whole.
    package var addsUp: Bool { totalYen == insurerYen + publicYen + patientYen }
}

/// One row of the medical expense notice (医療費の明細).
package struct ExpenseRow: Hashable, Sendable, PersonalData {
    /// The month of care (診療年月).
    package var month: YearMonth
    /// The kind of care (診療区分).
    package var kind: ExpenseKind
    /// Days of care, or times (日数・回数); meals of a stay count meals.
    package var count: Int
    /// Where (医療機関等名称).
    package var institution: Institution
    /// Whether it is the meals of a stay in hospital, printed with * (入院時の食事).
    package var isMeal: Bool
    /// The amounts; their parts add up, or the row is refused.
    package var amounts: ExpenseAmounts
    /// The insurer who paid (保険者の名称).
    package var insurer: String

    /// A row; the amounts add up.
    package init(
        month: YearMonth, kind: ExpenseKind, count: Int, institution: Institution,
        isMeal: Bool = false, insurer: String, amounts: ExpenseAmounts
    ) {
        (self.month, self.kind, self.count) = (month, kind, count)
        (self.institution, self.isMeal, self.insurer) = (institution, isMeal, insurer)
        self.amounts = amounts
    }
}

extension ExpenseRow: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        month = try fields.month("month")
        kind = try fields.code("kind")
        count = try fields.integer("count", in: 0...9999)
        institution = try fields.record("institution")
        isMeal = try fields.optionalBool("meal") ?? false
        insurer = try fields.text("insurer")
        amounts = ExpenseAmounts(
            totalYen: try fields.yen("totalYen"), insurerYen: try fields.yen("insurerYen"),
            publicYen: try fields.yen("publicYen"), patientYen: try fields.yen("patientYen"))
        try fields.finish()
        guard amounts.addsUp else {
            throw .unexpected(
                path: "\(path).totalYen", reason: "must be insurerYen + publicYen + patientYen")
        }
        guard !isMeal || kind == .medicalInpatient || kind == .dentalInpatient else {
            throw .unexpected(path: "\(path).meal", reason: "must be of an inpatient row")
        }
    }

    package var json: JSONValue {
        .object(present: [
            ("month", JSONValue(month)), ("kind", JSONValue(kind)), ("count", JSONValue(count)),
            ("institution", institution.json), ("meal", isMeal ? true : nil),
            ("insurer", .string(insurer)), ("totalYen", JSONValue(amounts.totalYen)),
            ("insurerYen", JSONValue(amounts.insurerYen)),
            ("publicYen", JSONValue(amounts.publicYen)),
            ("patientYen", JSONValue(amounts.patientYen)),
        ])
    }
}

/// The medical expenses of a person as answered (医療費通知情報): for the patient only, never for
/// an institution.
package struct ExpenseRecord: Hashable, Sendable, PersonalData {
    /// The newest month published when the answer was made (…までに受診された).
    package var publishedTo: YearMonth?
    /// The months asked for.
    package var asked: MonthRange
    /// The rows of these months, oldest first.
    package var rows: [ExpenseRow]

    /// An answer.
    package init(publishedTo: YearMonth?, asked: MonthRange, rows: [ExpenseRow]) {
        (self.publishedTo, self.asked, self.rows) = (publishedTo, asked, rows)
    }
}

extension ExpenseRecord: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        publishedTo = try fields.optionalMonth("publishedTo")
        asked = try fields.record("asked")
        rows = try fields.records("rows", maximum: 20_000)
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("publishedTo", publishedTo.map { JSONValue($0) }), ("asked", asked.json),
            ("rows", JSONValue(rows)),
        ])
    }
}
