/// What happens at the readers of this machine.
package enum ReaderEvent: Hashable, Sendable {
    /// The PC/SC service was reached, the first time or again; readers follow.
    case serviceReached
    /// The PC/SC service is not there or went away: every reader and card counts as gone.
    case serviceLost(PCSCError)
    /// These readers are there now, in the service's order.
    case readers([String])
    /// A card lies in a reader. The counter tells one insertion from the next.
    case cardInserted(reader: String, atr: [UInt8], eventCounter: UInt16)
    /// Something lies in a reader and does not answer a reset: a card put in wrongly, or none of
    /// ours.
    case cardMute(reader: String, eventCounter: UInt16)
    /// The reader's card is gone.
    case cardRemoved(reader: String)
}

/// Turns the states of readers, as waits return them, into events. Pure, so that fast changes and
/// vanishing readers are tested without a reader.
struct ReaderLog: Sendable {
    private var known: [String: Seen] = [:]
    private var readers: [String] = []

    /// What was last told of one reader.
    private struct Seen: Hashable {
        var counter: UInt16
        var isPresent: Bool
        var isMute: Bool
    }

    /// The events of a new list of readers: a card in a reader that has gone counts as pulled.
    mutating func listed(_ names: [String]) -> [ReaderEvent] {
        guard names != readers else { return [] }
        let gone = readers.filter { !names.contains($0) }
        let pulled = gone.filter { known.removeValue(forKey: $0)?.isPresent == true }
        readers = names
        return pulled.map { .cardRemoved(reader: $0) } + [.readers(names)]
    }

    /// The events of one reader's state.
    mutating func saw(_ state: ReaderState) -> [ReaderEvent] {
        let now = Seen(
            counter: state.eventCounter, isPresent: state.isPresent, isMute: state.isMute)
        guard let before = known.updateValue(now, forKey: state.name) else {
            return now.isPresent ? [arrival(state)] : []
        }
        switch (before.isPresent, now.isPresent) {
        case (false, false): return []
        case (false, true): return [arrival(state)]
        case (true, false): return [.cardRemoved(reader: state.name)]
        // Pulled and put in between two looks, or answering where it was mute.
        case (true, true):
            guard before.counter != now.counter || before.isMute != now.isMute else { return [] }
            return [.cardRemoved(reader: state.name), arrival(state)]
        }
    }

    private func arrival(_ state: ReaderState) -> ReaderEvent {
        state.isMute
            ? .cardMute(reader: state.name, eventCounter: state.eventCounter)
            : .cardInserted(
                reader: state.name, atr: state.atr, eventCounter: state.eventCounter)
    }
}
