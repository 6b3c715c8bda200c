internal import CheckIns
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

/// What a kiosk shows: the reader it stands at and the card session on it.
struct KioskFeed: Sendable {
    /// The readers.
    let roster: ReaderRoster
    /// The failed PINs of each.
    let watch: PINWatch
    /// The reader that the kiosk stands at; whichever holds a card where absent.
    let reader: String?
    let clock: any TerminalClock

    /// What is to be seen now: nothing about the patient but how far they are.
    func shown() async -> JSONValue {
        let isServiceThere = await roster.isServiceThere
        guard let served = await roster.reader(named: reader) else {
            let trouble = isServiceThere ? Problem.noReader : Problem.noService
            return ["outOfService": trouble.json]
        }
        let view = await served.runner.view
        let name = await roster.name(of: served.runner) ?? ""
        let pause = await watch.pause(on: name, at: clock.now())
        let closed = Dictionary(
            view.closedWays.map { ($0.key.rawValue, Problem.closed($0.key, $0.value).json) }
        ) { first, _ in first }
        return .object(present: [
            ("reader", .string(name)), ("session", view.shown(to: .anybody)),
            ("closed", closed.isEmpty ? nil : .object(closed)),
            ("failure", view.proofFailure.map { Problem.proof($0).json }),
            ("pausedUntil", pause.map { .string($0.rfc3339) }),
        ])
    }
}
