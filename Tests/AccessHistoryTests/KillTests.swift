import Disclosures
import Foundation
import Glibc
import Octets
import Records
import Synchronization
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("A process killed with SIGKILL while 32 writers append")
struct KillTests {
    /// After how many acknowledgements each round kills: at the very first ones, and by a fixed chance
    /// later. HISTORY_KILLS is how many rounds there are.
    static let limits: [Int] = {
        let count = ProcessInfo.processInfo.environment["HISTORY_KILLS"].flatMap { Int($0) } ?? 10
        var generator = Generator(seed: 11)
        return [0, 1, 2, 5]
            + (4..<max(count, 5)).map { _ in Int.random(in: 3...1200, using: &generator) }
    }()

    @Test(
        "each acknowledged entry is there, and the store opens and verifies",
        arguments: limits)
    func killed(limit: Int) async throws {
        let folder = TemporaryFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, limit = limit as Int] in
            try await hammer(path: path, limit: limit)
        }
        let lines = String(decoding: folder.read("acknowledged"), as: UTF8.self)
            .split(separator: "\n").filter { $0.utf8.count > 64 }
        #expect(lines.count > limit)
        let store = try await HistoryStore.open(Sample.settings(folder))
        let hashes = try await store.archive().leafHashes()
        for line in lines {
            let parts = line.split(separator: " ")
            let index = try #require(Int(parts[0]))
            #expect(index < hashes.count && hashes[index].hex == parts[1])
        }
        let report = try await store.verify()
        #expect(report.isWhole && report.openedCount == report.size)
        // Ten thousand stores that stay open are more files and threads than a process may have.
        try await store.close()
    }
}

private final class Counter: Sendable {
    private let total = Mutex(0)

    func next() -> Int {
        total.withLock { total in
            total += 1
            return total
        }
    }
}

/// Appends from 32 tasks, notes each acknowledgement, and kills its own process after so many.
private func hammer(path: String, limit: Int) async throws {
    var settings = HistorySettings(
        folder: path, place: Sample.place, software: "test 1"
    ) { (Sample.noon, .synchronised) }
    settings.growthOctetCount = 64 << 10
    let store = try await HistoryStore.open(settings)
    let log = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
        for writer in 0..<32 {
            group.addTask {
                while let receipt = try? await store.append(Sample.event("\(writer)")) {
                    let line = "\(receipt.index) \(receipt.leafHash.hex)\n"
                    _ = write(log, line, line.utf8.count)
                    if counter.next() > limit { kill(getpid(), SIGKILL) }
                }
            }
        }
    }
}
