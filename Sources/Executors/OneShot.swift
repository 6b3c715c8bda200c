internal import Synchronization

/// A value that one thread gives and one task takes; the first to give it wins.
package final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case settled(Value)
        case taken
    }
    private let state = Mutex(State.empty)

    /// A value that is not there yet.
    package init() {}

    /// Gives the value, unless it has been given.
    package func settle(_ value: Value) {
        let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .settled(value)
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .settled, .taken: return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// The value, or what stands for it when the task is cancelled first. Asked for once.
    package func value(ifCancelled substitute: @escaping @Sendable () -> Value) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let settled: Value? = state.withLock { state in
                    switch state {
                    case .empty, .waiting:
                        state = .waiting(continuation)
                        return nil
                    case .settled(let value):
                        state = .taken
                        return value
                    case .taken: preconditionFailure("a value is taken once")
                    }
                }
                if let settled { continuation.resume(returning: settled) }
            }
        } onCancel: {
            settle(substitute())
        }
    }
}
