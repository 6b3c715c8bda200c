package import JSON
package import Records

/// What is typed in from a certificate (被保険者証等の情報).
package struct InsuranceDetails: Hashable, Sendable, PersonalData {
    /// The insurer's number (保険者番号).
    package var insurerNumber: String
    /// The symbol (記号).
    package var symbol: String?
    /// The number (番号).
    package var number: String
    /// The branch (枝番).
    package var branch: String?
    /// The birth date (生年月日).
    package var birthDate: LocalDate

    /// Reads details.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        insurerNumber = try fields.string("insurerNumber", maximum: 8)
        symbol = try fields.optionalString("symbol", maximum: 400)
        number = try fields.string("number", maximum: 400)
        branch = try fields.optionalString("branch", maximum: 2)
        birthDate = try fields.require("birthDate", "must be a date as 2026-11-22") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        try fields.finish()
        guard insurerNumber.utf8.count != 7 else {
            throw .unexpected(path: "\(path).insurerNumber", reason: "must have 6 or 8 digits")
        }
        // Six digits, as some programs pad them.
        if insurerNumber.utf8.count == 8, insurerNumber.hasPrefix("00") {
            insurerNumber.removeFirst(2)
        }
    }

    /// Numbers typed in must hold their check digit; numbers of behaviours need not.
    func checkDigits() throws(Refusal) {
        guard behaviour == nil, !CheckDigit.isRight(in: insurerNumber) else { return }
        throw Refusal(.numberCheckDigit, "insurerNumber")
    }

    /// The behaviour that the details name.
    package var behaviour: Behaviour? {
        symbol == Behaviour.symbol ? Behaviour(Behaviour.prefix + number) : nil
    }

    /// Whether an entitlement is the one on the certificate. Without a branch twins are both.
    func matches(_ entitlement: Entitlement) -> Bool {
        entitlement.insurerNumber == insurerNumber && entitlement.number == number
            && entitlement.symbol == symbol && entitlement.holder.birthDate == birthDate
            && (branch == nil || entitlement.branch == branch)
    }
}

/// Name, birth date, sex and address, as staff note them when nothing else works.
package struct FourItems: Hashable, Sendable, PersonalData {
    /// The name, or its kana, as staff wrote it.
    package var name: String
    /// The birth date.
    package var birthDate: LocalDate
    /// The sex; one that is not set matches every one.
    package var sex: Sex
    /// The address, or its beginning.
    package var address: String?

    /// Reads four items.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.string("name", maximum: 2400)
        birthDate = try fields.require("birthDate", "must be a date as 2026-11-22") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        sex = try fields.require("sex", "must be 1, 2 or 3") {
            $0.stringValue.flatMap(Sex.init)
        }
        address = try fields.optionalString("address", maximum: 2400).map(withoutSpaces)
        try fields.finish()
    }

    func matches(_ identity: PersonIdentity) -> Bool {
        guard identity.birthDate == birthDate, identity.isCalled(name),
            sex == .unset || identity.sex == .unset || identity.sex == sex
        else { return false }
        guard let address, let theirs = identity.address else { return true }
        return withoutSpaces(theirs).hasPrefix(address)
    }
}

private func withoutSpaces(_ text: String) -> String {
    text.filter { $0 != " " && $0 != "\u{3000}" }
}

/// Who was found by details.
struct Found: Sendable {
    /// The person, where it is exactly one.
    var person: String?
    /// What is answered.
    var qualification: Qualification
    /// Whether several registrations were one person's.
    var isSameIndividual = false
}

extension House {
    /// Everybody who is looked through when there is no card: the people of files, and the derived
    /// person whose number it is. (By name nobody derived is found: that would derive them all.)
    private func everybody(withNumber number: String? = nil, at now: Instant) -> [Person] {
        (number.map { population.ids(withNumber: $0) } ?? population.ids)
            .compactMap { try? person($0, at: now) }
    }

    /// The qualification on a certificate: none (該当資格なし), one, several (複数該当), or one
    /// that ended while a newer one holds.
    func found(by details: InsuranceDetails, at now: Instant) throws(Refusal) -> Found {
        if let behaviour = details.behaviour {
            return Found(
                person: behaviour.id,
                qualification: try person(behaviour.id, at: now).qualification,
                isSameIndividual: behaviour == Behaviour("behaves-oqscd027-1"))
        }
        let hits = everybody(withNumber: details.number, at: now).filter { person in
            person.qualification.entitlements.contains(where: details.matches)
        }
        guard let person = hits.first, hits.count == 1 else {
            return Found(
                qualification: Qualification(
                    validity: hits.isEmpty ? .notFound : .severalFound, entitlements: []))
        }
        let matching = person.qualification.entitlements.filter(details.matches)
        var qualification = person.qualification
        if person.qualification.entitlements.count > 1, let asked = matching.first {
            let date = businessDate(at: now)
            qualification.entitlements = [asked]
            qualification.validity = validity(of: asked, among: person, on: date)
        }
        return Found(
            person: person.id, qualification: qualification, isSameIndividual: matching.count > 1)
    }

    private func validity(
        of asked: Entitlement, among person: Person, on date: LocalDate
    ) -> QualificationValidity {
        func hasEnded(_ entitlement: Entitlement) -> Bool {
            entitlement.disqualifiedOn.map { $0 <= date } ?? false
        }
        guard hasEnded(asked) else { return person.qualification.validity }
        return person.qualification.entitlements.contains { !hasEnded($0) }
            ? .invalidWithNewer : .invalid
    }

    /// Who has these name, birth date, sex and address.
    func found(by items: FourItems, at now: Instant) -> Found {
        let hits = everybody(at: now).filter { person in
            ([person.identity] + person.qualification.entitlements.map(\.holder))
                .contains(where: items.matches)
        }
        guard let person = hits.first, hits.count == 1 else {
            return Found(
                qualification: Qualification(
                    validity: hits.isEmpty ? .notFound : .severalFound, entitlements: []))
        }
        return Found(person: person.id, qualification: person.qualification)
    }
}
