internal import CheckIns
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

/// What a kiosk shows: the reader it stands at and the card session on it, told anew after every
/// change, with a heartbeat between. A page that hears none blanks itself.
struct KioskFeed: Sendable {
    /// The readers.
    let roster: ReaderRoster
    /// The failed PINs of each.
    let watch: PINWatch
    /// The reader that the kiosk stands at; whichever holds a card where absent.
    let reader: String?
    /// What the page is told once, before anything else.
    let terminal: JSONValue
    let clock: any TerminalClock
    /// How often the heart beats.
    let beatSeconds: Double

    /// The stream, until its reader leaves.
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
                let now = await shown()
                guard now != told else { continue }
                told = now
                put(ServerSentEvent(now.text, name: "session").octets)
            }
            group.cancelAll()
        }
    }

    /// What is to be seen now: nothing about the patient but how far they are.
    private func shown() async -> JSONValue {
        let isServiceThere = await roster.isServiceThere
        guard let served = await roster.reader(named: reader) else {
            let trouble = isServiceThere ? Problem.noReader : Problem.noService
            return ["outOfService": trouble.json]
        }
        let view = await served.runner.view
        let name = await roster.name(of: served.runner) ?? ""
        let pause = await watch.pause(on: name, at: clock.now())
        return .object(present: [
            ("reader", .string(name)), ("session", view.shown(to: .anybody)),
            (
                "closed",
                view.closedWays.isEmpty
                    ? nil
                    : .object(
                        Dictionary(
                            view.closedWays.map { way, closure in
                                (way.rawValue, Problem.closed(way, closure).json)
                            }
                        ) { first, _ in first })
            ),
            ("failure", view.proofFailure.map { Problem.proof($0).json }),
            ("pausedUntil", pause.map { .string($0.rfc3339) }),
        ])
    }
}

extension JSONValue {
    /// The value as one line.
    fileprivate var text: String { String(decoding: canonical, as: UTF8.self) }
}
