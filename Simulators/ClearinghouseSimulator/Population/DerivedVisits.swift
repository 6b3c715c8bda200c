import Records

/// A visit with what was dispensed, and the rows of expenses it makes.
struct DerivedVisit: Sendable {
    var dispensing: Dispensing
    var expenses: [ExpenseRow]
}

extension DerivedLife {
    /// Every visit from the first month of records to a date: the household's doctor once a month
    /// for what lasts, sometimes another one for what passes.
    func visits(until date: LocalDate) -> [DerivedVisit] {
        var dice = dice("health")
        let day = dice.pick(1...28)
        let lasting = lastingMedicines(&dice)
        var visits: [DerivedVisit] = []
        var month = Publication.firstDrugMonth
        var turn = 0
        while month <= date.yearMonth {
            let days = LocalDate(year: month.year, month: month.month, day: day)
            if let when = days, when <= date, !lasting.isEmpty {
                visits.append(visit(when, lasting, times: 28, clinics[0]))
            }
            if let passing = passing(in: month, turn: turn), passing.dispensing.date <= date {
                visits.append(passing)
            }
            (month, turn) = (month.adding(months: 1), turn + 1)
        }
        return visits
    }

    /// By the age when records began, so that it never changes.
    private func lastingMedicines(_ dice: inout Dice) -> [DerivedMedicine] {
        let age = identity.age(on: LocalDate(dayNumber: 18_871))
        guard age >= 30 else { return [] }
        return DerivedMedicine.lasting.filter { _ in dice.chance(min(60, (age - 20) / 2 + 5)) }
    }

    private func passing(in month: YearMonth, turn: Int) -> DerivedVisit? {
        var dice = dice("passing", turn: turn)
        guard dice.chance(12) else { return nil }
        let medicines = dice.pick(DerivedMedicine.passing)
        guard
            let when = LocalDate(
                year: month.year, month: month.month, day: dice.pick(1...28))
        else { return nil }
        return visit(
            when, medicines, times: dice.pick(4...7), clinics[dice.pick(1...3)],
            isInHouse: dice.chance(30))
    }

    private func visit(
        _ date: LocalDate, _ medicines: [DerivedMedicine], times: Int, _ clinic: Institution,
        isInHouse: Bool = false
    ) -> DerivedVisit {
        let ratio = ratio(on: date)
        let shares = medicines.map { $0.yen(times: times) * ratio.percent / 100 }
        // The service has amounts only where a day's come to 500 yen.
        let hasAmounts = shares.reduce(0, +) >= 500
        let lines = medicines.indices.map { index in
            var line = medicines[index].line(rp: index + 1, times: times)
            if hasAmounts {
                line.copaymentYen = shares[index]
                line.savingYen = medicines[index].isBrand ? shares[index] / 2 : nil
            }
            return line
        }
        let cost = medicines.reduce(0) { $0 + $1.yen(times: times) }
        var expenses = [
            row(date, .medicalOutpatient, clinic, 4200 + (isInHouse ? cost : 0), ratio)
        ]
        if !isInHouse { expenses.append(row(date, .dispensing, pharmacy, 2800 + cost, ratio)) }
        return DerivedVisit(
            dispensing: Dispensing(
                date: date,
                source: isInHouse ? .inHouse(clinic) : .pharmacy(pharmacy, prescriber: clinic),
                drugs: lines),
            expenses: expenses)
    }

    private func row(
        _ date: LocalDate, _ kind: ExpenseKind, _ place: Institution, _ yen: Int,
        _ ratio: ContributionRatio
    ) -> ExpenseRow {
        // Claims are made in points of ten yen.
        let total = (yen + 9) / 10 * 10
        let patient = total * ratio.percent / 100
        return ExpenseRow(
            month: date.yearMonth, kind: kind, count: 1, institution: place,
            insurer: insurer(on: date).name,
            amounts: ExpenseAmounts(
                totalYen: total, insurerYen: total - patient, publicYen: 0,
                patientYen: patient))
    }
}
