package import Records

extension XMLElement {
    /// A person's medicines as claims tell them (レセプト由来, facts of the public programs).
    ///
    /// What is in a claim and in no element that is publicly known (its own-institution flags,
    /// its route) is left out rather than invented.
    package static func drugs(
        _ header: MessageHeader, _ person: PersonIdentity, _ record: DrugRecord
    ) -> XMLElement {
        let months = Dictionary(grouping: record.dispensings, by: \.date.yearMonth)
        let blocks = months.keys.sorted(by: >).flatMap { month in
            sources(months[month, default: []]).map { monthBlock(month, $0) }
        }
        let who = XMLElement(
            "QuaInf",
            present([
                ("Name", wideSpaces(person.name)), ("KanaName", person.kana.map(halfWidthKana)),
                ("Birth", person.birthDate.compact), ("AdmGendCode", person.sex.rawValue),
            ]))
        return message(header.element([who]), present([("ResultCode", "1")]) + blocks)
    }

    /// A person's checkups.
    package static func checkups(
        _ header: MessageHeader, _ person: PersonIdentity, _ record: CheckupRecord
    ) -> XMLElement {
        let who = XMLElement(
            "QualificationsInfo",
            present([
                ("Name", wideSpaces(person.name)), ("KanasName", person.kana.map(halfWidthKana)),
                ("Birthday", person.birthDate.compact),
                ("AdministrativeGenderCode", person.sex.rawValue),
            ]))
        return message(
            header.element([who]),
            present([("ResultCode", "1")]) + record.checkups.map(checkup))
    }

    /// The answer that medicines or checkups are not to be had; the reason in words.
    package static func noRecords(_ header: MessageHeader, reason: String) -> XMLElement {
        var header = header
        header.segment = .abnormal
        return message(
            header.element(), present([("ResultCode", "9"), ("MessageContents", reason)]))
    }
}

/// Dispensings by who dispensed and who prescribed, in the order they are met.
private func sources(_ dispensings: [Dispensing]) -> [(DrugSource, [Dispensing])] {
    var order: [DrugSource] = []
    var groups: [DrugSource: [Dispensing]] = [:]
    for dispensing in dispensings {
        if groups[dispensing.source] == nil { order.append(dispensing.source) }
        groups[dispensing.source, default: []].append(dispensing)
    }
    return order.map { ($0, groups[$0, default: []]) }
}

private func monthBlock(
    _ month: YearMonth, _ entry: (source: DrugSource, dispensings: [Dispensing])
) -> XMLElement {
    let days = entry.dispensings.map { dispensing in
        XMLElement(
            "DiDateInf",
            present([
                ("DiDate", dispensing.date.compact), ("PrDate", dispensing.prescribedOn?.compact),
            ]) + [XMLElement("DrugInfs", dispensing.drugs.map(drug))])
    }
    return XMLElement(
        "MeTrMonthInf",
        present([
            ("MeTrMonth", month.compact), ("MeTrDiHCd", entry.source.dispenser.code),
            ("MeTrDiHNm", entry.source.dispenser.name),
            ("PrlsHCd", entry.source.prescriber?.code), ("PrlsHNm", entry.source.prescriber?.name),
        ]) + [XMLElement("DiDateInfs", days)])
}

private func drug(_ line: DrugLine) -> XMLElement {
    XMLElement(
        "DrugInf",
        present([
            ("MeTrIdCl", line.drugClass.claimClass), ("DrugC", line.receiptCode),
            ("DrugN", line.printedName), ("IngreN", line.ingredient?.name),
            ("Qua1", line.quantity.amount.text), ("Unit", line.quantity.unit),
            ("Times", String(line.quantity.times)), ("UsageN", line.usage),
            ("SpInst", line.instruction),
        ]))
}

extension DrugClass {
    /// 診療識別: what claims file a medicine under; 28 for what is neither (assumed).
    fileprivate var claimClass: String {
        switch self {
        case .internal: "21"
        case .asNeeded: "22"
        case .external: "23"
        case .injection: "31"
        case .material, .other: "28"
        }
    }
}

private func checkup(_ checkup: Checkup) -> XMLElement {
    let items = checkup.results.map { result in
        let definition = result.item?.definition
        let content = definition?.content
        var fields: [(String, String?)] = [
            ("ItemCode", result.code), ("ItemName", definition?.japanese),
        ]
        switch content {
        case .quantity(let unit, _):
            fields += [("DataType", "PQ"), ("DataValue", result.value), ("Unit", unit)]
        case .coded(let scale):
            fields += [
                ("DataType", scale == .urine ? "CO" : "CD"), ("DataValue", result.value),
                ("Oid", scale.oid), ("DataValueName", scale.japanese(result.value)),
            ]
        case .text, nil: fields += [("DataType", "ST"), ("DataValue", result.value)]
        }
        return XMLElement("HealthCheckupResultAndQuestionInfo", present(fields))
    }
    return XMLElement(
        "SpecificHealthCheckupInfo",
        present([("EffectiveTime", checkup.date.compact)])
            + [XMLElement("HealthCheckupResultAndQuestionInfos", items)])
}
