import Glibc

/// What `madoguchid --check` says of configuration and keys: the same reading as at its start.
struct DaemonCheck {
    /// How it ended; 0 where all is in order.
    let code: Int32
    /// The last line it said.
    let said: String

    /// The longest that is read of what it says, in octets.
    private static let mostOctets = 16 << 10

    /// Runs the daemon that lies beside this program; nothing where there is none.
    init?(_ place: TerminalFiles) {
        guard let own = Self.ownPath(), let end = own.lastIndex(of: "/") else { return nil }
        let program = own[...end] + "madoguchid"
        guard access(String(program), X_OK) == 0 else { return nil }
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0 else { return nil }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipes[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in [1, 2] {
            posix_spawn_file_actions_adddup2(&actions, pipes[1], descriptor)
        }
        let words = [String(program)] + place.daemonWords + ["--check"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let result = posix_spawn(
            &process, String(program), &actions, nil, &arguments, environ)
        close(pipes[1])
        guard result == 0 else { return nil }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipes[0], &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if octets.count < Self.mostOctets { octets += piece.prefix(count) }
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        let last = lines.last.map(String.init) ?? ""
        said = last.hasPrefix("madoguchid: ") ? String(last.dropFirst(12)) : last
    }

    private static func ownPath() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
