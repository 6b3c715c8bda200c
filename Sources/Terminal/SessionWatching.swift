extension SessionRunner {
    /// What a screen may show now.
    package var view: SessionView { SessionView(session, id: sessionID, checkIn: openedCheckIn) }

    /// The view of the session that is named, as it is or as it ended; else of the one that runs.
    private func view(named id: String?) -> SessionView {
        if let lastClosed, lastClosed.session == id { return lastClosed }
        return view
    }

    /// The view now and after every change.
    package func views() -> AsyncStream<SessionView> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SessionView.self, bufferingPolicy: .bufferingNewest(1))
        nextWatcher += 1
        let number = nextWatcher
        watchers[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.unwatch(number) }
        }
        continuation.yield(view)
        return stream
    }

    /// How many wait for something to happen in this session.
    package var watcherCount: Int { watchers.count }

    private func unwatch(_ number: Int) { watchers[number] = nil }

    func publish() {
        for watcher in watchers.values { watcher.yield(view) }
    }

    /// The first view (of the session that is named, as it is or as it ended; else of the one that
    /// runs) that satisfies a condition, or the last one seen when time runs out.
    package func firstView(
        within seconds: Double, of id: String? = nil,
        where isAwaited: @escaping @Sendable (SessionView) -> Bool
    ) async -> SessionView {
        let now = view(named: id)
        if isAwaited(now) { return now }
        let stream = views()
        let clock = self.clock
        return await withTaskGroup(of: SessionView?.self) { group in
            group.addTask {
                for await _ in stream {
                    let seen = await self.view(named: id)
                    if isAwaited(seen) { return seen }
                }
                return nil
            }
            group.addTask {
                try? await clock.sleep(seconds: seconds)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? self.view(named: id)
        }
    }
}
