internal import CSystem
internal import Synchronization

/// Carries the pieces of an answer from the task that makes them to the connection's thread, one
/// at a time: the next is asked for when the last one was taken.
final class PiecePump: Sendable {
    private enum State {
        case empty
        case full([UInt8], CheckedContinuation<Bool, Never>)
        case ended
        case stopped
    }

    private enum Delivery { case piece([UInt8]), nothingYet, end }

    private let state = Mutex(State.empty)
    private let bell: Bell

    init() throws(NetworkError) { bell = try Bell() }

    // MARK: The task's side

    /// Puts every piece in; returns when there are no more or nobody takes them.
    func run(_ pieces: AsyncStream<[UInt8]>) async {
        // An empty chunk would end the body.
        for await piece in pieces where !piece.isEmpty {
            guard await put(piece) else { return }
        }
        state.withLock { if case .empty = $0 { $0 = .ended } }
        bell.ring()
    }

    private func put(_ piece: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                guard case .empty = state else { return true }
                state = .full(piece, continuation)
                return false
            }
            if isStopped { continuation.resume(returning: false) } else { bell.ring() }
        }
    }

    // MARK: The thread's side

    /// Waits for the next piece; nothing at the end. A connection whose other side is gone, or
    /// that the server drains, is an error.
    func next(orHangUpOf descriptor: Int32) throws(NetworkError) -> [UInt8]? {
        while true {
            switch take() {
            case .piece(let piece): return piece
            case .end: return nil
            case .nothingYet: break
            }
            switch bell.wait(with: descriptor, for: csystem_pollrdhup()) {
            case .bell: bell.silence()
            case .descriptor: throw .closed
            case nil: continue
            }
        }
    }

    private func take() -> Delivery {
        let (delivery, waiting) = state.withLock { state in
            switch state {
            case .full(let piece, let continuation):
                state = .empty
                return (Delivery.piece(piece), Optional(continuation))
            case .empty: return (.nothingYet, nil)
            case .ended, .stopped: return (.end, nil)
            }
        }
        waiting?.resume(returning: true)
        return delivery
    }

    /// Takes no more; a task that waits to put something in is let go.
    func stop() {
        let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            defer { state = .stopped }
            if case .full(_, let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: false)
    }
}
