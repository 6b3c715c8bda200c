package import JSON

/// A ticket of medical assistance (医療扶助の医療券・調剤券, MedicalTicketInfo).
package struct MedicalTicket: RecordCodable, PersonalData {
    /// Medical or dispensing (TicketType).
    package var type: TicketType
    /// Valid from (MedicalTicketValidDate).
    package var validFrom: LocalDate?
    /// Valid until (MedicalTicketExpirationDate).
    package var validUntil: LocalDate?
    /// The number it was issued under (IssueNumber, 交付番号).
    package var issueNumber: String?
    /// The month of treatment (MedicalTreatmentMonth, 診療年月).
    package var month: YearMonth?
    /// Where it may be used (DesignatedMedicalInstitution, 指定医療機関).
    package var designated: Institution?
    /// Whether that is the institution that asks (DesignatedMedicalInstitutionFlag).
    package var designation: DesignationFlag?
    /// Who prescribed (PrescriptionIssuerMedicalInstitution, 処方箋発行元医療機関).
    package var prescriber: Institution?
    /// Up to three injuries or illnesses (InjuryName1–3, 傷病名).
    package var injuries: [String]
    /// What it is for (MedicalTreatmentType, 診療別).
    package var treatment: TicketTreatment?
    /// What the patient pays, in yen (SelfPayAmount, 本人支払額).
    package var selfPayYen: Int?
    /// The district's office (DistrictContactName, 地区担当員名).
    package var districtContact: String?
    /// The officer in charge (HandlingContactName, 取扱担当者名).
    package var handlingContact: String?
    /// Alone or beside an insurance (SingleOrCombinedUse).
    package var use: TicketUse?
    /// Whether there is a social insurance (StatusOfSocialInsurance).
    package var socialInsurance: SocialInsuranceStatus?
    /// Whether what is known of it contradicts itself (ConsistencyFlag).
    package var consistency: ConsistencyFlag?
    /// Whether the law on infections applies (StatusOfInfecton, as the public name spells it).
    package var infection: InfectionStatus?
    /// Whether there is the care for late-stage elderly (StatusOfElderlyMedicalCare).
    package var elderlyCare: ElderlyCareStatus?
    /// Whether the prefecture pays something (StatusOfPrefecturalExpenses).
    package var prefecturalExpenses: PrefecturalExpensesStatus?
    /// Up to three remarks (Remarks1–3, 備考).
    package var remarks: [String]

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        type = try fields.code("type")
        validFrom = try fields.optionalDate("validFrom")
        validUntil = try fields.optionalDate("validUntil")
        issueNumber = try fields.optionalText("issueNumber", maximum: 80)
        month = try fields.optionalMonth("month")
        designated = try fields.optionalRecord("designated")
        designation = try fields.optionalCode("designation")
        prescriber = try fields.optionalRecord("prescriber")
        injuries = try fields.array("injuries", maximum: 3, readTicketText)
        treatment = try fields.optionalCode("treatment")
        selfPayYen = try fields.optionalYen("selfPayYen")
        districtContact = try fields.optionalText("districtContact")
        handlingContact = try fields.optionalText("handlingContact")
        use = try fields.optionalCode("use")
        socialInsurance = try fields.optionalCode("socialInsurance")
        consistency = try fields.optionalCode("consistency")
        infection = try fields.optionalCode("infection")
        elderlyCare = try fields.optionalCode("elderlyCare")
        prefecturalExpenses = try fields.optionalCode("prefecturalExpenses")
        remarks = try fields.array("remarks", maximum: 3, readTicketText)
        try fields.finish()
    }

    package var json: JSONValue { .object(present: places + states) }

    private var places: [(String, JSONValue?)] {
        [
            ("type", JSONValue(type)), ("validFrom", validFrom.map { JSONValue($0) }),
            ("validUntil", validUntil.map { JSONValue($0) }),
            ("issueNumber", issueNumber.map(JSONValue.string)),
            ("month", month.map { JSONValue($0) }), ("designated", designated?.json),
            ("designation", designation.map { JSONValue($0) }),
            ("prescriber", prescriber?.json),
            ("injuries", injuries.isEmpty ? nil : .array(injuries.map(JSONValue.string))),
            ("treatment", treatment.map { JSONValue($0) }),
            ("selfPayYen", selfPayYen.map { JSONValue($0) }),
            ("districtContact", districtContact.map(JSONValue.string)),
            ("handlingContact", handlingContact.map(JSONValue.string)),
        ]
    }

    private var states: [(String, JSONValue?)] {
        [
            ("use", use.map { JSONValue($0) }),
            ("socialInsurance", socialInsurance.map { JSONValue($0) }),
            ("consistency", consistency.map { JSONValue($0) }),
            ("infection", infection.map { JSONValue($0) }),
            ("elderlyCare", elderlyCare.map { JSONValue($0) }),
            ("prefecturalExpenses", prefecturalExpenses.map { JSONValue($0) }),
            ("remarks", remarks.isEmpty ? nil : .array(remarks.map(JSONValue.string))),
        ]
    }
}

private func readTicketText(_ value: JSONValue, _ path: String) throws(JSONError) -> String {
    guard let text = value.stringValue, (1...maximumNameOctets).contains(text.utf8.count) else {
        throw .unexpected(
            path: path, reason: "must be text of 1 to \(maximumNameOctets) octets")
    }
    return text
}
