import Foundation
import Testing

/// What a system test has around it: the private pcscd of `Tests/System/private-pcscd.sh` and
/// cards in its readers, each a `virtual-card` process.
struct VirtualReader {
    static let name = "Virtual PCD 00 00"
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "madoguchi-cards-\(getpid())"
        if FileManager.default.fileExists(atPath: folder) { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for name in ["first", "second"] {
            _ = try run(["issue", "--authority", "\(folder)/authority", "--out", path(name)])
        }
    }

    func path(_ card: String) -> String { "\(folder)/\(card).json" }

    private static let program =
        ProcessInfo.processInfo.environment["VIRTUAL_CARD"]
        ?? Bundle.main.bundleURL.deletingLastPathComponent()
        .appendingPathComponent("virtual-card").path

    private func run(_ words: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = words
        process.standardOutput = Pipe()
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Puts a card in. It is pulled when the value goes.
    func insert(_ card: String, _ words: [String] = []) throws -> CardProcess {
        try CardProcess(
            Self.program, ["run", "--card", path(card), "--port", "35963", "--json"] + words)
    }

    /// Kills the private pcscd, as a crash does.
    func killService() throws {
        let file = try #require(
            ProcessInfo.processInfo.environment["MADOGUCHI_PCSCD_PID_FILE"])
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(pid, SIGKILL)
    }

    /// Starts it again.
    func startService() throws {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try #require(
                ProcessInfo.processInfo.environment["MADOGUCHI_PCSCD_RESTART"]))
        try process.run()
        process.waitUntilExit()
    }
}

/// A card in the reader.
final class CardProcess {
    private let process = Process()

    init(_ program: String, _ words: [String]) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    func pull() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    deinit { pull() }
}
