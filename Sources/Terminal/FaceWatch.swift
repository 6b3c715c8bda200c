internal import CheckIns
internal import MyNumberCard
package import Octets
package import Records

/// Counts the misses of faces that no card keeps: of cards without a count of their own, and of a
/// card that was pulled before it could be told. They survive a restart; where what was kept can no
/// longer be read, every card that keeps no count has one miss left, since any of them may have been
/// at its limit.
package actor FaceWatch {
    private static let kept = "misses of faces"
    /// Stands for the cards that are not named.
    private static let others = "others"
    private let vault: any FailureVault
    private let name: @Sendable (SHA256Digest) -> String
    private var misses: [String: Int]?

    /// A watch; `name` stands for a card's certificate without telling whose it is.
    package init(vault: any FailureVault, name: @escaping @Sendable (SHA256Digest) -> String) {
        (self.vault, self.name) = (vault, name)
    }

    /// The misses that a card must still be told of.
    func owed(to card: SHA256Digest) async -> Int {
        await load()
        return misses?[name(card)] ?? 0
    }

    /// The misses of a card that are counted here.
    package func misses(of card: SHA256Digest) async -> Int {
        await load()
        return misses?[name(card)] ?? misses?[Self.others] ?? 0
    }

    /// One more; how many they are.
    package func missed(_ card: SHA256Digest, at now: Instant) async -> Int {
        await load()
        let name = name(card)
        let isTold = misses?[name] != nil || misses?.count ?? 0 < FailureCount.mostCards
        let count = (misses?[name] ?? misses?[Self.others] ?? 0) + 1
        if isTold { misses?[name] = count }
        await keep(at: now)
        // Where no more cards can be told apart, one miss is one too many.
        return isTold ? count : FaceMisses.limit
    }

    /// None any more: the face was the holder's, or the card knows of them now.
    package func clear(_ card: SHA256Digest, at now: Instant) async {
        await load()
        let left = misses?[Self.others] == nil ? nil : 0
        guard misses?[name(card)] != left else { return }
        misses?[name(card)] = left
        await keep(at: now)
    }

    private func load() async {
        guard misses == nil else { return }
        let kept = await vault.failures(on: Self.kept)
        // Somebody else may have read it meanwhile, and counted on.
        guard misses == nil else { return }
        misses =
            switch kept {
            case .none: [:]
            case .count(let count): count.cards
            case .unreadable: [Self.others: FaceMisses.limit - 1]
            }
    }

    private func keep(at now: Instant) async {
        let misses = misses ?? [:]
        await vault.keep(
            FailureCount(failures: misses.values.reduce(0, +), cards: misses, last: now),
            on: Self.kept)
    }
}
