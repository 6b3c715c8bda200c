import Commands
import Cryptography
import Glibc
import Secrets

extension Context {
    /// The PIN from a file or standard input, without its line's end; read into a page that is
    /// wiped, whatever its length: the daemon and the card say whether it is one.
    func pin() throws(CommandFailure) -> SecretPage {
        guard !invocation.has("pin-pad") else {
            guard invocation.value("pin-file") == nil else {
                throw CommandFailure(UsageError("--pin-file and --pin-pad cannot go together"))
            }
            complain("Enter the PIN on the reader's keys (リーダーのキーで暗証番号を入力してください)")
            return SecretPage(capacity: 1)
        }
        let pin = try secret("pin-file", "a PIN", or: ", or --pin-pad")
        guard pin.count <= Self.longestPIN else {
            throw CommandFailure(
                .card, "pin-malformed", "A PIN is four digits; nothing was sent to the card.",
                next: "Look into the file that --pin-file names.")
        }
        return pin
    }

    /// The most octets that are sent to the daemon as a PIN; fewer are for it to judge.
    private static let longestPIN = 64

    /// A password, in the same way.
    func password() throws(CommandFailure) -> SecretPage {
        try secret("password-file", "a password")
    }

    private func secret(
        _ option: String, _ what: String, or other: String = ""
    ) throws(CommandFailure) -> SecretPage {
        guard let path = invocation.value(option) else {
            throw CommandFailure(
                UsageError("--\(option) is missing\(other); \(what) is no argument"))
        }
        guard path != "-" else {
            return try SecretFile(path, of: option, descriptor: 0, waits: nil).read()
        }
        let file = try SecretFile(opening: path, of: option)
        defer { close(file.descriptor) }
        return try file.read()
    }
}

/// Where a PIN or a password is read from: a file; or a pipe such as `<(pass show card)`, which may take its
/// time, but not for ever.
private struct SecretFile {
    let descriptor: Int32
    private let path: String
    private let option: String
    /// Until when something must have come, on the monotonic clock; nothing for standard input,
    /// where somebody types.
    private let deadline: ContinuousClock.Instant?
    /// How long a pipe may take, in seconds.
    private static let longestWaitSeconds = 10
    private static let longestOctetCount = 160

    init(_ path: String, of option: String, descriptor: Int32, waits seconds: Int?) {
        (self.path, self.option, self.descriptor) = (path, option, descriptor)
        deadline = seconds.map { ContinuousClock.now + .seconds($0) }
    }

    /// Opens without waiting for a pipe's other end.
    init(opening path: String, of option: String) throws(CommandFailure) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard opened >= 0 else {
            throw Self.failure(option, path, errorText(errno), "Name a readable file.")
        }
        var status = stat()
        let kind = fstat(opened, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard [S_IFREG, S_IFIFO, S_IFCHR].contains(kind) else {
            close(opened)
            throw Self.failure(option, path, "not a file", "Name a file that holds it, or a pipe.")
        }
        self.init(path, of: option, descriptor: opened, waits: Self.longestWaitSeconds)
    }

    private static func failure(
        _ option: String, _ path: String, _ reason: String, _ next: String
    ) -> CommandFailure {
        CommandFailure(.usage, option, "\(path): \(reason)", next: next)
    }

    /// The first line. A pipe that did not end it in time gives nothing: half a PIN is none.
    func read() throws(CommandFailure) -> SecretPage {
        var page = SecretPage(capacity: Self.longestOctetCount)
        while page.count < Self.longestOctetCount {
            guard waitForMore() else {
                throw Self.failure(
                    option, path, "no whole line within \(Self.longestWaitSeconds) s",
                    "Write it into this pipe, with a line's end, or close it.")
            }
            var octet: UInt8 = 0
            let count = Glibc.read(descriptor, &octet, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1, octet != 0x0A, octet != 0x0D else { break }
            page.append(octet)
        }
        return page
    }

    /// Whether there is something to read, or the end; false when the time is over.
    private func waitForMore() -> Bool {
        while true {
            let milliseconds = deadline.map { deadline in
                let rest = (deadline - ContinuousClock.now).components
                return Int32(rest.seconds * 1000 + rest.attoseconds / 1_000_000_000_000_000) + 1
            }
            if let milliseconds, milliseconds <= 0 { return false }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, milliseconds ?? -1) > 0 { return true }
        }
    }
}
