package import JSON

/// Where medicines came from: a pharmacy with a prescription, or the institution itself (院内).
package enum DrugSource: Hashable, Sendable, PersonalData {
    case pharmacy(Institution, prescriber: Institution?)
    case inHouse(Institution)

    /// Who handed the medicines out.
    package var dispenser: Institution {
        switch self {
        case .pharmacy(let pharmacy, _): pharmacy
        case .inHouse(let institution): institution
        }
    }

    /// Who decided on them: the prescriber, or the institution that dispensed itself; nothing
    /// where the pharmacy's claim did not say.
    package var prescriber: Institution? {
        switch self {
        case .pharmacy(_, let prescriber): prescriber
        case .inHouse(let institution): institution
        }
    }

    /// As printed at the head of a day: `薬局A (処方発行医療機関B)`, `C医院 (院内)`.
    package var japanese: String {
        switch self {
        case .pharmacy(let pharmacy, .some(let prescriber)):
            "\(pharmacy.name) (処方発行\(prescriber.name))"
        case .pharmacy(let pharmacy, nil): pharmacy.name
        case .inHouse(let institution): "\(institution.name) (院内)"
        }
    }
}

/// How a claim was made; only what was claimed electronically is published, and nothing that a
/// bundled fee covers (包括).
package enum ClaimRoute: String, CaseIterable, Hashable, Sendable {
    case electronic
    case paper
    case bundled
}

/// The medicines handed out in one place on one day on one prescription (調剤).
package struct Dispensing: Hashable, Sendable, PersonalData {
    /// The day (調剤年月日).
    package var date: LocalDate
    /// The day of the prescription, where it is known (処方年月日).
    package var prescribedOn: LocalDate?
    /// Where they came from.
    package var source: DrugSource
    /// How it was claimed; electronic wherever it was published.
    package var claim: ClaimRoute
    /// The medicines, in the order printed.
    package var drugs: [DrugLine]

    /// A dispensing.
    package init(
        date: LocalDate, source: DrugSource, claim: ClaimRoute = .electronic, drugs: [DrugLine]
    ) {
        (self.date, self.source, self.claim, self.drugs) = (date, source, claim, drugs)
    }
}

extension Dispensing: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        date = try fields.date("date")
        prescribedOn = try fields.optionalDate("prescribedOn")
        source = try Dispensing.source(&fields)
        claim = try fields.optionalCode("claim") ?? .electronic
        drugs = try fields.records("drugs", maximum: 1000)
        try fields.finish()
        guard !drugs.isEmpty else {
            throw .unexpected(path: "\(path).drugs", reason: "must hold at least one medicine")
        }
    }

    private static func source(_ fields: inout JSONFields) throws(JSONError) -> DrugSource {
        let pharmacy = try fields.optionalRecord("pharmacy", as: Institution.self)
        let prescriber = try fields.optionalRecord("prescriber", as: Institution.self)
        let inHouse = try fields.optionalRecord("inHouse", as: Institution.self)
        switch (pharmacy, prescriber, inHouse) {
        case (.some(let pharmacy), _, nil): return .pharmacy(pharmacy, prescriber: prescriber)
        case (nil, nil, .some(let institution)): return .inHouse(institution)
        default:
            throw .unexpected(
                path: fields.path, reason: "must name either a pharmacy or inHouse, not both")
        }
    }

    package var json: JSONValue {
        var places: [(String, JSONValue?)]
        switch source {
        case .pharmacy(let pharmacy, let prescriber):
            places = [("pharmacy", pharmacy.json), ("prescriber", prescriber?.json)]
        case .inHouse(let institution): places = [("inHouse", institution.json)]
        }
        places += [
            ("date", JSONValue(date)), ("prescribedOn", prescribedOn.map { JSONValue($0) }),
            ("claim", claim == .electronic ? nil : JSONValue(claim)),
            ("drugs", JSONValue(drugs)),
        ]
        return .object(present: places)
    }
}
