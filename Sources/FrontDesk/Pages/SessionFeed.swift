internal import HTTP
internal import JSON
internal import Terminal

/// An event stream for a page: what there is to show, told anew after every change on any reader,
/// with a heartbeat between. A page that hears none blanks itself.
struct SessionFeed: Sendable {
    /// The readers.
    let roster: ReaderRoster
    let clock: any TerminalClock
    /// How often the heart beats; what changes without a reader is noticed then.
    let beatSeconds: Double
    /// What the page is told once, before anything else.
    let terminal: JSONValue
    /// What is to be seen now; nothing ends the stream.
    let shown: @Sendable () async -> JSONValue?
    /// What its events are called.
    var name = "session"

    /// The stream, until its reader leaves or there is nothing to be seen any more.
    func pieces() -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            let task = Task {
                await tell { continuation.yield($0) }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func tell(_ put: @escaping @Sendable ([UInt8]) -> Void) async {
        put(ServerSentEvent(terminal.text, name: "terminal").octets)
        let (changes, change) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in await roster.changes() { change.yield() }
            }
            group.addTask {
                while (try? await clock.sleep(seconds: beatSeconds)) != nil {
                    put(ServerSentEvent.heartbeat)
                    change.yield()
                }
            }
            var followed: Set<ObjectIdentifier> = []
            var told: JSONValue?
            for await _ in changes {
                for runner in await roster.runners
                where followed.insert(ObjectIdentifier(runner)).inserted {
                    group.addTask {
                        for await _ in await runner.views() { change.yield() }
                    }
                }
                guard let now = await shown() else { break }
                guard now != told else { continue }
                told = now
                put(ServerSentEvent(now.text, name: name).octets)
            }
            group.cancelAll()
        }
    }
}

extension JSONValue {
    /// The value as one line.
    fileprivate var text: String { String(decoding: canonical, as: UTF8.self) }
}
