package import Records

/// How often PINs failed on one reader, across cards.
///
/// A card locks itself after three wrong PINs; so three clumsy patients are nine failures, and
/// nobody is held up. Whoever tries many cards meets a pause that doubles, up to a cap, and ends
/// by itself. A right PIN clears the count, an hour without failure does, an administrator may; a
/// visual check never does.
package struct FailureCount: Hashable, Sendable {
    /// When and for how long entry pauses.
    package struct Policy: Hashable, Sendable {
        /// So many failures without a success between them begin a pause.
        package var limit = 10
        /// The first pause, in seconds; each further failure doubles it.
        package var firstPauseSeconds: Int64 = 30
        /// The longest pause, in seconds.
        package var longestPauseSeconds: Int64 = 300
        /// After so many seconds without failure the count begins anew.
        package var memorySeconds: Int64 = 3600

        /// The defaults.
        package init() {}
    }

    /// The failures since the last success.
    package private(set) var failures = 0
    /// The failures of each card among them, by a name that tells nobody whose it is.
    package private(set) var cards: [String: Int] = [:]
    /// When the last one was.
    package private(set) var last: Instant?

    /// The most cards that are told apart.
    package static let mostCards = 256

    /// No failure.
    package init() {}

    /// A count as it was kept.
    package init(failures: Int, cards: [String: Int], last: Instant?) {
        (self.failures, self.cards, self.last) = (failures, cards, last)
    }

    /// The count that pauses entry from now on for as long as any count may.
    package static func longestPause(from now: Instant, under policy: Policy) -> FailureCount {
        let doublings = (0...mostDoublings).first {
            policy.firstPauseSeconds << $0 >= policy.longestPauseSeconds
        }
        return FailureCount(
            failures: policy.limit + (doublings ?? mostDoublings), cards: [:], last: now)
    }

    private static let mostDoublings = 16

    /// Until when no PIN is taken; nothing while PINs are taken.
    package func pause(at now: Instant, under policy: Policy) -> Instant? {
        guard let last, failures >= policy.limit, !isForgotten(at: now, policy) else { return nil }
        let doublings = min(failures - policy.limit, Self.mostDoublings)
        let seconds = min(policy.firstPauseSeconds << doublings, policy.longestPauseSeconds)
        let end = last.adding(seconds: seconds)
        // A clock that was set back must not lengthen a pause.
        return now < end && now >= last.adding(seconds: -1) ? end : nil
    }

    /// The count after a wrong PIN.
    package mutating func fail(card: String, at now: Instant, under policy: Policy) {
        if isForgotten(at: now, policy) { self = FailureCount() }
        failures += 1
        last = now
        if cards[card] != nil || cards.count < Self.mostCards { cards[card, default: 0] += 1 }
    }

    /// The count after a right PIN, or after an administrator's word.
    package mutating func clear() { self = FailureCount() }

    private func isForgotten(at now: Instant, _ policy: Policy) -> Bool {
        last.map { now > $0.adding(seconds: policy.memorySeconds) } ?? true
    }
}
