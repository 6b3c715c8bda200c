internal import CheckIns
package import PCSC

/// The readers of this machine and the card session on each.
package actor ReaderRoster {
    private let make: @Sendable (String) -> ServedReader
    private let isServed: @Sendable (String) -> Bool
    private var served: [String: ServedReader] = [:]
    private var order: [String] = []
    private var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWatcher = 0
    /// Whether the PC/SC service is there.
    package private(set) var isServiceThere = false

    /// A reader with its card session.
    package struct ServedReader: Sendable {
        /// The card on it.
        package var port: any CardPort
        /// The session.
        package var runner: SessionRunner

        /// A served reader.
        package init(port: any CardPort, runner: SessionRunner) {
            (self.port, self.runner) = (port, runner)
        }
    }

    /// A roster; `isServed` says by a reader's name whether it is ours, `make` begins with one.
    package init(
        isServed: @escaping @Sendable (String) -> Bool,
        make: @escaping @Sendable (String) -> ServedReader
    ) {
        (self.isServed, self.make) = (isServed, make)
    }

    /// Follows the monitor's events until its stream ends or the task is cancelled.
    package func run(_ events: AsyncStream<ReaderEvent>) async {
        await withDiscardingTaskGroup { group in
            for await event in events {
                for reader in await take(event) {
                    group.addTask { await reader.runner.run() }
                }
                for watcher in watchers.values { watcher.yield() }
            }
            group.cancelAll()
        }
    }

    /// Returns when the roster and the session on each reader have had a turn.
    package func answers() async {
        for reader in served.values { await reader.runner.answers() }
    }

    /// Applies an event; the readers that are new.
    private func take(_ event: ReaderEvent) async -> [ServedReader] {
        switch event {
        case .serviceReached: isServiceThere = true
        case .serviceLost:
            isServiceThere = false
            order = []
            // A dead service counts as every card pulled.
            for reader in served.values { await reader.runner.handle(.cardGone) }
        case .readers(let names):
            order = names.filter(isServed)
            let fresh = order.filter { served[$0] == nil }
            for name in fresh { served[name] = make(name) }
            return fresh.compactMap { served[$0] }
        case .cardInserted(let name, _, _), .cardMute(let name, _):
            await served[name]?.runner.handle(.cardInserted)
        case .cardRemoved(let name):
            await served[name]?.runner.handle(.cardGone)
        }
        return []
    }

    /// Tells now and after every change of the readers; what changes on one of them its session
    /// tells.
    package func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        nextWatcher += 1
        let number = nextWatcher
        watchers[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.unwatch(number) }
        }
        continuation.yield()
        return stream
    }

    /// How many follow the readers.
    package var watcherCount: Int { watchers.count }

    private func unwatch(_ number: Int) { watchers[number] = nil }

    /// The sessions of all readers that were met.
    package var runners: [SessionRunner] { served.values.map(\.runner) }

    /// The readers that are there now, in the service's order.
    package var names: [String] { order }

    /// A reader by its name; without one, the reader that holds a card, else the only one.
    package func reader(named name: String?) async -> ServedReader? {
        if let name { return order.contains(name) ? served[name] : nil }
        for candidate in order {
            if let reader = served[candidate], await reader.runner.view.isCardPresent {
                return reader
            }
        }
        return order.first.flatMap { served[$0] }
    }

    /// The name of the reader that a session runs on.
    package func name(of runner: SessionRunner) -> String? {
        served.first { $0.value.runner === runner }?.key
    }

    /// A reader's session, and whether the reader is there.
    package struct Listing: Sendable {
        /// The reader's name.
        package var name: String
        /// Its session.
        package var view: SessionView
        /// Whether the service lists it now.
        package var isThere: Bool
    }

    /// Every reader that is there, in the service's order; then those that were lost in the middle
    /// of a session, until that one's end was seen.
    package func listings() async -> [Listing] {
        let lost = served.keys.filter { !order.contains($0) }.sorted()
        var listings: [Listing] = []
        for name in order + lost {
            guard let view = await served[name]?.runner.view else { continue }
            let isThere = order.contains(name)
            guard isThere || view.state != "empty" else { continue }
            listings.append(Listing(name: name, view: view, isThere: isThere))
        }
        return listings
    }
}
