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
        entitlement.family = slot == 0 || insurer == .municipal ? .insured : .family
        entitlement.insuredName = head.name
        entitlement.preschool = identity.isBelowSchoolAge(on: date) ? .preschool : nil
        if age >= 70 {
            entitlement.elderlyRecipient = ElderlyRecipientCertificate(ratio: recipientRatio)
        }
        return entitlement
    }

    /// What part the person pays on a date.
    func ratio(on date: LocalDate) -> ContributionRatio {
        switch identity.age(on: date) {
        case ..<70: identity.isBelowSchoolAge(on: date) ? .twentyPercent : .thirtyPercent
        case ..<75: recipientRatio
        default: elderlyRatio
        }
    }

    /// The insurer of a date.
    func insurer(on date: LocalDate) -> DerivedInsurer {
        if identity.age(on: date) >= 75 { return .elderly }
        guard let employer, head.age(on: date) < 65 else { return .municipal }
        return employer
    }

    private var recipientRatio: ContributionRatio {
        elderlyRatio == .thirtyPercent ? .thirtyPercent : .twentyPercent
    }
}

/// An insurer of derived people, in prefecture 99, which does not exist.
struct DerivedInsurer: Hashable, Sendable {
    let number: String
    let name: String

    init(_ digits: String, _ name: String) {
        (number, self.name) = (withCheckDigit(digits), name)
    }

    static let elderly = DerivedInsurer("3999001", "架空後期高齢者医療広域連合(模擬)")
    static let municipal = DerivedInsurer("99001", "架空市国民健康保険(模擬)")
    static let employers = [
        DerivedInsurer("0199001", "架空健康保険協会 模擬支部"),
        DerivedInsurer("0699001", "架空健康保険組合(模擬)"),
        DerivedInsurer("0699002", "模擬工業健康保険組合(模擬)"),
        DerivedInsurer("3199001", "架空国家公務員共済組合(模擬)"),
        DerivedInsurer("3299001", "架空地方公務員共済組合(模擬)"),
        DerivedInsurer("3499001", "架空公立学校共済組合(模擬)"),
    ]
}

/// Digits with the check digit that belongs to them.
func withCheckDigit(_ digits: String) -> String {
    digits + (CheckDigit.digit(after: digits).map(String.init) ?? "")
}
