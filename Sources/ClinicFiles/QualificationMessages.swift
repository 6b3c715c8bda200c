package import Records

/// The insurance details of one person (資格確認照会用情報), asked and echoed.
package struct SearchDetails: Hashable, Sendable, PersonalData {
    /// The insurer's number, without padding.
    package var insurerNumber: String
    /// The symbol.
    package var symbol: String?
    /// The number.
    package var number: String
    /// The branch.
    package var branch: String?
    /// The birth date.
    package var birthDate: LocalDate
    /// Whether the limit certificate may be shown.
    package var limitConsent: LimitConsent
    /// What the client put in for itself, echoed.
    package var identifier: String?

    /// Details.
    package init(
        insurerNumber: String, symbol: String? = nil, number: String, branch: String? = nil,
        birthDate: LocalDate, limitConsent: LimitConsent = .notGiven, identifier: String? = nil
    ) {
        (self.insurerNumber, self.symbol, self.number) = (insurerNumber, symbol, number)
        (self.branch, self.birthDate) = (branch, birthDate)
        (self.limitConsent, self.identifier) = (limitConsent, identifier)
    }

    /// As the files carry them.
    package var element: XMLElement {
        XMLElement(
            "QualificationConfirmSearchInfo",
            present([
                ("InsurerNumber", paddedInsurer(insurerNumber)), ("InsuredCardSymbol", symbol),
                ("InsuredIdentificationNumber", number), ("InsuredBranchNumber", branch),
                ("Birthdate", birthDate.compact),
                ("LimitApplicationCertificateRelatedConsFlg", limitConsent.rawValue),
                ("ArbitraryIdentifier", identifier),
            ]))
    }
}

/// One person's line of a bulk answer.
package struct BulkLine: Hashable, Sendable, PersonalData {
    /// What was asked.
    package var details: SearchDetails
    /// What was found, or why nothing was.
    package var outcome: BulkOutcome

    /// A line.
    package init(details: SearchDetails, outcome: BulkOutcome) {
        (self.details, self.outcome) = (details, outcome)
    }
}

/// How the check of one person in a list came out.
package enum BulkOutcome: Hashable, Sendable, PersonalData {
    case found(Qualification)
    case failed(ProcessingNote)
}

extension XMLElement {
    /// The answer about one person: of a check-in (`search` is nothing) or by insurance details.
    package static func qualification(
        _ header: MessageHeader, _ qualification: Qualification, search: SearchDetails?
    ) -> XMLElement {
        var header = header
        header.confirmedOn = header.confirmedOn ?? qualification.confirmedOn
        return message(header.element(), body(qualification, search: search))
    }

    /// The answer that a request failed.
    package static func failure(_ header: MessageHeader, _ note: ProcessingNote) -> XMLElement {
        var header = header
        (header.segment, header.error) = (.abnormal, note)
        return message(header.element(), [])
    }

    /// The answer to a list: the number under which its results are asked for.
    package static func bulkReceipt(_ header: MessageHeader, number: String) -> XMLElement {
        message(
            header.element(),
            present([("ReceptionNumber", number), ("ReceptionDateTime", header.at.compact)]))
    }

    /// The results of a list; nothing while they are being looked for.
    package static func bulkResult(
        _ header: MessageHeader, number: String, lines: [BulkLine]?
    ) -> XMLElement {
        var header = header
        header.segment = lines == nil ? .processing : .normal
        let good = lines?.count { if case .found = $0.outcome { true } else { false } }
        let counts = present([
            ("ReceptionNumber", number),
            ("NumberOfProcessingResult", lines.map { String($0.count) }),
            ("NumberOfNormalProcessing", good.map { String($0) }),
            ("NumberOfError", lines.map { String($0.count - (good ?? 0)) }),
        ])
        let units = (lines ?? []).map { XMLElement("BulkConfirmUnit", unit($0)) }
        return message(header.element(counts), units)
    }

    /// The answer that a chart number was registered (照会番号登録).
    package static func referenceRegistered(_ header: MessageHeader, number: String) -> XMLElement {
        message(
            header.element(),
            present([
                ("ProcessingResultStatus", ProcessingResultStatus.normal.rawValue),
                ("ReferenceNumber", number),
            ]))
    }
}

private func unit(_ line: BulkLine) -> [XMLElement] {
    switch line.outcome {
    case .found(let found): return body(found, search: line.details)
    case .failed(let note):
        return [line.details.element]
            + present([
                ("ProcessingResultStatus", ProcessingResultStatus.error.rawValue),
                ("ProcessingResultCode", note.code), ("ProcessingResultMessage", note.message),
            ])
    }
}

private func body(_ found: Qualification, search: SearchDetails?) -> [XMLElement] {
    let note = found.note ?? unmappableNote(found)
    let status = present([
        ("ProcessingResultStatus", ProcessingResultStatus.normal.rawValue),
        ("ProcessingResultCode", note?.code), ("ProcessingResultMessage", note?.message),
        ("QualificationValidity", found.validity.rawValue),
    ])
    let results = found.entitlements.map { entitlement in
        var shown = entitlement
        // Asked without consent to the limit certificate, nothing of it is told.
        if search?.limitConsent == .notGiven {
            (shown.limitConsent, shown.limitCertificate) = (nil, nil)
        }
        return result(shown, prescription: found.prescriptionIssue)
    }
    return status + (search.map { [$0.element] } ?? [])
        + (results.isEmpty ? [] : [XMLElement("ResultList", results)])
}

/// Says of ● in names and addresses that it stands for a character the insurer could not send:
/// a program that prints it should not take it for a name.
private func unmappableNote(_ found: Qualification) -> ProcessingNote? {
    var names: [String] = []
    for entitlement in found.entitlements {
        let holder = entitlement.holder
        let fields = [
            ("氏名", holder.name), ("氏名カナ", holder.kana), ("氏名(その他)", holder.alias),
            ("被保険者氏名", entitlement.insuredName), ("住所", holder.address),
        ]
        for (name, text) in fields where text?.contains("●") == true && !names.contains(name) {
            names.append(name)
        }
    }
    guard !names.isEmpty else { return nil }
    return ProcessingNote(
        code: "MDG0001", message: "表せない文字が●になっています:" + names.joined(separator: "、"))
}
