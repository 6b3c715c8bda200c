package import JSON

/// One entitlement to insured care (資格確認結果): who insures whom, how it is numbered, what the
/// person pays. The public element names stand beside the fields.
package struct Entitlement: Hashable, Sendable, PersonalData {
    /// The person as this insurer has them (Name, NameKana, Sex1, Birthdate, Address …).
    package var holder: PersonIdentity
    /// What kind of qualification it is (InsuredCardClassification, 被保険者証区分).
    package var classification: CardClassification
    /// The insurer's number, 6 or 8 digits without padding (InsurerNumber, 保険者番号).
    package var insurerNumber: String
    /// The insurer's name (InsurerName, 保険者名称); the seed's samples do not all print it.
    package var insurerName: String?
    /// The symbol, which may hold kanji and hyphens; the elderly have none
    /// (InsuredCardSymbol, 記号).
    package var symbol: String?
    /// The number (InsuredIdentificationNumber, 番号).
    package var number: String?
    /// The branch, 2 digits; the elderly have none (InsuredBranchNumber, 枝番).
    package var branch: String?
    /// The insured person or family (PersonalFamilyClassification, 本人・家族の別).
    package var family: FamilyClassification?
    /// The insured person, or the head of the household (InsuredName, 被保険者氏名).
    package var insuredName: String?
    /// Since when (QualificationDate, 資格取得年月日).
    package var qualifiedOn: LocalDate?
    /// Lost on (DisqualificationDate, 資格喪失年月日).
    package var disqualifiedOn: LocalDate?
    /// Issued on (InsuredCertificateIssuanceDate, 交付年月日).
    package var issuedOn: LocalDate?
    /// Valid from (InsuredCardValidDate, 有効開始年月日).
    package var validFrom: LocalDate?
    /// Valid until (InsuredCardExpirationDate, 有効終了年月日).
    package var validUntil: LocalDate?
    /// The late-stage elderly's share (InsuredPartialContributionRatio, 一部負担金割合).
    package var contributionRatio: ContributionRatio?
    /// A child below school age (PreschoolClassification, 未就学区分).
    package var preschool: PreschoolClassification?
    /// Why it was lost (ReasonOfLoss, 資格喪失事由).
    package var lossReason: LossReason?
    /// The certificate of those aged 70 to 74 (高齢受給者証情報).
    package var elderlyRecipient: ElderlyRecipientCertificate?
    /// Consent to the limit certificate (LimitApplicationCertificateRelatedConsFlg, ConsTime).
    package var limitConsent: TimedConsent<LimitConsent>?
    /// The limit certificate (限度額適用認定証関連情報).
    package var limitCertificate: LimitCertificate?
    /// Whether it changed since it was last asked (LimitApplicationCertificateChanged).
    package var limitChange: LimitChange?
    /// Consent to the specific-disease certificates (SpecificDiseasesCertificateRelatedConsFlg).
    package var specificDiseaseConsent: TimedConsent<LimitConsent>?
    /// Specific-disease certificates (特定疾病療養受療証情報).
    package var specificDiseases: [SpecificDiseaseCertificate] = []
    /// Tickets of medical assistance (公費負担医療の医療券・調剤券情報).
    package var medicalTickets: [MedicalTicket] = []
    /// What the patient consented to show (SpecificHealthCheckupsInfo, PharmacistsInfo,
    /// DiagnosisInfo, OperationInfo).
    package var consents = InformationConsents()
    /// The institution's own number for the patient (ReferenceNumber, 照会番号).
    package var referenceNumber: String?

    /// An entitlement.
    package init(
        holder: PersonIdentity, classification: CardClassification, insurerNumber: String
    ) {
        (self.holder, self.classification) = (holder, classification)
        self.insurerNumber = insurerNumber
    }
}

