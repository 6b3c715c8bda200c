internal import Glibc

/// The system's journal, told over its own protocol: one datagram an entry, its fields by name
/// (systemd.io, "Native Journal Protocol"). Where standard error is not the journal's, nothing is sent.
package struct Journal: Sendable {
    /// How much an entry matters (syslog(3)).
    package enum Priority: Int, Sendable {
        /// Something did not happen that should have.
        case error = 3
        /// Somebody should look.
        case warning = 4
        /// What is worth a line every day.
        case information = 6
    }

    /// A field beside the message: `MADOGUCHI_CODE` and what it says.
    package struct Field: Hashable, Sendable {
        /// Its name: capital letters, digits and underscores, beginning with a letter.
        package let name: String
        /// Its value; what is longer than `longestValueOctetCount` is cut.
        package let value: String

        /// A field.
        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

        /// Fields that begin otherwise are the journal's own, and dropped by it.
        var isNamedWell: Bool {
            guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
            return (0x41...0x5A).contains(first)
                && name.utf8.allSatisfy {
                    (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
                }
        }
    }

    /// Where the journal listens.
    package static let usualPath = "/run/systemd/journal/socket"
    /// The longest value of a field, in octets.
    package static let longestValueOctetCount = 4096
    /// The most fields beside message, priority and program.
    package static let mostFields = 16

    private let address: SocketAddress?
    private let program: String

    /// Whether entries go to a journal at all.
    package var isThere: Bool { address != nil }

    /// The journal of a program. `stream` is `JOURNAL_STREAM`, which names device and inode of the
    /// standard error that the service manager gave; where `standardError` is another file by now,
    /// somebody wants the words elsewhere.
    package init(
        program: String, stream: String?, standardError: (device: UInt64, inode: UInt64)?,
        path: String = Journal.usualPath
    ) {
        self.program = program
        let parts = (stream ?? "").split(separator: ":").map { UInt64($0) }
        guard parts.count == 2, let standardError, parts[0] == standardError.device,
            parts[1] == standardError.inode
        else {
            address = nil
            return
        }
        address = try? SocketAddress(path: path)
    }

    /// The journal, where this process's standard error goes there.
    package static func ofStandardError(program: String) -> Journal {
        var status = stat()
        let isThere = unsafe fstat(2, &status) == 0
        let stream = unsafe getenv("JOURNAL_STREAM").map { unsafe String(cString: $0) }
        return Journal(
            program: program, stream: stream,
            standardError: isThere ? (UInt64(status.st_dev), UInt64(status.st_ino)) : nil)
    }

    /// Sends an entry; false where it did not go out, so that the caller says it elsewhere. Never
    /// waits.
    @discardableResult
    package func send(_ message: String, _ priority: Priority, _ fields: [Field] = []) -> Bool {
        guard let address else { return false }
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let octets = Self.entry(
            [
                Field("MESSAGE", message), Field("PRIORITY", "\(priority.rawValue)"),
                Field("SYSLOG_IDENTIFIER", program),
            ] + fields.prefix(Self.mostFields))
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe address.with { pointer, count in
            unsafe octets.withUnsafeBytes { buffer in
                Int32(
                    clamping: unsafe sendto(
                        descriptor, buffer.baseAddress, buffer.count, flags, pointer, count))
            }
        }
        return sent == octets.count
    }

    /// An entry as the protocol has it: `NAME=value`, or where the value has lines the name, eight
    /// octets of its length (the least first), and the value.
    static func entry(_ fields: [Field]) -> [UInt8] {
        var octets: [UInt8] = []
        for field in fields where field.isNamedWell {
            let value = cut(field.value)
            octets += Array(field.name.utf8)
            if value.contains(0x0A) {
                octets.append(0x0A)
                octets += (0..<8).map { UInt8(truncatingIfNeeded: value.count >> ($0 * 8)) }
            } else {
                octets.append(0x3D)
            }
            octets += value
            octets.append(0x0A)
        }
        return octets
    }

    /// The beginning of a value, without half a character at its end.
    private static func cut(_ value: String) -> ArraySlice<UInt8> {
        let octets = Array(value.utf8)
        guard octets.count > longestValueOctetCount else { return octets[...] }
        var end = longestValueOctetCount
        while end > 0, octets[end] & 0xC0 == 0x80 { end -= 1 }
        return octets[..<end]
    }
}
