internal import CSystem
internal import Glibc

/// A text could not be written where it was to go.
package struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error number of the system.
    package var number: Int32
    /// What the system says of it.
    package var description: String { unsafe String(cString: strerror(number)) }
}

/// Writes a text to a descriptor, standard output unless another is named: all of it, at once.
/// What `print` could not write is lost without a word.
package func writeOut(_ text: String, to descriptor: Int32 = 1) throws(OutputError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { buffer in
            unsafe write(descriptor, buffer.baseAddress, buffer.count)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw OutputError(number: count < 0 ? errno : EIO) }
        rest = rest.dropFirst(count)
    }
}

/// Sees to it that the three standard descriptors are taken, so that what is printed never goes
/// into a file or connection that was opened later in a closed one's place. What takes the place
/// of standard output or standard error cannot be written to.
package func holdStandardDescriptors() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
        _ = unsafe open("/dev/null", O_RDONLY)
    }
}
