package import CheckIns
package import Octets
package import Records
package import Secrets

/// What is kept of a reader's failed PINs.
package enum KeptFailures: Hashable, Sendable {
    /// Nothing was counted yet.
    case none
    /// So many.
    case count(FailureCount)
    /// Something was, but it can no longer be read.
    case unreadable
}

/// Where counts of failed PINs survive a restart.
package protocol FailureVault: Sendable {
    /// The count of a reader, as it was last kept.
    func failures(on reader: String) async -> KeptFailures
    /// Keeps it.
    func keep(_ failures: FailureCount, on reader: String) async
}

/// Counts wrong PINs on each reader, and says when entry pauses.
///
/// A count that can no longer be read stands for the worst that it may have said: entry pauses,
/// once, for the longest pause. To begin at nothing would hand a thief the way to end a pause,
/// and to refuse the start would close the desk over a file that a power cut can break; a pause
/// costs some minutes, ends by itself, and an administrator may end it before.
package actor PINWatch {
    private let vault: any FailureVault
    private let policy: FailureCount.Policy
    private let name: @Sendable (SHA256Digest) -> String
    private var counts: [String: FailureCount] = [:]

    /// A watch; `name` stands for a card's certificate without telling whose it is.
    package init(
        vault: any FailureVault, policy: FailureCount.Policy = FailureCount.Policy(),
        name: @escaping @Sendable (SHA256Digest) -> String
    ) {
        (self.vault, self.policy, self.name) = (vault, policy, name)
    }

    /// What was counted on a reader.
    package func count(on reader: String, at now: Instant) async -> FailureCount {
        if let count = counts[reader] { return count }
        let kept = await vault.failures(on: reader)
        // Somebody else may have read it meanwhile, and counted on.
        if let count = counts[reader] { return count }
        switch kept {
        case .none: counts[reader] = FailureCount()
        case .count(let count): counts[reader] = count
        case .unreadable:
            let count = FailureCount.longestPause(from: now, under: policy)
            // Kept, so that another restart neither forgets nor lengthens the pause.
            await keep(count, on: reader)
        }
        return counts[reader] ?? FailureCount()
    }

    /// Until when no PIN is taken on a reader.
    package func pause(on reader: String, at now: Instant) async -> Instant? {
        await count(on: reader, at: now).pause(at: now, under: policy)
    }

    func failed(card: SHA256Digest, on reader: String, at now: Instant) async {
        await failed(named: name(card), on: reader, at: now)
    }

    /// The same of a card whose name is known.
    func failed(named card: String, on reader: String, at now: Instant) async {
        var count = await count(on: reader, at: now)
        count.fail(card: card, at: now, under: policy)
        await keep(count, on: reader)
    }

    /// A right PIN, or an administrator's word.
    package func clear(_ reader: String, at now: Instant) async {
        guard await count(on: reader, at: now) != FailureCount() else { return }
        await keep(FailureCount(), on: reader)
    }

    private func keep(_ count: FailureCount, on reader: String) async {
        counts[reader] = count
        await vault.keep(count, on: reader)
    }
}

/// A card port on which wrong PINs are counted, and none is sent while entry pauses.
package struct WatchedCardPort: CardPort {
    private let port: any CardPort
    private let reader: String
    private let watch: PINWatch
    private let clock: any TerminalClock
    private let scribe: HistoryScribe?

    /// A port over another. With a scribe each PIN is kept as begun before it is sent, until the
    /// history tells of it.
    package init(
        _ port: any CardPort, reader: String, watch: PINWatch, clock: any TerminalClock,
        scribe: HistoryScribe? = nil
    ) {
        (self.port, self.reader) = (port, reader)
        (self.watch, self.clock, self.scribe) = (watch, clock, scribe)
    }

    package func readCard() async -> Result<PresentedCard, CardRefusal> { await port.readCard() }

    package func prove(
        card: PresentedCard, pin: consuming SecretPage, signing message: [UInt8],
        spendsLastTry: Bool
    ) async -> Result<[UInt8], CardProofFailure> {
        let box = SecretBox(pin)
        if let end = await watch.pause(on: reader, at: clock.now()) {
            return .failure(.failed(.paused(until: end)))
        }
        guard let pin = box.take() else { return .failure(.failed(.pinMalformed)) }
        await scribe?.begin(card.digest, on: reader)
        let result = await port.prove(
            card: card, pin: pin, signing: message, spendsLastTry: spendsLastTry)
        switch result {
        case .success: await watch.clear(reader, at: clock.now())
        // What a pulled card kept to itself counts as wrong: else pulling would be a way round.
        case .failure(.failed(.wrongPIN)), .failure(.failed(.pinUnanswered)),
            .failure(.gone(afterPIN: true)):
            await watch.failed(card: card.digest, on: reader, at: clock.now())
        case .failure(.gone(afterPIN: false)): await scribe?.forget(card.digest)
        case .failure: break
        }
        return result
    }
}
