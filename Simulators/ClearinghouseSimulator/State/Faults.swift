package import JSON

/// A fault on order: what goes wrong with the next requests.
package struct Fault: Hashable, Sendable {
    /// What goes wrong.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// 503 with a problem.
        case down
        /// The right answer, late.
        case slow
        /// 200 with octets that are no JSON.
        case garbage
        /// The right answer cut in the middle.
        case truncated
        /// An answer that echoes another statement.
        case wrongStatement = "wrong-statement"
        /// An answer about another patient.
        case wrongPatient = "wrong-patient"
        /// An answer whose grant names another patient.
        case wrongGrant = "wrong-grant"
        /// An answer whose receipt does not verify.
        case wrongSignature = "wrong-signature"
    }

    /// What goes wrong.
    package var kind: Kind
    /// For how many requests.
    package var count: Int
    /// Only requests whose path begins so; all where it is empty.
    package var path: String
    /// How late a slow answer is.
    package var milliseconds: Int

    /// A fault.
    package init(_ kind: Kind, count: Int = 1, path: String = "", milliseconds: Int = 3000) {
        (self.kind, self.count) = (kind, count)
        (self.path, self.milliseconds) = (path, milliseconds)
    }

    /// The most faults on order at once.
    package static let maximumCount = 100

    /// The fault as the administration port shows it.
    package var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "count": JSONValue(count), "path": .string(path),
            "milliseconds": JSONValue(milliseconds),
        ]
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
        try fields.finish()
    }
}

/// The faults on order, taken in the order they came in.
package struct FaultOrders: Sendable {
    /// What is still on order.
    package private(set) var orders: [Fault] = []

    /// Nothing on order.
    package init() {}

    /// Orders faults in place of what was on order.
    package mutating func replace(with faults: [Fault]) { orders = faults }

    /// The fault for a request, if one is on order; one less is then.
    package mutating func next(path: String) -> Fault? {
        guard let index = orders.firstIndex(where: { path.hasPrefix($0.path) }) else { return nil }
        let fault = orders[index]
        orders[index].count -= 1
        if orders[index].count == 0 { orders.remove(at: index) }
        return fault
    }
}
