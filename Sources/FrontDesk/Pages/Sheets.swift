internal import JSON
internal import Records

// Records laid out as the papers and pages show them: words for codes, days and groups, marks and
// thresholds. The rules are those of `Records`; nothing is computed in a page.

extension Qualification {
    /// Who, whether, and what is worth a glance; every row as label and text.
    var sheet: JSONValue {
        .object(present: [
            ("validity", .string(validity.rawValue)),
            ("validityText", .string(validity.japanese)),
            ("isValid", .bool(isQualified)),
            ("sentence", .string(sentence)),
            ("note", note.map { .string($0.message) }),
            ("confirmedOn", confirmedOn.map { .string($0.description) }),
            ("entitlements", .array(entitlements.map { $0.sheet(on: confirmedOn) })),
        ])
    }

    /// The one sentence that matters.
    private var sentence: String {
        switch validity {
        case .valid: "資格は有効です。"
        case .validUnregistered: "資格は有効ですが、被保険者番号などの登録がまだありません。後日もう一度ご確認ください。"
        case .invalid: "資格は無効です。新しい保険証または資格確認書をご確認ください。"
        case .invalidWithNewer: "この資格は無効で、新しい資格があります。新しい保険者の資格をご確認ください。"
        case .notFound: "該当する資格がありません。資格確認書または資格申立書をご確認ください。"
        case .severalFound: "資格が複数あります。どちらを使うか患者さんにご確認ください。"
        }
    }
}

extension Entitlement {
    fileprivate func sheet(on date: LocalDate?) -> JSONValue {
        let age = date.map { holder.age(on: $0) }
        let hasUnknown = holder.name.contains("●")
        return .object(present: [
            ("name", .string(holder.name)), ("kana", holder.kana.map(JSONValue.string)),
            ("birthDate", .string(holder.birthDate.description)),
            ("age", age.map { JSONValue($0) }),
            ("sex", .string(holder.sex.japanese)),
            ("hasUnknownCharacter", hasUnknown ? true : nil),
            ("chips", .array(chips(on: date).map(JSONValue.string))),
            ("rows", .array(rows(on: date).map { [.string($0.0), .string($0.1)] })),
        ])
    }

    /// What is to be seen at a glance.
    private func chips(on date: LocalDate?) -> [String] {
        var chips = [date.flatMap { ratio(on: $0) }?.japanese ?? "負担割合 提供なし"]
        if elderlyRecipient != nil { chips.append("高齢受給者") }
        if let limitCertificate { chips.append("限度額 \(limitCertificate.limitClass.japanese)") }
        chips += specificDiseases.map { "特定疾病 \($0.disease.japanese)" }
        if let preschool { chips.append(preschool.japanese) }
        if let lossReason { chips.append("喪失 \(lossReason.japanese)") }
        return chips
    }

    private func rows(on date: LocalDate?) -> [(String, String)] {
        let number = [symbol, self.number, branch].map { $0 ?? "-" }.joined(separator: " / ")
        let optional: [(String, String?)] = [
            ("証区分", classification.japanese),
            ("保険者", "\(insurerNumber) \(insurerName ?? "")"),
            ("記号・番号・枝番", number), ("本人・家族", family?.japanese),
            ("被保険者氏名", insuredName), ("氏名（その他）", holder.alias),
            ("住所", [holder.postNumber, holder.address].compactMap { $0 }.joined(separator: " ")),
            ("資格取得", qualifiedOn?.description), ("資格喪失", disqualifiedOn?.description),
            ("有効期間", period(validFrom, validUntil)),
            ("高齢受給者証", elderlyRecipient.flatMap { period($0.validFrom, $0.validUntil) }),
            (
                "限度額適用認定証",
                limitCertificate.map {
                    "\($0.classification.japanese) \(period($0.validFrom, $0.validUntil) ?? "")"
                }
            ),
            ("照会番号", referenceNumber),
        ]
        return optional.compactMap { label, text in
            text.flatMap { $0.isEmpty ? nil : (label, $0) }
        }
    }
}

