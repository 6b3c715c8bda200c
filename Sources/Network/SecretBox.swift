internal import Secrets
internal import Synchronization

/// Carries a secret into a task exactly once.
final class SecretBox: Sendable {
    private let secret: Mutex<SecretPage?>

    init(_ secret: consuming SecretPage) { self.secret = Mutex(consume secret) }

    func take() -> SecretPage? { secret.withLock { $0.take() } }
}
