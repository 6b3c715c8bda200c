import Records

extension DerivedLife {
    /// The checkups of fiscal 2020 to a date, one in a year in which the person went: from 40 on
    /// the specific one, from 75 on the late-stage elderly's.
    func checkups(until date: LocalDate) -> [Checkup] {
        var dice = dice("checkups")
        let (month, day) = (dice.pick(5...11), dice.pick(1...28))
        let body = DerivedBody(dice: &dice, sex: identity.sex)
        return (2020...max(2020, date.year)).compactMap { year in
            var dice = self.dice("checkup", turn: year)
            guard let when = LocalDate(year: year, month: month, day: day), when <= date else {
                return nil
            }
            let age = identity.age(on: when)
            guard age >= 40, dice.chance(age < 75 ? 55 : 30) else { return nil }
            var checkup = Checkup(
                date: when, programme: age < 75 ? .specific : .elderly,
                facility: Self.place("1", "架空健診センター 第", 990_000 + household % 50),
                results: body.results(year: year, age: age, sex: identity.sex, &dice))
            if age < 75 { checkup.results += assessments(of: checkup, age: age) }
            return checkup
        }
    }

    /// The assessments that the rules give, as somebody reported them.
    private func assessments(of checkup: Checkup, age: Int) -> [CheckupResult] {
        let rules = HealthRules(checkup, sex: identity.sex)
        return [
            result(.metabolicAssessment, rules.metabolicAssessment),
            result(.guidanceLevel, rules.guidanceLevel(age: age)),
        ]
    }
}

/// Measures of a body, which change slowly.
private struct DerivedBody {
    let height: Int
    let weight: Int
    let pressure: Int
    let triglycerides: Int
    let glucose: Int

    /// Heights in millimetres, weights in hundreds of grams.
    init(dice: inout Dice, sex: Sex) {
        height = sex == .male ? dice.pick(1600...1820) : dice.pick(1480...1690)
        weight = height * height / 1000 * dice.pick(185...275) / 1000
        pressure = dice.pick(108...148)
        triglycerides = dice.pick(60...210)
        glucose = dice.pick(82...118)
    }

    func results(year: Int, age: Int, sex: Sex, _ dice: inout Dice) -> [CheckupResult] {
        let weight = weight + dice.pick(-15...15) + (year - 2020) * 2
        let bodyMassIndex = (weight * 10_000_000 / (height * height) + 5) / 10
        let systolic = pressure + dice.pick(-6...6)
        var results = [
            result(.height, tenths(height)), result(.weight, tenths(weight)),
            result(.waist, tenths(weight * 9 / 10 + 250 + dice.pick(-20...20))),
            result(.bodyMassIndex, tenths(bodyMassIndex)),
            result(.systolicPressure, systolic),
            result(.diastolicPressure, systolic * 6 / 10 + dice.pick(0...5)),
            result(.mealInterval, 2),
            result(.fastingTriglycerides, triglycerides + dice.pick(-20...20)),
            result(.hdlCholesterol, dice.pick(38...78)),
            result(.ldlCholesterol, dice.pick(85...165)),
            result(.ast, dice.pick(15...38)), result(.alt, dice.pick(10...45)),
            result(.gammaGT, dice.pick(12...70)),
            result(.fastingGlucose, glucose + dice.pick(-4...4)),
            result(.hba1c, tenths((glucose - 82) / 3 + 50 + dice.pick(0...3))),
            result(.urineSugar, 1), result(.urineProtein, dice.chance(90) ? 1 : 2),
        ]
        results.append(result(.smoking, dice.chance(18) ? "1" : year < 2024 ? "2" : "3"))
        return results
    }

    private func tenths(_ number: Int) -> String { "\(number / 10).\(number % 10)" }
}

private func result(_ item: CheckupItem, _ value: Int) -> CheckupResult {
    result(item, String(value))
}

private func result(_ item: CheckupItem, _ value: String) -> CheckupResult {
    CheckupResult(code: item.definition.codes[0], value: value)
}
