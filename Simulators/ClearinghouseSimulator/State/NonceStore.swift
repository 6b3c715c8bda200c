package import Octets
package import Records

/// The nonces that were given out: 32 random octets, five minutes, for one client, once.
package struct NonceStore: Sendable {
    /// The size of a nonce in octets.
    package static let octetCount = 32
    /// How long a nonce may be used.
    package static let lifetimeSeconds: Int64 = 300
    /// How long its end is remembered, so that "ended" can be told from "never given".
    package static let memorySeconds: Int64 = 60
    /// The most nonces held at once, over all clients.
    package static let maximumCount = 600_000

    /// Why a nonce was not taken.
    package enum Refusal: Error, Hashable, Sendable {
        /// Never given out, or to somebody else: the two are not told apart.
        case unknown
        /// Its five minutes are over.
        case ended
        /// It was used before.
        case used
    }

    private struct Entry {
        var client: SHA256Digest
        var until: Instant
        var isUsed = false
    }

    private let maximumCount: Int
    private var entries: [Key: Entry] = [:]
    private var oldest = Backlog<(key: Key, until: Instant)>()

    /// An empty store.
    package init(maximumCount: Int = NonceStore.maximumCount) { self.maximumCount = maximumCount }

    /// How many nonces are held.
    package var count: Int { entries.count }

    /// Remembers a nonce for a client and says when it ends; nothing if too many are held, or if
    /// the octets were given out before.
    package mutating func issue(
        _ octets: [UInt8], to client: SHA256Digest, at now: Instant
    ) -> Instant? {
        forget(at: now)
        guard let key = Key(octets), entries[key] == nil, entries.count < maximumCount else {
            return nil
        }
        let until = now.adding(seconds: Self.lifetimeSeconds)
        entries[key] = Entry(client: client, until: until)
        oldest.append((key, until))
        return until
    }

    /// Uses up a nonce, once, by the client it was given to.
    package mutating func use(
        _ octets: [UInt8], by client: SHA256Digest, at now: Instant
    ) throws(Refusal) {
        guard let key = Key(octets), let entry = entries[key], entry.client == client else {
            throw .unknown
        }
        guard !entry.isUsed else { throw .used }
        guard now < entry.until else { throw .ended }
        entries[key]?.isUsed = true
    }

    private mutating func forget(at now: Instant) {
        while let first = oldest.first, first.until.adding(seconds: Self.memorySeconds) <= now {
            entries[first.key] = nil
            oldest.removeFirst()
        }
    }

    /// 32 octets in four words: no allocation of its own.
    private struct Key: Hashable, Sendable {
        let words: (UInt64, UInt64, UInt64, UInt64)

        init?(_ octets: [UInt8]) {
            guard octets.count == NonceStore.octetCount else { return nil }
            func word(_ start: Int) -> UInt64 {
                octets[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
            words = (word(0), word(8), word(16), word(24))
        }

        static func == (left: Key, right: Key) -> Bool { left.words == right.words }

        func hash(into hasher: inout Hasher) {
            hasher.combine(words.0)
            hasher.combine(words.1)
        }
    }
}

/// A queue from which the oldest leaves first, without moving the rest each time.
struct Backlog<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var start = 0

    /// The oldest element.
    var first: Element? { start < elements.count ? elements[start] : nil }
    /// How many elements wait.
    var count: Int { elements.count - start }

    /// Adds the youngest element.
    mutating func append(_ element: Element) { elements.append(element) }

    /// Drops the oldest element.
    mutating func removeFirst() {
        start += 1
        guard start >= 64, start * 2 >= elements.count else { return }
        elements.removeFirst(start)
        start = 0
    }
}
