package import Octets
package import Records

/// Answers kept for clients that ask the same again: after a lost line the same bytes get the
/// answer that was made then, and no second decision.
///
/// An answer is kept while its nonce could still be in use, or until `maximumOctets` are held,
/// the oldest leaving first.
package struct AnswerStore: Sendable {
    /// How long an answer is kept.
    package static let lifetimeSeconds = NonceStore.lifetimeSeconds
    /// The most octets of answers that are held.
    package static let maximumOctets = 64 << 20

    /// What makes two requests the same.
    package struct Key: Hashable, Sendable {
        /// The client's certificate.
        package var client: SHA256Digest
        /// The route.
        package var route: String
        /// SHA-256 of the body.
        package var body: SHA256Digest

        /// A key.
        package init(client: SHA256Digest, route: String, body: SHA256Digest) {
            (self.client, self.route, self.body) = (client, route, body)
        }
    }

    /// An answer as it went out.
    package struct Answer: Hashable, Sendable {
        /// The status.
        package var status: Int
        /// The body.
        package var body: [UInt8]

        /// An answer.
        package init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }
    }

    private let maximumOctets: Int
    private var answers: [Key: Answer] = [:]
    private var oldest = Backlog<(key: Key, until: Instant)>()
    private var octetCount = 0

    /// An empty store.
    package init(maximumOctets: Int = AnswerStore.maximumOctets) {
        self.maximumOctets = maximumOctets
    }

    /// The answer that a request got before.
    package func answer(to key: Key) -> Answer? { answers[key] }

    /// Keeps an answer; the first one stays if there are two.
    package mutating func keep(_ answer: Answer, to key: Key, at now: Instant) {
        forget(at: now)
        guard answers[key] == nil, answer.body.count <= maximumOctets else { return }
        answers[key] = answer
        octetCount += answer.body.count
        oldest.append((key, now.adding(seconds: Self.lifetimeSeconds)))
        while octetCount > maximumOctets { dropOldest() }
    }

    private mutating func forget(at now: Instant) {
        while let first = oldest.first, first.until <= now { dropOldest() }
    }

    private mutating func dropOldest() {
        guard let first = oldest.first else { return }
        octetCount -= answers.removeValue(forKey: first.key)?.body.count ?? 0
        oldest.removeFirst()
    }
}