extension Entitlement: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        try self.init(value, at: path, holder: nil)
    }

    /// Reads an entitlement; where it names no holder, `holder` is meant (people files).
    init(_ value: JSONValue, at path: String, holder: PersonIdentity?) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        if let known = try fields.optionalRecord("holder", as: PersonIdentity.self) ?? holder {
            self.holder = known
        } else {
            throw .unexpected(path: fields.path("holder"), reason: "is missing")
        }
        classification = try fields.code("classification")
        insurerNumber = try Entitlement.insurerNumber(&fields)
        insurerName = try fields.optionalText("insurerName")
        symbol = try fields.optionalText("symbol", maximum: 80)
        number = try fields.optionalText("number", maximum: 80)
        branch = try fields.optionalDigits("branch", count: 2...2)
        family = try fields.optionalCode("family")
        insuredName = try fields.optionalText("insuredName")
        qualifiedOn = try fields.optionalDate("qualifiedOn")
        disqualifiedOn = try fields.optionalDate("disqualifiedOn")
        issuedOn = try fields.optionalDate("issuedOn")
        validFrom = try fields.optionalDate("validFrom")
        validUntil = try fields.optionalDate("validUntil")
        contributionRatio = try fields.optionalCode("contributionRatio")
        preschool = try fields.optionalCode("preschool")
        lossReason = try fields.optionalCode("lossReason")
        elderlyRecipient = try fields.optionalRecord("elderlyRecipient")
        limitConsent = try fields.optionalRecord("limitConsent")
        limitCertificate = try fields.optionalRecord("limitCertificate")
        limitChange = try fields.optionalCode("limitChange")
        specificDiseaseConsent = try fields.optionalRecord("specificDiseaseConsent")
        specificDiseases = try fields.records("specificDiseases", maximum: 10)
        medicalTickets = try fields.records("medicalTickets", maximum: 100)
        consents = try fields.optionalRecord("consents") ?? InformationConsents()
        referenceNumber = try fields.optionalText("referenceNumber", maximum: 80)
        try fields.finish()
    }

    /// 8 digits, or 6 for municipal insurances (国保), which have no prefix of the law.
    private static func insurerNumber(_ fields: inout JSONFields) throws(JSONError) -> String {
        guard let number = try fields.optionalDigits("insurerNumber", count: 6...8),
            number.utf8.count != 7
        else {
            throw .unexpected(
                path: fields.path("insurerNumber"), reason: "must be a string of 6 or 8 digits")
        }
        return number
    }

    package var json: JSONValue {
        .object(present: numbering + validityFields + certificates)
    }

    private var numbering: [(String, JSONValue?)] {
        [
            ("holder", holder.json), ("classification", JSONValue(classification)),
            ("insurerNumber", .string(insurerNumber)),
            ("insurerName", insurerName.map(JSONValue.string)),
            ("symbol", symbol.map(JSONValue.string)), ("number", number.map(JSONValue.string)),
            ("branch", branch.map(JSONValue.string)), ("family", family.map { JSONValue($0) }),
            ("insuredName", insuredName.map(JSONValue.string)),
            ("referenceNumber", referenceNumber.map(JSONValue.string)),
        ]
    }

    private var validityFields: [(String, JSONValue?)] {
        [
            ("qualifiedOn", qualifiedOn.map { JSONValue($0) }),
            ("disqualifiedOn", disqualifiedOn.map { JSONValue($0) }),
            ("issuedOn", issuedOn.map { JSONValue($0) }),
            ("validFrom", validFrom.map { JSONValue($0) }),
            ("validUntil", validUntil.map { JSONValue($0) }),
            ("contributionRatio", contributionRatio.map { JSONValue($0) }),
            ("preschool", preschool.map { JSONValue($0) }),
            ("lossReason", lossReason.map { JSONValue($0) }),
        ]
    }

    private var certificates: [(String, JSONValue?)] {
        [
            ("elderlyRecipient", elderlyRecipient?.json), ("limitConsent", limitConsent?.json),
            ("limitCertificate", limitCertificate?.json),
            ("limitChange", limitChange.map { JSONValue($0) }),
            ("specificDiseaseConsent", specificDiseaseConsent?.json),
            ("specificDiseases", .present(specificDiseases)),
            ("medicalTickets", .present(medicalTickets)),
            ("consents", consents.isEmpty ? nil : consents.json),
        ]
    }
}
