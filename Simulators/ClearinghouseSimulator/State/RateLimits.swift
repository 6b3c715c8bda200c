package import JSON
import Records

/// How much may be asked in a minute; nothing is limited unless the administration port says so.
package struct RateLimits: Sendable {
    /// The most that is counted at once; beyond it the counts start anew.
    static let maximumCount = 100_000
    /// Requests of one institution (or of the portal) in a minute.
    package var perInstitution: Int?
    /// Requests about one person in a minute.
    package var perPerson: Int?
    private var minute: Int64 = 0
    private var counts: [String: Int] = [:]

    /// No limits.
    package init(perInstitution: Int? = nil, perPerson: Int? = nil) {
        (self.perInstitution, self.perPerson) = (perInstitution, perPerson)
    }

    /// Counts a request; refused when its minute is full.
    mutating func count(
        client: String, person: String?, at now: Instant
    ) throws(Refusal) {
        guard perInstitution != nil || perPerson != nil else { return }
        let minute = now.milliseconds / 60_000
        if minute != self.minute || counts.count > Self.maximumCount {
            (self.minute, counts) = (minute, [:])
        }
        try take("c \(client)", perInstitution)
        if let person { try take("p \(person)", perPerson) }
    }

    private mutating func take(_ key: String, _ limit: Int?) throws(Refusal) {
        guard let limit else { return }
        counts[key, default: 0] += 1
        guard counts[key, default: 0] <= limit else { throw Refusal(.tooManyRequests) }
    }

    /// The limits as the administration port shows them.
    package var json: JSONValue {
        [
            "perInstitution": perInstitution.map { JSONValue($0) } ?? .null,
            "perPerson": perPerson.map { JSONValue($0) } ?? .null,
        ]
    }

    /// Reads an order.
    package init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        perInstitution = try fields.optionalInteger("perInstitution", in: 1...1_000_000)
        perPerson = try fields.optionalInteger("perPerson", in: 1...1_000_000)
        try fields.finish()
    }

    /// The shape of an order.
    static let schema = Schema.object([
        .optional("perInstitution", .nullable(.integer(1...1_000_000)), "in a minute"),
        .optional("perPerson", .nullable(.integer(1...1_000_000)), "in a minute"),
    ])
}
