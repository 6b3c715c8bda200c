/// What stands on a card about its holder, as far as it is compared with an answer.
package struct PrintedIdentity: Hashable, Sendable, PersonalData {
    /// The name (氏名).
    package var name: String
    /// The birth date (生年月日).
    package var birthDate: LocalDate
    /// The sex (性別).
    package var sex: Sex

    /// What is printed.
    package init(name: String, birthDate: LocalDate, sex: Sex) {
        (self.name, self.birthDate, self.sex) = (name, birthDate, sex)
    }
}

/// How the person of an answer compares with the person of the card: a wrong link shows somebody
/// else's medicines.
package enum IdentityComparison: String, Hashable, Sendable, CaseIterable {
    /// Name, birth date and sex agree, differences of writing aside.
    case agrees
    /// They agree as far as can be told: a character of the name is unknown (●).
    case agreesWithUnknown
    /// The name or the sex differs: staff decide, and that is recorded.
    case staffDecide
    /// The birth date differs: nobody's records are shown.
    case stop

    /// Compares a card with an answer: the name may also be the registered alias.
    package init(_ card: PrintedIdentity, with answer: PersonIdentity) {
        guard card.birthDate == answer.birthDate else {
            self = .stop
            return
        }
        let printed = NameForm(card.name)
        let found = [answer.name, answer.alias].compactMap(\.self).map(NameForm.init)
            .first { printed.matches($0) }
        guard let found, card.sex.agrees(with: answer.sex) else {
            self = .staffDecide
            return
        }
        self = printed.hasUnknown || found.hasUnknown ? .agreesWithUnknown : .agrees
    }
}

extension Sex {
    /// Only two stated, different values disagree.
    fileprivate func agrees(with other: Sex) -> Bool {
        let stated: Set<Sex> = [.male, .female]
        return self == other || !stated.contains(self) || !stated.contains(other)
    }
}
