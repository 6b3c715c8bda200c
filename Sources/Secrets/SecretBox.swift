internal import Synchronization

/// Carries a secret into another task or thread, exactly once.
package final class SecretBox: Sendable {
    private let secret: Mutex<SecretPage?>

    /// A box with a secret in it.
    package init(_ secret: consuming SecretPage) { self.secret = Mutex(consume secret) }

    /// The secret, the first time; nothing after that.
    package func take() -> SecretPage? { secret.withLock { $0.take() } }
}
