package import JSON

/// A fault on order: what goes wrong with which requests.
package struct Fault: Hashable, Sendable {
    /// What goes wrong, at three levels: what is said, HTTP, the line.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A problem of the domain in place of the answer.
        case problem
        /// A code of a public table put into the qualification.
        case code
        /// An answer that echoes another statement.
        case wrongStatement = "wrong-statement"
        /// An answer about another patient.
        case wrongPatient = "wrong-patient"
        /// An answer whose grant names another patient.
        case wrongGrant = "wrong-grant"
        /// An answer whose receipt does not verify.
        case wrongSignature = "wrong-signature"
        /// The answers to two requests that are open at the same time, swapped.
        case swap
        /// 503 with a problem.
        case down
        /// A status, with a body that is no problem.
        case status
        /// The right answer, late.
        case slow
        /// 200 with octets that are no JSON.
        case garbage
        /// The right answer cut in the middle, with a length that fits.
        case truncated
        /// A length that does not fit the body.
        case wrongLength = "wrong-length"
        /// The connection reset.
        case reset
        /// Half of the answer, then the end of the line without a goodbye.
        case halfClose = "half-close"
        /// Half of the answer, then silence.
        case stall
        /// The answer, a few octets at a time.
        case dribble
        /// A fatal TLS alert.
        case tlsAlert = "tls-alert"
    }

    /// What goes wrong.
    package var kind: Kind
    /// For how many requests.
    package var count: Int
    /// Only requests whose path begins so; all where it is empty.
    package var path: String
    /// How late, how silent or how slow; for a swap, how long the first answer waits.
    package var milliseconds: Int
    /// Only requests of this method.
    package var method: String?
    /// Only requests about this person.
    package var person: String?
    /// From the n-th matching request on.
    package var nth = 1
    /// By chance: of so many in a thousand.
    package var perMille = 1000
    /// The status of the kind `status`.
    package var status = 500
    /// The problem of the kind `problem`.
    package var problem: ProblemKind?
    /// The table and the code of the kind `code`.
    package var code: Behaviour.Code?
    /// By how many octets the length of the kind `wrong-length` differs.
    package var octets = 1
    /// Which order it is, so that two swapped answers find each other.
    package var serial = 0

    /// A fault.
    package init(_ kind: Kind, count: Int = 1, path: String = "", milliseconds: Int = 3000) {
        (self.kind, self.count) = (kind, count)
        (self.path, self.milliseconds) = (path, milliseconds)
    }

    /// The most faults on order at once.
    package static let maximumCount = 100

    /// The fault as the administration port shows it.
    package var json: JSONValue {
        .object(present: [
            ("kind", .string(kind.rawValue)), ("count", JSONValue(count)),
            ("path", .string(path)), ("milliseconds", JSONValue(milliseconds)),
            ("method", method.map(JSONValue.string)), ("person", person.map(JSONValue.string)),
            ("nth", nth == 1 ? nil : JSONValue(nth)),
            ("perMille", perMille == 1000 ? nil : JSONValue(perMille)),
            ("status", status == 500 ? nil : JSONValue(status)),
            ("problem", problem.map { .string($0.rawValue) }),
            ("table", code.map { .string($0.table) }), ("code", code.map { .string($0.value) }),
            ("octets", octets == 1 ? nil : JSONValue(octets)),
        ])
    }

    /// Reads an order.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        kind = try fields.require(
            "kind", "must be one of " + Kind.allCases.map(\.rawValue).joined(separator: ", ")
        ) { $0.stringValue.flatMap(Kind.init) }
        count = try fields.optionalInteger("count", in: 1...1_000_000) ?? 1
        self.path = try fields.optionalString("path", maximum: 200) ?? ""
        milliseconds = try fields.optionalInteger("milliseconds", in: 0...600_000) ?? 3000
        method = try fields.optionalString("method", maximum: 10)
        person = try fields.optionalString("person", maximum: 64)
        nth = try fields.optionalInteger("nth", in: 1...1_000_000) ?? 1
        perMille = try fields.optionalInteger("perMille", in: 1...1000) ?? 1000
        status = try fields.optionalInteger("status", in: 400...599) ?? 500
        problem = try fields.optional("problem", "must be a known problem") {
            $0.stringValue.flatMap(ProblemKind.init)
        }
        octets = try fields.optionalInteger("octets", in: -65_536...65_536) ?? 1
        let table = try fields.optionalString("table", maximum: 8)
        let code = try fields.optionalString("code", maximum: 8)
        if let table, let code { self.code = Behaviour.Code(table: table, value: code) }
        try fields.finish()
        guard kind != .problem || problem != nil else {
            throw .unexpected(path: "\(path).problem", reason: "is missing")
        }
        guard kind != .code || self.code != nil else {
            throw .unexpected(
                path: "\(path).code", reason: "must be a table and one of its codes")
        }
    }
}

/// The faults on order. The first that matches a request is taken; one that waits for its n-th
/// request, or whose chance says no, lets the next one be looked at.
package struct FaultOrders: Sendable {
    /// What is still on order.
    package private(set) var orders: [Fault] = []
    private var seen: [Int: Int] = [:]
    private var nextSerial = 1

    /// Nothing on order.
    package init() {}

    /// Whether an order asks for a person.
    package var nameAPerson: Bool { orders.contains { $0.person != nil } }

    /// Orders faults in place of what was on order.
    package mutating func replace(with faults: [Fault]) {
        (orders, seen) = (faults, [:])
        for index in orders.indices {
            orders[index].serial = nextSerial
            nextSerial += 1
        }
    }

    /// The fault for a request, if one is on order; one less is then.
    package mutating func next(
        method: String = "", path: String, person: String? = nil, chance: Chance = Chance()
    ) -> Fault? {
        for (index, order) in orders.enumerated() {
            guard path.hasPrefix(order.path), order.method == nil || order.method == method,
                order.person == nil || order.person == person
            else { continue }
            let number = seen[order.serial, default: 0] + 1
            seen[order.serial] = number
            guard number >= order.nth,
                order.perMille == 1000
                    || chance.share(of: "fault", index, number) * 1000 < Double(order.perMille)
            else { continue }
            orders[index].count -= 1
            if orders[index].count == 0 { orders.remove(at: index) }
            return order
        }
        return nil
    }
}
