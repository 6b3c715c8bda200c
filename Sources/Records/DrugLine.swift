package import JSON

/// How a medicine is used (使用区分).
package enum DrugClass: String, CaseIterable, Hashable, Sendable {
    case `internal`
    case asNeeded
    case external
    case injection
    case material
    case other

    /// As printed.
    package var japanese: String {
        switch self {
        case .internal: "内服"
        case .asNeeded: "屯服"
        case .external: "外用"
        case .injection: "注射"
        case .material: "材料"
        case .other: "その他"
        }
    }
}

/// A mark before a medicine's name (規制区分の記号). The seed's footnote is unreadable but for
/// 向; the others are the marks that the law on medicines has.
package enum DrugMark: String, CaseIterable, Hashable, Sendable {
    case psychotropic
    case narcotic
    case stimulantMaterial
    case poisonous
    case powerful

    /// The mark as printed before the name, `向)`.
    package var prefix: String {
        switch self {
        case .psychotropic: "向)"
        case .narcotic: "麻)"
        case .stimulantMaterial: "覚)"
        case .poisonous: "毒)"
        case .powerful: "劇)"
        }
    }

    /// What the mark means.
    package var japanese: String {
        switch self {
        case .psychotropic: "向精神薬"
        case .narcotic: "麻薬"
        case .stimulantMaterial: "覚醒剤原料"
        case .poisonous: "毒薬"
        case .powerful: "劇薬"
        }
    }
}

/// The active ingredient (成分): its name, and a code where known. By the code, else by the name,
/// two products are seen to hold the same.
package struct Ingredient: RecordCodable {
    /// The name (成分名).
    package var name: String
    /// The first seven digits of the price-list code: ingredient and route (薬価基準収載コード).
    package var code: String?

    /// An ingredient.
    package init(name: String, code: String? = nil) { (self.name, self.code) = (name, code) }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.text("name")
        code = try fields.optionalDigits("code", count: 7...7)
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [("name", .string(name)), ("code", code.map(JSONValue.string))])
    }

    /// Whether both are the same ingredient.
    package func isSame(as other: Ingredient) -> Bool {
        if let code, let theirs = other.code { return code == theirs }
        return name == other.name
    }
}

/// What was dispensed of a medicine (調剤数量): `3錠 30日分` is the amount `3`, the unit `錠`, 30
/// times, counted in days.
package struct DrugQuantity: RecordCodable {
    /// What `times` counts.
    package enum Counted: String, CaseIterable, Hashable, Sendable {
        case days
        case doses
        case prescription

        /// As printed after the number.
        package var japanese: String {
            switch self {
            case .days: "日分"
            case .doses: "回分"
            case .prescription: "処方分"
            }
        }
    }

    /// The amount a day, a dose or in all (用量), with the digits it came with.
    package var amount: DecimalText
    /// The unit (単位).
    package var unit: String
    /// How many days, doses or prescriptions (回数).
    package var times: Int
    /// Which of them.
    package var counted: Counted

    /// A quantity.
    package init(amount: DecimalText, unit: String, times: Int, counted: Counted) {
        (self.amount, self.unit, self.times, self.counted) = (amount, unit, times, counted)
    }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        amount = try fields.require("amount", DecimalText.rule) {
            $0.stringValue.flatMap(DecimalText.init)
        }
        unit = try fields.text("unit", maximum: 60)
        times = try fields.integer("times", in: 1...9999)
        counted = try fields.code("counted")
        try fields.finish()
    }

    package var json: JSONValue {
        [
            "amount": .string(amount.text), "unit": .string(unit), "times": JSONValue(times),
            "counted": JSONValue(counted),
        ]
    }

    /// As printed: `3錠 30日分`.
    package var japanese: String { "\(amount.text)\(unit) \(times)\(counted.japanese)" }

    /// How many days it lasts, where it is counted in days.
    package var days: Int? { counted == .days ? times : nil }
}

/// One medicine as dispensed (医薬品).
package struct DrugLine: Hashable, Sendable, PersonalData {
    /// How it is used (使用区分).
    package var drugClass: DrugClass
    /// The number of the prescription's group (Rp番号), where it is known.
    package var rp: Int?
    /// Marks before the name (向 …).
    package var marks: [DrugMark]
    /// The name (医薬品名).
    package var name: String
    /// The code of electronic claims, 9 digits (レセプト電算コード).
    package var receiptCode: String?
    /// The individual price-list code, 12 characters (YJコード).
    package var yjCode: String?
    /// The ingredient (成分).
    package var ingredient: Ingredient?
    /// When and how to take it (用法).
    package var usage: String?
    /// A special instruction (特別指示).
    package var instruction: String?
    /// How much was dispensed (調剤数量).
    package var quantity: DrugQuantity
    /// What the patient paid for it, in yen: for the patient only (自己負担額).
    package var copaymentYen: Int?
    /// What a generic would save, in yen: for the patient only (削減可能額).
    package var savingYen: Int?

    /// A medicine.
    package init(drugClass: DrugClass, name: String, quantity: DrugQuantity) {
        (self.drugClass, self.name, self.quantity) = (drugClass, name, quantity)
        marks = []
    }

    /// The name with its marks, as printed: `向) マイスリー錠5mg`.
    package var printedName: String { (marks.map(\.prefix) + [name]).joined(separator: " ") }
}

extension DrugLine: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        drugClass = try fields.code("class")
        rp = try fields.optionalInteger("rp", in: 1...999)
        marks = try fields.array("marks", maximum: DrugMark.allCases.count) {
            (value, path) throws(JSONError) in
            guard let mark = value.stringValue.flatMap(DrugMark.init) else {
                throw .unexpected(path: path, reason: "must be a known mark")
            }
            return mark
        }
        name = try fields.text("name")
        receiptCode = try fields.optionalDigits("receiptCode", count: 9...9)
        yjCode = try fields.optional("yjCode", "must be 12 characters A–Z, 0–9") {
            $0.stringValue.flatMap { isYJCode($0) ? $0 : nil }
        }
        ingredient = try fields.optionalRecord("ingredient")
        usage = try fields.optionalText("usage")
        instruction = try fields.optionalText("instruction")
        quantity = try fields.record("quantity")
        copaymentYen = try fields.optionalYen("copaymentYen")
        savingYen = try fields.optionalYen("savingYen")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("class", JSONValue(drugClass)), ("rp", rp.map { JSONValue($0) }),
            ("marks", marks.isEmpty ? nil : .array(marks.map { JSONValue($0) })),
            ("name", .string(name)), ("receiptCode", receiptCode.map(JSONValue.string)),
            ("yjCode", yjCode.map(JSONValue.string)), ("ingredient", ingredient?.json),
            ("usage", usage.map(JSONValue.string)),
            ("instruction", instruction.map(JSONValue.string)), ("quantity", quantity.json),
            ("copaymentYen", copaymentYen.map { JSONValue($0) }),
            ("savingYen", savingYen.map { JSONValue($0) }),
        ])
    }
}

private func isYJCode(_ text: String) -> Bool {
    text.utf8.count == 12
        && text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }
}
