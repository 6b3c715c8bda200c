import Glibc
import Testing

/// What a system test has around it: the private pcscd of `Tests/System/private-pcscd.sh` and
/// cards in its readers, each a `virtual-card` process.
struct VirtualReader {
    static let name = "Virtual PCD 00 00"
    private let folder: String

    init() throws {
        folder = try #require(environment("MADOGUCHI_PCSCD_FOLDER")) + "/cards"
        guard mkdir(folder, 0o700) == 0 else { return }
        for name in ["first", "second"] {
            let issuing = try ChildProcess(
                program(),
                ["issue", "--authority", "\(folder)/authority", "--out", path(name), "--json"])
            #expect(issuing.wait() == 0)
        }
    }

    func path(_ card: String) -> String { "\(folder)/\(card).json" }

    private func program() throws -> String { try #require(environment("VIRTUAL_CARD")) }

    /// Puts a card in. It is pulled when the value goes.
    func insert(_ card: String, _ words: [String] = []) throws -> ChildProcess {
        try ChildProcess(
            program(), ["run", "--card", path(card), "--port", "35963", "--json"] + words)
    }

    /// Kills the private pcscd, as a crash does.
    func killService() throws {
        let path = try #require(environment("MADOGUCHI_PCSCD_PID_FILE"))
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var digits = [CChar](repeating: 0, count: 16)
        #expect(fgets(&digits, Int32(digits.count), file) != nil)
        let text = digits.prefix { $0 >= 0x30 }.map { UInt8(bitPattern: $0) }
        let pid = try #require(Int32(String(decoding: text, as: UTF8.self)))
        #expect(kill(pid, SIGKILL) == 0)
    }

    /// Starts it again.
    func startService() throws {
        #expect(
            try ChildProcess(try #require(environment("MADOGUCHI_PCSCD_RESTART")), []).wait() == 0)
    }
}

/// A variable of the environment.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// A process of ours: no signal blocked, ended when the value goes.
final class ChildProcess {
    private var pid: pid_t?

    init(_ program: String, _ words: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = ([program] + words).map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        let status = posix_spawn(&child, program, &actions, &attributes, &arguments, environ)
        try #require(status == 0, "\(program): error \(status)")
        pid = child
    }

    /// Waits for the end; the exit status, or 128 and the signal.
    @discardableResult func wait() -> Int32 {
        guard let child = pid else { return 0 }
        pid = nil
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// Ends the process: a card is pulled.
    func pull() {
        guard let child = pid else { return }
        kill(child, SIGTERM)
        wait()
    }

    deinit { pull() }
}
