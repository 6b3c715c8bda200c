internal import Records

/// One entitlement as `ResultOfQualificationConfirmation`.
func result(
    _ entitlement: Entitlement, prescription: PrescriptionIssue?
) -> XMLElement {
    let holder = entitlement.holder
    let numbering = present([
        ("InsuredCardClassification", entitlement.classification.rawValue),
        ("InsurerNumber", paddedInsurer(entitlement.insurerNumber)),
        ("InsuredCardSymbol", entitlement.symbol),
        ("InsuredIdentificationNumber", entitlement.number),
        ("InsuredBranchNumber", entitlement.branch),
        ("PersonalFamilyClassification", entitlement.family?.rawValue),
        ("InsuredName", entitlement.insuredName.map(wideSpaces)), ("Name", wideSpaces(holder.name)),
        ("NameOfOther", holder.alias.map(wideSpaces)), ("NameKana", holder.kana.map(halfWidthKana)),
        ("NameOfOtherKana", holder.aliasKana.map(halfWidthKana)), ("Sex1", holder.sex.rawValue),
        ("Sex2", holder.sexOnBack?.rawValue), ("Birthdate", holder.birthDate.compact),
        ("Address", holder.address), ("PostNumber", holder.postNumber),
    ])
    let validity = present([
        ("QualificationDate", entitlement.qualifiedOn?.compact),
        ("DisqualificationDate", entitlement.disqualifiedOn?.compact),
        ("InsuredCertificateIssuanceDate", entitlement.issuedOn?.compact),
        ("InsuredCardValidDate", entitlement.validFrom?.compact),
        ("InsuredCardExpirationDate", entitlement.validUntil?.compact),
        ("InsuredPartialContributionRatio", entitlement.contributionRatio?.rawValue),
        ("PreschoolClassification", entitlement.preschool?.rawValue),
        ("ReasonOfLoss", entitlement.lossReason?.rawValue),
        ("InsurerName", entitlement.insurerName),
    ])
    return XMLElement(
        "ResultOfQualificationConfirmation",
        numbering + validity + certificates(of: entitlement) + consents(entitlement.consents)
            + present([
                ("PrescriptionIssueSelect", prescription?.rawValue),
                ("ReferenceNumber", entitlement.referenceNumber),
            ]))
}

private func certificates(of entitlement: Entitlement) -> [XMLElement] {
    var elements: [XMLElement] = []
    if let elderly = entitlement.elderlyRecipient {
        elements += group(
            "ElderlyRecipientCertificateInfo",
            [
                ("ElderlyRecipientCertificateDate", elderly.issuedOn?.compact),
                ("ElderlyRecipientValidStartDate", elderly.validFrom?.compact),
                ("ElderlyRecipientValidEndDate", elderly.validUntil?.compact),
                ("ElderlyRecipientContributionRatio", elderly.ratio?.rawValue),
            ])
    }
    elements += consent(
        entitlement.limitConsent, "LimitApplicationCertificateRelatedConsFlg",
        "LimitApplicationCertificateRelatedConsTime", nil)
    if let limit = entitlement.limitCertificate {
        let name = "LimitApplicationCertificate"
        elements += group(
            name + "RelatedInfo",
            [
                (name + "Classification", limit.classification.rawValue),
                (name + "ClassificationFlag", limit.limitClass.rawValue),
                (name + "Date", limit.issuedOn?.compact),
                (name + "ValidStartDate", limit.validFrom?.compact),
                (name + "ValidEndDate", limit.validUntil?.compact),
                (name + "LongTermDate", limit.longTermFrom?.compact),
            ])
    }
    elements += present([
        ("LimitApplicationCertificateChanged", entitlement.limitChange?.rawValue)
    ])
    elements += consent(
        entitlement.specificDiseaseConsent, "SpecificDiseasesCertificateRelatedConsFlg",
        "SpecificDiseasesCertificateRelatedConsTime", nil)
    let diseases = entitlement.specificDiseases.flatMap { disease in
        group(
            "SpecificDiseasesCertificateInfo",
            [
                ("SpecificDiseasesDiseaseCategory", disease.disease.rawValue),
                ("SpecificDiseasesCertificateDate", disease.issuedOn?.compact),
                ("SpecificDiseasesValidStartDate", disease.validFrom?.compact),
                ("SpecificDiseasesValidEndDate", disease.validUntil?.compact),
                ("SpecificDiseasesSelfPay", disease.selfPayYen.map { String($0) }),
            ])
    }
    if !diseases.isEmpty {
        elements.append(XMLElement("SpecificDiseasesCertificateList", diseases))
    }
    let tickets = entitlement.medicalTickets.map(ticket)
    if !tickets.isEmpty { elements.append(XMLElement("PublicExpenseResultList", tickets)) }
    return elements
}

private func ticket(_ ticket: MedicalTicket) -> XMLElement {
    func numbered(_ name: String, _ texts: [String]) -> [(String, String?)] {
        texts.enumerated().map { ("\(name)\($0 + 1)", $1) }
    }
    let designated = "DesignatedMedicalInstitution"
    let prescriber = "PrescriptionIssuerMedicalInstitution"
    return XMLElement(
        "MedicalTicketInfo",
        present(
            [
                ("TicketType", ticket.type.rawValue),
                ("MedicalTicketValidDate", ticket.validFrom?.compact),
                ("MedicalTicketExpirationDate", ticket.validUntil?.compact),
                ("IssueNumber", ticket.issueNumber),
                ("MedicalTreatmentMonth", ticket.month?.compact),
                (designated + "Code", ticket.designated?.code),
                (designated + "Flag", ticket.designation?.rawValue),
                (designated + "Name", ticket.designated?.name),
                (prescriber + "Code", ticket.prescriber?.code),
                (prescriber + "Name", ticket.prescriber?.name),
            ] + numbered("InjuryName", ticket.injuries) + [
                ("MedicalTreatmentType", ticket.treatment?.rawValue),
                ("SelfPayAmount", ticket.selfPayYen.map { String($0) }),
                ("DistrictContactName", ticket.districtContact),
                ("HandlingContactName", ticket.handlingContact),
                ("SingleOrCombinedUse", ticket.use?.rawValue),
                ("StatusOfSocialInsurance", ticket.socialInsurance?.rawValue),
                ("ConsistencyFlag", ticket.consistency?.rawValue),
                ("StatusOfInfecton", ticket.infection?.rawValue),
                ("StatusOfElderlyMedicalCare", ticket.elderlyCare?.rawValue),
                ("StatusOfPrefecturalExpenses", ticket.prefecturalExpenses?.rawValue),
            ] + numbered("Remarks", ticket.remarks)))
}

private func consents(_ consents: InformationConsents) -> [XMLElement] {
    let kinds = [
        ("SpecificHealthCheckupsInfo", consents.checkups), ("PharmacistsInfo", consents.drugs),
        ("DiagnosisInfo", consents.treatment), ("OperationInfo", consents.surgery),
    ]
    return kinds.flatMap { name, given in
        consent(given, name + "ConsFlg", name + "ConsTime", name + "AvailableTime")
    }
}

private func consent<Flag>(
    _ consent: TimedConsent<Flag>?, _ flag: String, _ time: String, _ until: String?
) -> [XMLElement] {
    guard let consent else { return [] }
    return present([
        (flag, consent.flag.rawValue), (time, consent.givenAt?.compact),
        (until ?? "", until == nil ? nil : consent.until?.compact),
    ])
}

private func group(_ name: String, _ fields: [(String, String?)]) -> [XMLElement] {
    let elements = present(fields)
    return elements.isEmpty ? [] : [XMLElement(name, elements)]
}
