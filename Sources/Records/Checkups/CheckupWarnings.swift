extension Checkup {
    /// What a rule says otherwise than the checkup reports; what is reported stays.
    package func warnings(of person: PersonIdentity) -> [RecordWarning] {
        implausible + bodyMassIndexWarnings + egfrWarnings(of: person)
            + assessmentWarnings(of: person)
    }

    private var implausible: [RecordWarning] {
        CheckupItem.allCases.filter { item in
            guard let range = item.plausible, let value = number(item) else { return false }
            return value < Double(range.lowerBound) || value > Double(range.upperBound)
        }.map { .implausible(item: $0, date: date) }
    }

    /// By more than rounding to one decimal.
    private var bodyMassIndexWarnings: [RecordWarning] {
        guard let height = number(.height), let weight = number(.weight), height > 0,
            let reported = number(.bodyMassIndex)
        else { return [] }
        let computed = Formula.bodyMassIndex(weight: weight, height: height)
        return differs(reported, computed, by: 0.05) ? [.bodyMassIndex(date: date)] : []
    }

    /// By more than a year of age and rounding explain.
    private func egfrWarnings(of person: PersonIdentity) -> [RecordWarning] {
        let age = person.age(on: date)
        guard let reported = number(.egfr), let creatinine = number(.creatinine),
            let computed = Formula.egfr(creatinine: creatinine, age: age, sex: person.sex),
            let younger = Formula.egfr(creatinine: creatinine, age: age - 1, sex: person.sex)
        else { return [] }
        return differs(reported, computed, by: 0.05) && differs(reported, younger, by: 0.05)
            ? [.egfr(date: date)] : []
    }

    /// The elderly have no assessments. Public sources don't say whether the age at guidance is
    /// that of the day or of the end of the fiscal year: a level that either implies passes.
    private func assessmentWarnings(of person: PersonIdentity) -> [RecordWarning] {
        guard programme != .elderly else { return [] }
        let rules = HealthRules(self, sex: person.sex)
        var warnings: [RecordWarning] = []
        if let reported = result(of: .metabolicAssessment)?.value,
            reported != rules.metabolicAssessment
        {
            warnings.append(.metabolicAssessment(date: date))
        }
        let yearEnd = LocalDate(year: min(date.fiscalYear + 1, 9999), month: 3, day: 31) ?? date
        let levels = [date, yearEnd].map { rules.guidanceLevel(age: person.age(on: $0)) }
        if let reported = result(of: .guidanceLevel)?.value, !levels.contains(reported) {
            warnings.append(.guidanceLevel(date: date))
        }
        return warnings
    }

    private func differs(_ reported: Double, _ computed: Double, by tolerance: Double) -> Bool {
        (reported - computed).magnitude > tolerance + 1e-9
    }

    private func number(_ item: CheckupItem) -> Double? {
        result(of: item).flatMap { DecimalText($0.value) }.flatMap { Double($0.text) }
    }
}
