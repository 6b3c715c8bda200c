package import JSON

/// What entries of the journal must be like: each field that is named must be equal.
package struct JournalFilter: Hashable, Sendable {
    /// The fields by which entries can be searched, by their names in an entry.
    package static let keys = [
        "route", "institution", "terminal", "person", "patient", "statementDigest", "way", "item",
        "problem", "fault", "mode", "requestID", "status",
    ]

    private var wanted: [String: JSONValue]

    /// Entries with these values.
    package init(_ wanted: [String: JSONValue] = [:]) { self.wanted = wanted }

    /// Reads the texts of a query.
    package init(query: [String: String]) {
        wanted = [:]
        for key in Self.keys {
            guard let text = query[key] else { continue }
            wanted[key] =
                key == "status"
                ? Int64(text).map(JSONValue.integer) ?? .null : .string(text)
        }
    }

    /// Whether an entry is like that.
    package func matches(_ entry: JournalEntry) -> Bool {
        guard !wanted.isEmpty else { return true }
        let fields = entry.json
        return wanted.allSatisfy { fields[$0.key] == $0.value }
    }

    /// The shape of a filter in JSON.
    static let schema = Schema.object(
        keys.map {
            .optional($0, $0 == "status" ? .integer(0...999) : .text(.words, 1...64))
        })

    /// The same as parameters of a query.
    static let parameters = keys.map {
        Operation.Parameter.query(
            $0, $0 == "status" ? .integer(0...999) : .text(.words, 1...64),
            "only entries with this \($0)")
    }
}

/// Something that must hold of the journal.
package struct JournalAssertion: Hashable, Sendable {
    /// The most assertions in one request.
    package static let maximumCount = 100
    /// Which entries are counted.
    package var filter: JournalFilter
    /// The least that there must be.
    package var atLeast: Int
    /// The most.
    package var atMost: Int?

    /// Reads an assertion: `count`, or `atLeast` and `atMost`.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        filter = JournalFilter(fields.take("where")?.objectValue ?? [:])
        let exact = try fields.optionalInteger("count")
        let (least, most) = (
            try fields.optionalInteger("atLeast"), try fields.optionalInteger("atMost")
        )
        (atLeast, atMost) = (exact ?? least ?? 0, exact ?? most)
        try fields.finish()
    }

    /// Whether it holds, and how many entries were counted.
    package func judged(over entries: [JournalEntry]) -> JSONValue {
        let count = entries.count { filter.matches($0) }
        let holds = count >= atLeast && count <= atMost ?? Int.max
        return ["holds": .bool(holds), "counted": JSONValue(count)]
    }

    /// The shape of an assertion.
    static let schema = Schema.object([
        .optional("where", JournalFilter.schema),
        .optional("count", .integer(0...Int(Int32.max)), "exactly so many; alone"),
        .optional("atLeast", .integer(0...Int(Int32.max))),
        .optional("atMost", .integer(0...Int(Int32.max))),
    ])
}
