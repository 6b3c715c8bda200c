package import APDU
internal import CPCSC
internal import Executors
internal import Synchronization

/// One reader, spoken to on a thread of its own. A call into PC/SC that never returns parks that
/// one thread and no other: callers are told in time, and the reader is busy until it returns.
package final class PCSCReader: Sendable {
    /// How long a caller waits.
    package struct Patience: Hashable, Sendable {
        /// For one visit, from asking for the card to its last answer.
        package var visit = Duration.seconds(10)
        /// Behind a visit that was given up and has not returned.
        package var parked = Duration.seconds(1)
        /// The usual patience.
        package init() {}
    }

    /// The reader's name, as the service lists it.
    package let name: String
    private let patience: Patience
    private let thread = WorkThread(name: "reader")
    /// Touched on `thread` only; kept from one visit to the next.
    private let context = Mutex<PCSCContext?>(nil)
    /// The visit that has the thread.
    private let current = Mutex<Errand?>(nil)

    /// A reader of this name, present or not.
    package init(name: String, patience: Patience = Patience()) {
        (self.name, self.patience) = (name, patience)
    }

    /// Connects to the card, holds it in one transaction while `body` speaks to it, and ends the
    /// transaction as `ending` says. After `limit` (the reader's patience unless given), or when the task is cancelled, the caller is
    /// let go and the card is sent nothing more.
    ///
    /// Failures of connecting are told through the body's own error: `.busy` another program has
    /// the card, `.mute` the card does not answer, or has not answered an earlier visit yet,
    /// `.timedOut` the task was cancelled.
    package func perform<Answer: Sendable, Failure: CarriesChannelError>(
        ending: CardEnding = .reset, limit: Duration? = nil,
        _ body: @escaping @Sendable (inout PCSCCardChannel) throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        let limit = limit ?? patience.visit
        let parked = current.withLock { $0?.isAbandoned == true ? $0 : nil }
        let errand = Errand()
        let outcome = OneShot<Result<Answer, Failure>>()
        let giveUp: @Sendable () -> Void = {
            // Behind a visit that never returned, what that one waits for is what is amiss.
            let phase = errand.abandon()
            let behind = phase == .queued ? parked?.phase.meaningToWhoeverWaitsBehind : nil
            outcome.settle(.failure(Failure(behind ?? phase.meaningOfNoAnswer)))
        }
        var alarms = [Alarms.shared.set(after: limit, giveUp)]
        if parked != nil {
            alarms.append(
                Alarms.shared.set(after: min(limit, patience.parked)) {
                    if errand.phase == .queued { giveUp() }
                })
        }
        defer { for alarm in alarms { Alarms.shared.cancel(alarm) } }
        thread.perform { [self] in visit(errand, ending, body) { outcome.settle($0) } }
        return try await outcome.value(ifCancelled: {
            errand.abandon()
            return .failure(Failure(.timedOut))
        }).get()
    }

    /// The whole visit, on the reader's thread. The result is told once the transaction has
    /// ended; letting go of the connection costs nobody's time.
    private func visit<Answer, Failure: CarriesChannelError>(
        _ errand: Errand, _ ending: CardEnding,
        _ body: (inout PCSCCardChannel) throws(Failure) -> Answer,
        tell: (Result<Answer, Failure>) -> Void
    ) {
        current.withLock { $0 = errand }
        defer { current.withLock { $0 = nil } }
        guard errand.enter(.waitingForCard) else { return tell(.failure(Failure(.timedOut))) }
        let card: CardHandle
        do throws(PCSCError) {
            card = try held(connect(ending))
        } catch {
            return tell(.failure(Failure(CardChannelError(error))))
        }
        var channel = PCSCCardChannel(
            card: card, presence: CardPresence(reader: name), errand: errand)
        _ = errand.enter(.thinking)
        let result = Result { () throws(Failure) in try body(&channel) }
        let hasEnded = channel.endTransaction(ending)
        tell(result)
        channel.letGo(asItIs: hasEnded || ending == .leave)
    }

    /// The card, with its transaction begun; nothing of ours is in it yet, so failing leaves it.
    private func held(_ card: consuming CardHandle) throws(PCSCError) -> CardHandle {
        do throws(PCSCError) {
            try card.beginTransaction()
            return card
        } catch {
            card.leave()
            // Who was let to the card is not refused it now: the service died.
            throw error == .accessDenied ? .noService : error
        }
    }

    /// Connects over the kept context, or over a new one where the service has been away.
    ///
    /// A card that is unlocked meanwhile is taken for us alone if nobody else is connected: should
    /// this process die, the service lets others in only once it has reset the card. Of a shared
    /// card it gives up the transaction first.
    private func connect(_ ending: CardEnding) throws(PCSCError) -> CardHandle {
        guard ending == .reset else { return try connect(.shared) }
        do throws(PCSCError) {
            return try connect(.exclusive)
        } catch .sharingViolation {
            return try connect(.shared)
        }
    }

    private func connect(_ sharing: CardSharing) throws(PCSCError) -> CardHandle {
        try context.withLock { (slot: inout PCSCContext?) throws(PCSCError) -> CardHandle in
            if let kept = slot.take() {
                do throws(PCSCError) {
                    return try connect(over: kept, keepingItIn: &slot, sharing)
                } catch {
                    // A service that died looks now and then like one that refuses us: whether
                    // it does, a new context tells.
                    guard error.meansServiceLost || error == .accessDenied else { throw error }
                    slot = nil
                }
            }
            return try connect(over: PCSCContext(), keepingItIn: &slot, sharing)
        }
    }

    private func connect(
        over context: consuming PCSCContext, keepingItIn slot: inout PCSCContext?,
        _ sharing: CardSharing
    ) throws(PCSCError) -> CardHandle {
        do throws(PCSCError) {
            let card = try context.connect(name, sharing)
            slot = consume context
            return card
        } catch {
            slot = consume context
            throw error
        }
    }
}

extension Errand.Phase {
    /// What it means that nothing came back in time.
    fileprivate var meaningOfNoAnswer: CardChannelError {
        switch self {
        case .queued, .waitingForCard: .busy
        case .transmitting: .mute
        case .thinking: .timedOut
        }
    }

    /// What it means to the next visit that this one, given up in this phase, has not returned. After
    /// its thoughts a visit ends its transaction, which has the card answer a reset.
    fileprivate var meaningToWhoeverWaitsBehind: CardChannelError {
        switch self {
        case .queued, .waitingForCard: .busy
        case .transmitting, .thinking: .mute
        }
    }
}
