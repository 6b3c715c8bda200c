import Records

extension DerivedLife {
    /// What the person is entitled to on a date: from 75 on the late-stage elderly's care, below it
    /// the household's employer's insurance as long as its head is below 65, else the municipal one.
    func qualification(on date: LocalDate) -> Qualification {
        Qualification(validity: .valid, entitlements: [entitlement(on: date)])
    }

    private func entitlement(on date: LocalDate) -> Entitlement {
        let age = identity.age(on: date)
        let insurer = insurer(on: date)
        var entitlement = Entitlement(
            holder: identity, classification: .general, insurerNumber: insurer.number)
        entitlement.insurerName = insurer.name
        entitlement.number = "0" + sevenDigits(number)
        if age >= 75 {
            entitlement.contributionRatio = elderlyRatio
            return entitlement
        }
        entitlement.symbol = "模-\(household % 1000)"
        entitlement.branch = "0\(slot)"
        entitlement.family = slot == 0 || insurer.isMunicipal ? .insured : .family
        entitlement.insuredName = head.name
        entitlement.preschool = age < 6 ? .preschool : nil
        if age >= 70 {
            entitlement.elderlyRecipient = ElderlyRecipientCertificate(
                ratio: elderlyRatio == .thirtyPercent ? .thirtyPercent : .twentyPercent)
        }
        return entitlement
    }

    /// What part the person pays on a date.
    func ratio(on date: LocalDate) -> ContributionRatio {
        entitlement(on: date).ratio(on: date) ?? .thirtyPercent
    }

    /// The insurer of a date.
    func insurer(on date: LocalDate) -> (number: String, name: String, isMunicipal: Bool) {
        if identity.age(on: date) >= 75 {
            return (withCheckDigit("3999001"), "架空後期高齢者医療広域連合(模擬)", false)
        }
        var dice = householdDice("insurer")
        let isEmployed = dice.chance(70)
        guard isEmployed, head.age(on: date) < 65 else {
            return (withCheckDigit("99001"), "架空市国民健康保険(模擬)", true)
        }
        let (number, name) = dice.pick(employers)
        return (withCheckDigit(number), name, false)
    }

    private var elderlyRatio: ContributionRatio {
        var dice = householdDice("income")
        let place = dice.pick(0...99)
        return place < 70 ? .tenPercent : place < 90 ? .twentyPercent : .thirtyPercent
    }
}

/// Digits with the check digit that belongs to them.
func withCheckDigit(_ digits: String) -> String {
    digits + (CheckDigit.digit(after: digits).map(String.init) ?? "")
}

private let employers = [
    ("0199001", "架空健康保険協会 模擬支部"), ("0699001", "架空健康保険組合(模擬)"),
    ("0699002", "模擬工業健康保険組合(模擬)"), ("3199001", "架空国家公務員共済組合(模擬)"),
    ("3299001", "架空地方公務員共済組合(模擬)"), ("3499001", "架空公立学校共済組合(模擬)"),
]
