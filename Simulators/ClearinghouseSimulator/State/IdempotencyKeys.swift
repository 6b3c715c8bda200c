import Cryptography
import Octets
package import Records

/// Keys that clients name so that a request is done once (`Idempotency-Key`): within a client and
/// a route, a key stands for one body.
package struct IdempotencyKeys: Sendable {
    /// The field.
    package static let field = "Idempotency-Key"
    /// What a key looks like.
    package static let schema = Schema.text(.token, 1...64)
    /// The field as a parameter.
    static let parameter = Operation.Parameter.header(
        field, schema, "the same key, route and body get the stored answer for five minutes",
        isRequired: false)
    /// The most keys that are held.
    package static let maximumCount = 100_000

    private struct Scope: Hashable, Sendable {
        var client: SHA256Digest
        var route: String
        var key: String
    }

    private var bodies: [Scope: SHA256Digest] = [:]
    private var oldest = Backlog<(scope: Scope, until: Instant)>()

    /// No keys.
    package init() {}

    /// Takes a key for a body; refused if it stands for another body already.
    package mutating func claim(
        _ key: String, _ request: AnswerStore.Key, at now: Instant
    ) throws(Refusal) {
        while let first = oldest.first, first.until <= now || bodies.count > Self.maximumCount {
            bodies[first.scope] = nil
            oldest.removeFirst()
        }
        let scope = Scope(client: request.client, route: request.route, key: key)
        guard let body = bodies[scope] else {
            bodies[scope] = request.body
            oldest.append((scope, now.adding(seconds: AnswerStore.lifetimeSeconds)))
            return
        }
        guard body == request.body else { throw Refusal(.idempotencyKeyReused) }
    }
}
