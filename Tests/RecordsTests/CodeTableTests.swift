import Records
import Testing

@Suite("The public code tables")
struct CodeTableTests {
    func rows<Code: DomainCode>(_: Code.Type) -> [String] {
        [Code.table] + Code.allCases.map { "\($0.rawValue) \($0.japanese)" }
    }

    @Test("the tables that decide carry the public codes")
    func codes() {
        #expect(
            rows(QualificationValidity.self) == [
                "OQSCD006", "1 有効", "2 無効", "3 無効(新しい資格あり)", "4 該当資格なし", "5 複数該当",
                "6 有効(未登録)",
            ])
        #expect(rows(Sex.self) == ["OQSCD007", "1 男", "2 女", "3 未設定"])
        #expect(
            rows(LossReason.self) == [
                "OQSCD008", "01 死亡", "02 生活保護受給開始", "03 医療保険等の資格取得", "99 その他",
            ])
        #expect(rows(FamilyClassification.self) == ["OQSCD009", "1 本人", "2 家族"])
        #expect(
            LimitClass.allCases.map(\.rawValue)
                == (1...6).map { "A0\($0)" } + (1...9).map { "B0\($0)" } + ["B10"])
        #expect(
            rows(ConsentFlag.self)
                == ["OQSCD016", "0 同意なし", "1 同意あり", "2 有効期限切れ", "3 同意取得困難"])
        #expect(
            ConsentInformationKind.allCases.map(\.rawValue) == ["TSR", "TKK", "YZK", "SRJ", "SHJ"])
    }

    static let tables: [any DomainCode.Type] = [
        LimitConsent.self, ReferenceClassification.self, SegmentOfResult.self,
        ProcessingResultStatus.self, CharacterCode.self, QualificationValidity.self, Sex.self,
        LossReason.self, FamilyClassification.self, CardClassification.self,
        LimitCertificateClassification.self, LimitClass.self, SpecificDisease.self,
        LimitChange.self, PreschoolClassification.self, ConsentFlag.self,
        PrescriptionIssue.self, TicketType.self, TicketTreatment.self, TicketUse.self,
        SocialInsuranceStatus.self, ConsistencyFlag.self, InfectionStatus.self,
        ElderlyCareStatus.self, PrefecturalExpensesStatus.self, DesignationFlag.self,
        SameIndividual.self, CareForm.self, InformationKind.self, PrescriptionInclusion.self,
        ConsentEndReason.self, Agreement.self, ConsentInformationKind.self,
        PrescriptionUse.self, PrescriptionTiming.self, EmergencyRequest.self,
        FactorKind.self, Factor.self, EmergencyRight.self,
    ]

    @Test("every table carries the public codes, no more and no fewer")
    func allCodes() throws {
        #expect(Self.tables.map { codes($0) } == (try golden("codes")))
    }

    @Test("each table has words for every code, no two the same")
    func words() {
        for table in Self.tables {
            let isComplete = hasWords(table)
            #expect(isComplete)
        }
    }

    private func codes<Code: DomainCode>(_: Code.Type) -> [String] {
        [Code.table, Code.allCases.map(\.rawValue).joined(separator: " ")]
    }

    private func hasWords<Code: DomainCode>(_: Code.Type) -> Bool {
        Code.allCases.allSatisfy { !$0.japanese.isEmpty }
            && Set(Code.allCases.map(\.japanese)).count == Code.allCases.count
    }
}
