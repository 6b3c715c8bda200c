package import JSON

/// Who somebody is, as an insurer has it registered (基本4情報とカナ): the name may differ from
/// the card's where a character could not be mapped (●).
package struct PersonIdentity: Hashable, Sendable, PersonalData {
    /// The name (氏名).
    package var name: String
    /// The name in katakana (氏名カナ); not every insurer sends one.
    package var kana: String?
    /// A registered alias (氏名(その他)).
    package var alias: String?
    /// The alias in katakana (氏名(その他)カナ).
    package var aliasKana: String?
    /// Sex as printed on the front of the certificate (性別1).
    package var sex: Sex
    /// Sex as printed on the back, where the special notation is used (性別2).
    package var sexOnBack: Sex?
    /// The birth date (生年月日).
    package var birthDate: LocalDate
    /// The postal code, `NNN-NNNN` (郵便番号).
    package var postNumber: String?
    /// The address (住所).
    package var address: String?

    /// A person.
    package init(name: String, kana: String? = nil, sex: Sex, birthDate: LocalDate) {
        (self.name, self.kana, self.sex, self.birthDate) = (name, kana, sex, birthDate)
    }

    /// Whole years lived on a date (年齢).
    package func age(on date: LocalDate) -> Int { birthDate.age(on: date) }
}

extension PersonIdentity: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.text("name")
        kana = try fields.optionalText("kana")
        alias = try fields.optionalText("alias")
        aliasKana = try fields.optionalText("aliasKana")
        sex = try fields.code("sex")
        sexOnBack = try fields.optionalCode("sexOnBack")
        birthDate = try fields.date("birthDate")
        postNumber = try fields.optional("postNumber", "must look like 100-0001") {
            $0.stringValue.flatMap { isPostNumber($0) ? $0 : nil }
        }
        address = try fields.optionalText("address")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("name", .string(name)), ("kana", kana.map(JSONValue.string)),
            ("alias", alias.map(JSONValue.string)),
            ("aliasKana", aliasKana.map(JSONValue.string)), ("sex", JSONValue(sex)),
            ("sexOnBack", sexOnBack.map { JSONValue($0) }), ("birthDate", JSONValue(birthDate)),
            ("postNumber", postNumber.map(JSONValue.string)),
            ("address", address.map(JSONValue.string)),
        ])
    }
}

private func isPostNumber(_ text: String) -> Bool {
    let octets = Array(text.utf8)
    return octets.count == 8 && octets[3] == UInt8(ascii: "-")
        && decimal(octets[0..<3]) != nil && decimal(octets[4..<8]) != nil
}
