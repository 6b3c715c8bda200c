package import JSON
internal import Records

extension FailureCount {
    /// The count as it is kept, sealed, over a restart.
    package var json: JSONValue {
        .object(present: [
            ("version", 1), ("failures", JSONValue(failures)),
            ("cards", .object(cards.mapValues { JSONValue($0) })),
            ("last", last.map { .string($0.rfc3339) }),
        ])
    }

    /// Reads a count back.
    package init(json: JSONValue) throws(JSONError) {
        var fields = try JSONFields(json)
        _ = try fields.integer("version", in: 1...1)
        let counted = try fields.require("cards", "must name at most \(Self.mostCards) cards") {
            $0.objectValue.flatMap { $0.count <= Self.mostCards ? $0 : nil }
        }
        var cards: [String: Int] = [:]
        for (name, value) in counted {
            guard let count = value.integerValue, count >= 0, count < 1 << 32 else {
                throw .unexpected(path: "$.cards.\(name)", reason: "must be a number of failures")
            }
            cards[name] = Int(count)
        }
        self.init(
            failures: try fields.integer("failures", in: 0...1 << 32), cards: cards,
            last: try fields.optional("last", "must be an instant", readInstant))
        try fields.finish()
    }
}
