package import Records

/// How the person of an answer stands to the person of the card that it was asked with (照合).
package enum IdentityStanding: String, Hashable, Sendable, CaseIterable {
    /// Name, birth date and sex are the card's.
    case agrees
    /// They are as far as can be told: a character of the name is unknown (●).
    case agreesWithUnknown
    /// Nothing of the card was read to compare with: staff confirm name and birth date.
    case unchecked
    /// The name or the sex differs: staff decide before a record is opened.
    case undecided
    /// Staff compared, and say that they are one.
    case confirmed

    /// The standing that a comparison leads to; nothing where it leads to no check-in at all.
    package init?(_ comparison: IdentityComparison?) {
        switch comparison {
        case .agrees: self = .agrees
        case .agreesWithUnknown: self = .agreesWithUnknown
        case .staffDecide: self = .undecided
        case .stop: return nil
        case nil: self = .unchecked
        }
    }
}

extension Acceptance {
    /// Compares everybody whom the answer names with the card; the worst that is found counts.
    /// Nothing where one of the two sides is not known.
    func comparison(with look: CardLook) -> IdentityComparison? {
        guard case .seen(let card) = look else { return nil }
        let order = IdentityComparison.allCases
        return qualification.entitlements
            .map { IdentityComparison(card.identity, with: $0.holder) }
            .max { order.firstIndex(of: $0) ?? 0 < order.firstIndex(of: $1) ?? 0 }
    }
}

extension AskResult {
    /// What came of a question once it was compared with the card.
    func crossChecked(with look: CardLook) -> AskResult {
        guard case .answer(let acceptance) = self, acceptance.comparison(with: look) == .stop
        else { return self }
        return .otherPerson(acceptance)
    }
}

extension Accepted {
    /// How the person of the answer stands to the person of the card.
    package var identity: IdentityStanding {
        IdentityStanding(acceptance.comparison(with: asking.proved.answers.look)) ?? .undecided
    }
}