private func period(_ from: LocalDate?, _ until: LocalDate?) -> String? {
    guard from != nil || until != nil else { return nil }
    return "\(from?.description ?? "")～\(until?.description ?? "")"
}

extension DrugRecord {
    /// By month and day, newest first, and which ingredients come from two places at once.
    var sheet: JSONValue {
        .object(present: [
            ("from", period.map { .string($0.first.description) }),
            ("to", period.map { .string($0.last.description) }),
            (
                "months",
                .array(
                    months.map { month in
                        [
                            "month": .string(month.month.description),
                            "days": .array(month.days.map(\.sheet)),
                        ]
                    })
            ),
            ("overlaps", .array(overlaps.map(\.sheet))),
        ])
    }
}

extension DrugDay {
    fileprivate var sheet: JSONValue {
        [
            "date": .string(date.description),
            "blocks": .array(
                blocks.map { block in
                    .object(present: [
                        ("source", .string(block.source.japanese)),
                        ("prescribedOn", block.prescribedOn.map { .string($0.description) }),
                        (
                            "prescriber",
                            block.source.prescriber.map { .string($0.code ?? $0.name) }
                        ),
                        (
                            "groups",
                            .array(
                                block.groups.map { group in
                                    [
                                        "class": .string(group.drugClass.japanese),
                                        "rows": .array(group.rows.map(\.sheet)),
                                    ]
                                })
                        ),
                    ])
                }),
        ]
    }
}

extension DrugRow {
    fileprivate var sheet: JSONValue {
        .object(present: [
            ("number", JSONValue(number)), ("name", .string(line.printedName)),
            ("ingredient", line.ingredient.map { .string($0.name) }),
            ("usage", line.usage.map(JSONValue.string)),
            ("quantity", .string(line.quantity.japanese)),
            ("copaymentYen", line.copaymentYen.map { JSONValue($0) }),
            ("savingYen", line.savingYen.map { JSONValue($0) }),
        ])
    }
}

extension DrugOverlap {
    fileprivate var sheet: JSONValue {
        [
            "ingredient": .string(ingredient.name), "from": .string(from.description),
            "to": .string(to.description),
            "sides": .array(
                [earlier, later].map { side in
                    [
                        "date": .string(side.date.description),
                        "source": .string(side.source.japanese),
                        "name": .string(side.line.printedName),
                    ]
                }),
        ]
    }
}

extension CheckupRecord {
    /// The checkups side by side: rows with their threshold, cells with their marks.
    func sheet(sex: Sex) -> JSONValue {
        let table = CheckupTable(checkups, sex: sex)
        return [
            "dates": .array(table.dates.map { .string($0.description) }),
            "programmes": .array(
                checkups.prefix(table.dates.count).map {
                    .string($0.programme.japanese)
                }),
            "rows": .array(table.rows.map(\.sheet)),
        ]
    }
}

extension CheckupTableRow {
    private var unit: String? {
        guard case .quantity(let unit, _)? = kind.items.first?.definition.content else {
            return nil
        }
        // `mm[Hg]` is how machines write it.
        return unit.filter { $0 != "[" && $0 != "]" }
    }

    fileprivate var sheet: JSONValue {
        .object(present: [
            ("section", .string(kind.section.rawValue)),
            ("group", kind.group.map(JSONValue.string)), ("label", .string(kind.japanese)),
            ("unit", unit.map(JSONValue.string)),
            ("threshold", .string(kind.threshold)),
            (
                "cells",
                .array(
                    cells.map { cell in
                        .object(present: [
                            ("text", .string(cell.japanese)),
                            ("value", cell.text.map(JSONValue.string)),
                            ("mark", cell.mark.map { .string($0.rawValue) }),
                        ])
                    })
            ),
        ])
    }
}
