internal import CSystem
internal import HTTP
internal import Synchronization

/// The answer to a request on its way from the task that makes it to the connection's thread.
final class AnswerSlot: Sendable {
    /// How long the thread waits before it also watches the other side: most answers are there
    /// by then, and cost no descriptor.
    private static let secondsBeforeWatching = 0.05

    private struct State {
        var bell: BellBox?
        var hasAnswer = false
    }
    private let state = Mutex(State())
    private let mail = Mailslot<HTTPAnswer>()

    /// Puts the answer in; once.
    func put(_ answer: HTTPAnswer) {
        mail.put(answer)
        let bell = state.withLock { state in
            state.hasAnswer = true
            return state.bell
        }
        bell?.bell.ring()
    }

    /// Waits for the answer, however long that takes.
    func take() -> HTTPAnswer? { mail.take() }

    /// Waits for the answer, or until the other side of a connection has hung up: then nothing.
    /// A UNIX socket tells a hang-up from a half that was closed; on TCP both look alike.
    func take(
        orHangUpOf descriptor: Int32, isLocal: Bool, unless isStopping: () -> Bool
    ) -> HTTPAnswer? {
        if let answer = mail.take(until: Deadline(seconds: Self.secondsBeforeWatching)) {
            return answer
        }
        guard let bell = try? BellBox() else { return mail.take() }
        let isThere = state.withLock { state in
            state.bell = bell
            return state.hasAnswer
        }
        if isThere { return mail.take() }
        while true {
            switch bell.bell.wait(with: descriptor, for: isLocal ? 0 : csystem_pollrdhup()) {
            case .bell: return mail.take()
            // A server that stops ends the reading side itself, and still sends what is answered.
            case .descriptor: return isStopping() ? mail.take() : nil
            case nil: continue
            }
        }
    }
}

/// A bell that two threads hold.
private final class BellBox: Sendable {
    let bell: Bell
    init() throws(NetworkError) { bell = try Bell() }
}
