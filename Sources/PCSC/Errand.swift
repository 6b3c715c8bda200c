internal import Synchronization

/// One visit to a card: what its thread is doing, and whether anybody still waits for it. Closes
/// the race between a caller that gives up and a thread about to send a PIN.
final class Errand: Sendable {
    /// What the thread is doing.
    enum Phase: Hashable, Sendable {
        /// It has not been given the reader yet.
        case queued
        /// Waiting for the service to hand over the card.
        case waitingForCard
        /// Waiting for the card's answer.
        case transmitting
        /// Working on what the card said.
        case thinking
    }

    private struct State {
        var phase = Phase.queued
        var isAbandoned = false
    }
    private let state = Mutex(State())

    /// What the thread is doing now.
    var phase: Phase { state.withLock(\.phase) }
    /// Whether somebody gave up on this visit.
    var isAbandoned: Bool { state.withLock(\.isAbandoned) }
    /// Nobody waits any more; what the thread was doing then.
    @discardableResult
    func abandon() -> Phase {
        state.withLock { state in
            state.isAbandoned = true
            return state.phase
        }
    }

    /// Goes on to a phase; false when nobody waits any more and nothing may be sent.
    func enter(_ phase: Phase) -> Bool {
        state.withLock { state in
            state.phase = phase
            return !state.isAbandoned
        }
    }
}
