package import JSON

/// The certificate of those aged 70 to 74 (高齢受給者証情報).
package struct ElderlyRecipientCertificate: RecordCodable, PersonalData {
    /// Issued on (ElderlyRecipientCertificateDate).
    package var issuedOn: LocalDate?
    /// Valid from (ElderlyRecipientValidStartDate).
    package var validFrom: LocalDate?
    /// Valid until (ElderlyRecipientValidEndDate).
    package var validUntil: LocalDate?
    /// The share to pay (ElderlyRecipientContributionRatio); absent where the insurer sent none.
    package var ratio: ContributionRatio?

    /// A certificate.
    package init(
        issuedOn: LocalDate? = nil, validFrom: LocalDate? = nil, validUntil: LocalDate? = nil,
        ratio: ContributionRatio? = nil
    ) {
        (self.issuedOn, self.validFrom) = (issuedOn, validFrom)
        (self.validUntil, self.ratio) = (validUntil, ratio)
    }

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        issuedOn = try fields.optionalDate("issuedOn")
        validFrom = try fields.optionalDate("validFrom")
        validUntil = try fields.optionalDate("validUntil")
        ratio = try fields.optionalCode("ratio")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("issuedOn", issuedOn.map { JSONValue($0) }),
            ("validFrom", validFrom.map { JSONValue($0) }),
            ("validUntil", validUntil.map { JSONValue($0) }),
            ("ratio", ratio.map { JSONValue($0) }),
        ])
    }
}

/// The certificate that limits what is paid at the counter (限度額適用認定証関連情報).
package struct LimitCertificate: RecordCodable, PersonalData {
    /// What it grants (LimitApplicationCertificateClassification).
    package var classification: LimitCertificateClassification
    /// The income class (LimitApplicationCertificateClassificationFlag, 適用区分).
    package var limitClass: LimitClass
    /// Issued on (LimitApplicationCertificateDate).
    package var issuedOn: LocalDate?
    /// Valid from (LimitApplicationCertificateValidStartDate).
    package var validFrom: LocalDate?
    /// Valid until (LimitApplicationCertificateValidEndDate).
    package var validUntil: LocalDate?
    /// Counts as long-term from this day: the first of the month after the application, with more
    /// than 90 days in hospital (LimitApplicationCertificateLongTermDate, 長期入院該当年月日).
    package var longTermFrom: LocalDate?

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        classification = try fields.code("classification")
        limitClass = try fields.code("limitClass")
        issuedOn = try fields.optionalDate("issuedOn")
        validFrom = try fields.optionalDate("validFrom")
        validUntil = try fields.optionalDate("validUntil")
        longTermFrom = try fields.optionalDate("longTermFrom")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("classification", JSONValue(classification)), ("limitClass", JSONValue(limitClass)),
            ("issuedOn", issuedOn.map { JSONValue($0) }),
            ("validFrom", validFrom.map { JSONValue($0) }),
            ("validUntil", validUntil.map { JSONValue($0) }),
            ("longTermFrom", longTermFrom.map { JSONValue($0) }),
        ])
    }
}

/// A certificate for the care of one specific disease (特定疾病療養受療証情報).
package struct SpecificDiseaseCertificate: RecordCodable, PersonalData {
    /// The disease (SpecificDiseasesDiseaseCategory, 認定疾病区分).
    package var disease: SpecificDisease
    /// Issued on (SpecificDiseasesCertificateDate).
    package var issuedOn: LocalDate?
    /// Valid from (SpecificDiseasesValidStartDate).
    package var validFrom: LocalDate?
    /// Valid until (SpecificDiseasesValidEndDate).
    package var validUntil: LocalDate?
    /// The most to pay in a month, in yen (SpecificDiseasesSelfPay, 自己負担限度額).
    package var selfPayYen: Int?

    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        disease = try fields.code("disease")
        issuedOn = try fields.optionalDate("issuedOn")
        validFrom = try fields.optionalDate("validFrom")
        validUntil = try fields.optionalDate("validUntil")
        selfPayYen = try fields.optionalYen("selfPayYen")
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [
            ("disease", JSONValue(disease)), ("issuedOn", issuedOn.map { JSONValue($0) }),
            ("validFrom", validFrom.map { JSONValue($0) }),
            ("validUntil", validUntil.map { JSONValue($0) }),
            ("selfPayYen", selfPayYen.map { JSONValue($0) }),
        ])
    }
}
