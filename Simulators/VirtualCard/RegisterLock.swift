private import Glibc

/// Who changes the authorities' register has it alone, from reading it to keeping it: two programs
/// at once (`virtual-card suspend`, the clearinghouse's administration) would forget each other's
/// changes.
package final class RegisterLock {
    private let descriptor: Int32

    /// Waits until nobody else changes the register of this folder. Where no lock can be written,
    /// no register can be either: keeping it says so.
    package init(in folder: String) {
        descriptor = open("\(folder)/register.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        while descriptor >= 0, flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    /// Lets others change it.
    package func release() { flock(descriptor, LOCK_UN) }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
