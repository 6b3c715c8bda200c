internal import Octets
internal import Records
internal import Synchronization

/// The one-time words by which patients agree that their own look spends a card's last try: each
/// good for one card, once, and for a short time.
final class LastTryWords: Sendable {
    private struct Given {
        var word: String
        var until: Instant
    }
    private let given = Mutex<[SHA256Digest: Given]>([:])

    /// Gives a word for a card, in place of an earlier one.
    func give(_ word: String, for card: SHA256Digest, until end: Instant, at now: Instant) {
        given.withLock { given in
            given = given.filter { now < $0.value.until }
            given[card] = Given(word: word, until: end)
        }
    }

    /// Whether a word is the one that was given for a card. Said once, right or wrong, none is good
    /// any more.
    func take(_ word: String?, for card: SHA256Digest, at now: Instant) -> Bool {
        guard let word else { return false }
        let kept = given.withLock { $0.removeValue(forKey: card) }
        guard let kept else { return false }
        return kept.word == word && now < kept.until
    }
}
