import JSON
package import Records

/// Ids of people that name a behaviour, so that every problem and every code can be met without
/// arranging anything: bind a card to one, or ask for insurance details with the symbol `behaves`
/// and the rest of the id as the number.
///
/// | id | what happens |
/// |---|---|
/// | `behaves-plain` | somebody without records, with a valid qualification |
/// | `behaves-problem-<problem>` | every request about the person gets this problem |
/// | `behaves-fault-<kind>` | every answer about the person is spoiled so |
/// | `behaves-oqscd012-b05` | the qualification carries this code of this table |
/// | `behaves-unregistered` | the card is not registered for insurance use yet |
package enum Behaviour: Hashable, Sendable {
    case plain
    case problem(ProblemKind)
    case fault(Fault.Kind)
    case code(Code)
    case unregistered

    /// What every id begins with.
    package static let prefix = "behaves-"
    /// The symbol (記号) of insurance details that name a behaviour.
    package static let symbol = "behaves"

    /// A code of a public table.
    package struct Code: Hashable, Sendable {
        /// The table, `OQSCD006`.
        package var table: String
        /// The code.
        package var value: String

        /// A code that answers can carry; nothing for others.
        package init?(table: String, value: String) {
            guard Behaviour.tables[table.uppercased()]?.contains(value.uppercased()) == true else {
                return nil
            }
            (self.table, self.value) = (table.uppercased(), value.uppercased())
        }
    }

    /// The behaviour that an id names.
    package init?(_ id: String) {
        guard id.hasPrefix(Self.prefix) else { return nil }
        let words = id.dropFirst(Self.prefix.count)
        let parts = words.split(separator: "-", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("plain", 1): self = .plain
        case ("unregistered", 1): self = .unregistered
        case ("problem", 2):
            guard let kind = ProblemKind(rawValue: parts[1]) else { return nil }
            self = .problem(kind)
        case ("fault", 2):
            guard let kind = Fault.Kind(rawValue: parts[1]), kind != .problem, kind != .code
            else { return nil }
            self = .fault(kind)
        case (let table?, 2):
            guard let code = Code(table: table, value: parts[1]) else { return nil }
            self = .code(code)
        default: return nil
        }
    }

    /// The id that names it.
    package var id: String {
        switch self {
        case .plain: "\(Self.prefix)plain"
        case .problem(let kind): "\(Self.prefix)problem-\(kind.rawValue)"
        case .fault(let kind): "\(Self.prefix)fault-\(kind.rawValue)"
        case .code(let code):
            "\(Self.prefix)\(code.table.lowercased())-\(code.value.lowercased())"
        case .unregistered: "\(Self.prefix)unregistered"
        }
    }

    /// Every behaviour there is.
    package static var all: [Behaviour] {
        [.plain, .unregistered]
            + ProblemKind.allCases.map(Behaviour.problem)
            + Fault.Kind.allCases.filter { $0 != .problem && $0 != .code }.map(Behaviour.fault)
            + tables.sorted { $0.key < $1.key }.flatMap { table, codes in
                codes.compactMap { Code(table: table, value: $0).map(Behaviour.code) }
            }
    }

    /// The fault of every request about the person.
    package var fault: Fault? {
        switch self {
        case .problem(let kind):
            var fault = Fault(.problem)
            fault.problem = kind
            return fault
        case .fault(let kind): return Fault(kind)
        case .plain, .code, .unregistered: return nil
        }
    }

    /// The person who behaves so, on a date.
    package func person(on date: LocalDate) -> Person? {
        let identity: JSONValue = [
            "name": "模擬 ふるまい", "kana": "モギ フルマイ", "sex": "3", "birthDate": "1980-01-01",
        ]
        let entitlement: JSONValue = [
            "holder": identity, "classification": "01", "insurerNumber": "06139992",
            "insurerName": "架空健康保険組合(模擬)", "symbol": .string(Self.symbol),
            "number": .string(String(id.dropFirst(Self.prefix.count))),
        ]
        guard let holder = try? PersonIdentity(identity, at: "$"),
            var qualification = try? Qualification(
                ["validity": "1", "entitlements": [entitlement]], at: "$")
        else { return nil }
        if case .code(let code) = self { code.apply(to: &qualification) }
        return Person(id: id, identity: holder, qualification: qualification)
    }
}
