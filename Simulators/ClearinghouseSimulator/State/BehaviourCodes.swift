import JSON
package import Records

extension Behaviour {
    /// The public tables, each with its codes.
    package static let tables: [String: [String]] = words.mapValues { $0.map(\.code) }

    /// The tables whose codes have no field in answers of this interface, as they belong to files
    /// of the folder exchange and to questions: an answer tells them in its side note.
    package static let notedTables: Set<String> = [
        "OQSCD002", "OQSCD005", "OQSCD028", "OQSCD029", "OQSCD030", "OQSCD031", "OQSCD032",
        "OQSCD036", "OQSCD038", "OQSCD039", "OQSCD040", "OQSCD041", "OQSCD042", "OQSCD043",
    ]

    /// Each table's codes with their words.
    static let words: [String: [(code: String, japanese: String)]] = {
        var tables: [String: [(code: String, japanese: String)]] = [:]
        func add<Code: DomainCode>(_ type: Code.Type) {
            tables[Code.table] = Code.allCases.map { ($0.rawValue, $0.japanese) }
        }
        add(LimitConsent.self)
        add(SegmentOfResult.self)
        add(ProcessingResultStatus.self)
        add(QualificationValidity.self)
        add(Sex.self)
        add(LossReason.self)
        add(FamilyClassification.self)
        add(CardClassification.self)
        add(LimitCertificateClassification.self)
        add(LimitClass.self)
        add(SpecificDisease.self)
        add(LimitChange.self)
        add(PreschoolClassification.self)
        add(ConsentFlag.self)
        add(PrescriptionIssue.self)
        add(TicketType.self)
        add(TicketTreatment.self)
        add(TicketUse.self)
        add(SocialInsuranceStatus.self)
        add(ConsistencyFlag.self)
        add(InfectionStatus.self)
        add(ElderlyCareStatus.self)
        add(PrefecturalExpensesStatus.self)
        add(DesignationFlag.self)
        add(SameIndividual.self)
        add(ReferenceClassification.self)
        add(CharacterCode.self)
        add(CareForm.self)
        add(InformationKind.self)
        add(PrescriptionInclusion.self)
        add(ConsentEndReason.self)
        add(Agreement.self)
        add(ConsentInformationKind.self)
        add(PrescriptionUse.self)
        add(PrescriptionTiming.self)
        add(Records.EmergencyRequest.self)
        add(FactorKind.self)
        add(Factor.self)
        add(EmergencyRight.self)
        return tables
    }()
}

extension Behaviour.Code {
    /// Puts the code where answers carry it.
    package func apply(to qualification: inout Qualification) {
        switch table {
        case QualificationValidity.table:
            qualification.validity = QualificationValidity(rawValue: value) ?? .valid
            if value == "4" || value == "5" { qualification.entitlements = [] }
        case PrescriptionIssue.table:
            qualification.prescriptionIssue = PrescriptionIssue(rawValue: value)
        case let table where Behaviour.notedTables.contains(table):
            let words = Behaviour.words[table]?.first { $0.code == value }?.japanese
            qualification.note = ProcessingNote(
                code: "\(table)-\(value)", message: words ?? value)
        default:
            for index in qualification.entitlements.indices {
                apply(to: &qualification.entitlements[index])
            }
        }
    }

    private func apply(to entitlement: inout Entitlement) {
        switch table {
        case Sex.table: entitlement.holder.sex = Sex(rawValue: value) ?? .unset
        case LossReason.table: entitlement.lossReason = LossReason(rawValue: value)
        case FamilyClassification.table:
            entitlement.family = FamilyClassification(rawValue: value)
        case CardClassification.table:
            entitlement.classification = CardClassification(rawValue: value) ?? .general
        case PreschoolClassification.table:
            entitlement.preschool = PreschoolClassification(rawValue: value)
        case LimitChange.table: entitlement.limitChange = LimitChange(rawValue: value)
        case LimitConsent.table:
            entitlement.limitConsent = LimitConsent(rawValue: value).map { TimedConsent(flag: $0) }
        case ConsentFlag.table:
            // The consents to drugs and checkups are the statement's own.
            entitlement.consents.treatment = ConsentFlag(rawValue: value).map {
                TimedConsent(flag: $0)
            }
        case LimitCertificateClassification.table:
            entitlement.limitCertificate = limitCertificate(value, "A03")
        case LimitClass.table: entitlement.limitCertificate = limitCertificate("01", value)
        case SpecificDisease.table:
            entitlement.specificDiseases = [
                try? SpecificDiseaseCertificate(["disease": .string(value)], at: "$")
            ].compactMap { $0 }
        default: entitlement.medicalTickets = [ticket].compactMap { $0 }
        }
    }

    private func limitCertificate(_ kind: String, _ limitClass: String) -> LimitCertificate? {
        try? LimitCertificate(
            ["classification": .string(kind), "limitClass": .string(limitClass)], at: "$")
    }

    /// A ticket of medical assistance with the code in its field.
    private var ticket: MedicalTicket? {
        let key: String? =
            switch table {
            case TicketType.table: "type"
            case TicketTreatment.table: "treatment"
            case TicketUse.table: "use"
            case SocialInsuranceStatus.table: "socialInsurance"
            case ConsistencyFlag.table: "consistency"
            case InfectionStatus.table: "infection"
            case ElderlyCareStatus.table: "elderlyCare"
            case PrefecturalExpensesStatus.table: "prefecturalExpenses"
            case DesignationFlag.table: "designation"
            default: nil
            }
        guard let key else { return nil }
        var fields: [String: JSONValue] = ["type": "01"]
        fields[key] = .string(value)
        return try? MedicalTicket(.object(fields), at: "$")
    }
}
